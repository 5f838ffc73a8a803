/** Loss and validation mean IoU over the epochs of one run or several. */
import type { Data, Layout, LayoutAxis } from 'plotly.js';
import { checkNumber, invalid } from '../check';
import { missingEpochs } from '../runs/curves';
import type { EpochPoint } from '../runs/curves';
import { maximumOf, minimumOf } from '../extremes';
import { rounded, significant } from '../print/figureText';
import { axis, logAxis, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';

/** A run, finished or not. */
export interface RunCurves {
  label: string;
  epochs: readonly EpochPoint[];
  /** Loss of single steps, by the epochs done then (fractions count); drawn thin below the rest (default: none). */
  steps?: readonly { epoch: number; loss: number }[];
}

export interface TrainingCurvesOptions {
  /** Title of the data, the network and the size, e.g. `'CamVid 96×128, SegNet of width 16'`. */
  dataset: string;
  /** A score to beat, drawn as a horizontal line (default: none). */
  baseline?: { label: string; meanIoU: number };
  /** Length of the epoch axis (default: the epochs there are). */
  totalEpochs?: number;
  /** File stem (default `'training-curves'`). */
  name?: string;
}

/** Of a narrow drawing: the longest axis title, the epochs below and the legend above take so much. */
const LEAST_PIXELS = 236;
/** Of the legend, px, with a label as long as `CB Focal, validation`. */
const LEGEND_ENTRY = { width: 200, height: 21 };
/** Steps drawn at most of each run: longer lines are thinned evenly. */
const STEPS_DRAWN = 400;
/** Of the loss while there is none yet, log10. */
const EMPTY_RANGE: [number, number] = [-1, 1];
/** So many epochs at most have a tick each: Plotly would set some between them. */
const EPOCHS_TICKED = 6;

/**
 * Two panels: the loss (training dotted, validation solid, logarithmic) and the mean IoU on the validation split. Losses
 * of different formulas share the axis and cannot be compared in height.
 *
 * @throws InputError when there is no run.
 */
export function trainingCurvesFigure(
  runs: readonly RunCurves[],
  { dataset, baseline, totalEpochs, name = 'training-curves' }: TrainingCurvesOptions,
): Figure {
  if (runs.length === 0) throw invalid('trainingCurvesFigure', 'runs', 'a non-empty array', '[]');
  const done = Math.max(1, ...runs.map(({ epochs }) => epochs[epochs.length - 1]?.epoch ?? 0));
  const last = totalEpochs ?? done;
  checkNumber('trainingCurvesFigure', 'totalEpochs', last, { min: 1, integer: true });
  const line = baseline === undefined ? [] : [baselineTrace(baseline, last)];
  const dtick = last <= EPOCHS_TICKED ? { dtick: 1 } : {};
  const epochAxis: Partial<LayoutAxis> = { range: [0, last * 1.02], tickformat: 'd', ...dtick };
  const layout: Partial<Layout> = {
    legend: { title: { text: dataset, side: 'top' } },
    xaxis: axis('Epoch', { ...epochAxis, domain: [0, 0.44] }),
    xaxis2: axis('Epoch', { ...epochAxis, domain: [0.57, 1], anchor: 'y2' }),
    yaxis: logAxis('Loss', { range: lossRange(runs) }),
    yaxis2: axis('Validation mean IoU, %', { rangemode: 'tozero', anchor: 'x2' }),
  };
  const ends = runs.map(({ label, epochs }) => {
    const score = epochs[epochs.length - 1]?.meanIoU ?? null;
    return `${label}: ${score === null ? 'without a score' : `${significant(100 * score)} %`}`;
  });
  const gaps = runs.flatMap(({ label, epochs }) => {
    const missing = missingEpochs(epochs);
    return missing === '' ? [] : [`${label}: ${missing}`];
  });
  const lacking = gaps.length === 0 ? '' : ` Epochs without a value: ${gaps.join('; ')}.`;
  const aspectRatio = 0.45 + 0.07 * Math.max(0, Math.ceil(runs.length / 2) - 1); // rows of the legend
  return {
    name,
    title: 'Loss and validation mean IoU over training',
    caption:
      `${dataset}. Left: each run's own loss, on the training images (dotted; augmented, mean of the epoch's steps) and ` +
      'on the validation images (solid). Right: mean IoU on the validation images, at the last epoch ' +
      `${ends.join('; ')}${baseline === undefined ? '' : `; dashed: ${baseline.label}`}.${lacking}`,
    data: [...runs.flatMap(runTraces), ...line],
    layout,
    aspectRatio,
    heightAt: (width) => Math.max(0.42 * width, LEAST_PIXELS) + legendPixels(runs.length, width),
    rows: runs.flatMap(runRows),
  };
}

/** log10 of what the losses span, with a margin. */
function lossRange(runs: readonly RunCurves[]): [number, number] {
  const losses = runs.flatMap(({ epochs, steps = [] }) => [
    ...epochs.flatMap(({ trainLoss, validLoss }) => [trainLoss, validLoss]),
    ...steps.map(({ loss }) => loss),
  ]);
  const shown = losses.filter((loss) => loss > 0 && Number.isFinite(loss));
  if (shown.length === 0) return EMPTY_RANGE;
  const [low, high] = [Math.log10(minimumOf(shown)), Math.log10(maximumOf(shown))];
  const margin = Math.max(0.06 * (high - low), 0.03);
  return [rounded(low - margin), rounded(high + margin)];
}

/** What the legend takes beyond its first two rows, px: its title, and for each run one row for training and one for validation. */
function legendPixels(runs: number, width: number): number {
  const columns = Math.max(1, Math.floor(width / LEGEND_ENTRY.width));
  return LEGEND_ENTRY.height * (2 * Math.ceil(runs / columns) - 1);
}

function runTraces({ label, epochs, steps = [] }: RunCurves, index: number): Data[] {
  const { color, symbol } = seriesStyle(index);
  const points = withGaps(epochs);
  const x = points.map(({ epoch }) => epoch);
  const every = Math.ceil(steps.length / STEPS_DRAWN);
  const drawn = steps.filter((_, i) => i % every === 0);
  const lines = {
    type: 'scatter',
    legendgroup: label,
    marker: { color, symbol, size: 6 },
  } as const;
  return [
    {
      type: 'scatter',
      mode: 'lines',
      x: drawn.map(({ epoch }) => rounded(epoch)),
      y: drawn.map(({ loss }) => rounded(loss, 4)),
      line: { color, width: 0.7 },
      opacity: 0.4,
      hoverinfo: 'skip',
      showlegend: false,
    },
    {
      ...lines,
      mode: 'lines+markers',
      x,
      y: points.map(({ trainLoss = null }) => trainLoss && rounded(trainLoss)),
      line: { color, dash: 'dot', width: 1.5 },
      marker: { ...lines.marker, symbol: `${symbol}-open`, size: 5 },
      name: `${label}, training`,
    },
    {
      ...lines,
      mode: 'lines+markers',
      x,
      y: points.map(({ validLoss = null }) => validLoss && rounded(validLoss)),
      line: { color, width: 2 },
      name: `${label}, validation`,
    },
    {
      ...lines,
      mode: 'lines+markers',
      xaxis: 'x2',
      yaxis: 'y2',
      x,
      y: points.map(({ meanIoU = null }) => meanIoU && rounded(100 * meanIoU)),
      line: { color, width: 2 },
      name: label,
      showlegend: false,
    },
  ];
}

/** With an empty point wherever epochs are not known: no line is drawn across. */
function withGaps(
  epochs: readonly EpochPoint[],
): (Pick<EpochPoint, 'epoch'> & Partial<EpochPoint>)[] {
  return epochs.flatMap((point, i) => {
    const before = i === 0 ? 0 : epochs[i - 1].epoch;
    return i > 0 && point.epoch > before + 1 ? [{ epoch: before + 1 }, point] : [point];
  });
}

function baselineTrace({ label, meanIoU }: { label: string; meanIoU: number }, last: number): Data {
  const y = rounded(100 * meanIoU);
  return {
    type: 'scatter',
    mode: 'lines',
    xaxis: 'x2',
    yaxis: 'y2',
    x: [0, last * 1.02],
    y: [y, y],
    line: { color: '#000000', dash: 'dash', width: 1.2 },
    name: label,
  };
}

function runRows({ label, epochs }: RunCurves): FigureRow[] {
  return epochs.map(({ epoch, step, trainLoss, validLoss, meanIoU, pixelAccuracy }) => {
    return { run: label, epoch, step, trainLoss, validLoss, meanIoU, pixelAccuracy };
  });
}
