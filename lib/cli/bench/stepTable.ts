/** The table of `npm run bench -- step` and `-- infer`. */
import { fastestTorch, leastOfTorch } from '../../measurement/reports';
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
    'compiled ms',
    'ratio',
    'bar',
    'peak MiB',
    'ratio',
    'own MiB',
    'foreign',
  ],
];

const sideTitles = {
  torchNchw: 'NCHW',
  torchChannelsLast: 'channels_last',
  torchCompiled: 'torch.compile',
};

export function stepTable({ machine, torch, rounds, maxForeign, results }: StepReport): string[] {
  const rows = results.map((result) => {
    const { spreads, ratio, bar, peakMiB, ownMiB, memoryRatio, memoryBar } = result;
    const { foreignShare, disturbed, measured } = result.rounds;
    return [
      caseName(result),
      spreadText(spreads.ours),
      spreadText(spreads.torchNchw),
      spreadText(spreads.torchChannelsLast),
      spreads.torchCompiled ? spreadText(spreads.torchCompiled) : '',
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
    'case: width/side/batch. NCHW, channels_last, compiled (torch.compile): PyTorch. ratio: ours over its fastest, ours over its',
    'smallest peak (as is the other memory). own: what a process has to itself at the end, without the mapped pages of its',
    'libraries. foreign: what others used of the processor in the rounds that count; rounds above',
    `${percent(maxForeign)} are disturbed and repeated where possible.`,
    ...results.flatMap(notes),
  ];
}

function notes(result: StepMeasurement): string[] {
  const { formulations, tracingSeconds, execution, loss } = result;
  if (loss === null) return [];
  const tracing = tracingSeconds === null ? '' : `, traced in ${tracingSeconds.toFixed(2)} s`;
  const fastest = fastestTorch(result);
  return [
    `${caseName(result)}: ${execution}${tracing}; PyTorch's fastest: ${sideTitles[fastest]}, -log p by ` +
      `${formulations[fastest]}`,
  ];
}

/** `ours : the smallest of PyTorch's`. */
function memoryText(mebibytes: StepMeasurement['peakMiB']): string {
  if (mebibytes === null) return '';
  return `${mebibytes.ours.toFixed(0)} : ${leastOfTorch(mebibytes).toFixed(0)}`;
}

function verdict(ratio: number, bar: number): string {
  return `${ratio <= bar ? '≤' : '>'} ${bar.toFixed(2)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
