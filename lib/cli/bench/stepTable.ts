/** The table of `npm run bench -- step` and `-- infer`. */
import type { StepMeasurement, StepReport } from '../../measurement/reports';
import { machineText, spreadText } from '../../measurement/spread';
import { maximumOf } from '../../extremes';
import { caseName } from './cases';

const columns = [
  [
    'case',
    'ours ms',
    'NCHW ms',
    'channels_last ms',
    'ratio',
    'bar',
    'peak MiB',
    'ratio',
    'own MiB',
    'foreign',
  ],
];

export function stepTable({ machine, torch, rounds, maxForeign, results }: StepReport): string[] {
  const rows = results.map((result) => {
    const { spreads, ratio, bar, peakMiB, ownMiB, memoryRatio, memoryBar } = result;
    const { foreignShare, disturbed, measured } = result.rounds;
    return [
      caseName(result),
      spreadText(spreads.ours),
      spreadText(spreads.torchNchw),
      spreadText(spreads.torchChannelsLast),
      ratio.toFixed(2),
      bar === null ? '' : verdict(ratio, bar),
      memoryText(peakMiB),
      memoryRatio === null ? '' : `${memoryRatio.toFixed(2)} ${verdict(memoryRatio, memoryBar)}`,
      memoryText(ownMiB),
      `${foreignShare ? percent(foreignShare.median) : '?'}, ${disturbed} of ${measured} disturbed`,
    ];
  });
  const widths = columns[0].map((_, i) =>
    maximumOf([...columns, ...rows].map((row) => row[i].length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [
    `Ours against PyTorch ${torch}; milliseconds: median (range) of ${rounds} interleaved rounds`,
    machineText(machine),
    [...columns, ...rows].map(line).join('\n'),
    'case: width/side/batch. ratio: ours over the faster layout, ours over the smaller peak (as is the other memory). own:',
    'what a process has to itself at the end, without the mapped pages of its libraries. foreign: what others used of the',
    `processor in the rounds that count; rounds above ${percent(maxForeign)} are disturbed and repeated where possible.`,
    ...results.flatMap(notes),
  ];
}

function notes(result: StepMeasurement): string[] {
  const { formulations, tracingSeconds, execution, loss } = result;
  if (loss === null) return [];
  const tracing = tracingSeconds === null ? '' : `, traced in ${tracingSeconds.toFixed(2)} s`;
  const { torchNchw, torchChannelsLast } = formulations;
  return [
    `${caseName(result)}: ${execution}${tracing}; fastest -log p in PyTorch: ${torchNchw} (NCHW), ` +
      `${torchChannelsLast} (channels_last)`,
  ];
}

/** `ours : the smaller one of PyTorch's`. */
function memoryText(mebibytes: StepMeasurement['peakMiB']): string {
  if (mebibytes === null) return '';
  const { ours, torchNchw, torchChannelsLast } = mebibytes;
  return `${ours.toFixed(0)} : ${Math.min(torchNchw, torchChannelsLast).toFixed(0)}`;
}

function verdict(ratio: number, bar: number): string {
  return `${ratio <= bar ? '≤' : '>'} ${bar.toFixed(2)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
