/** Fig. 6: what training with each loss costs: time, peak memory and utilization, one bubble for each loss. */
import type { Annotations, Data, Layout } from 'plotly.js';
import type { TrainingCost } from '../measurement/trainingCost';
import { invalid } from '../check';
import { lossTitle, networkTitle } from '../results/names';
import { proposedLoss } from '../paper';
import { maximumOf } from '../extremes';
import {
  costRow,
  drawnValue,
  epochTime,
  memory,
  quantityRange,
  utilization,
} from './costQuantities';
import type { DrawnValue, Range } from './costQuantities';
import { placeLabels } from './drawing/labelPlacement';
import type { Box } from './drawing/labelPlacement';
import { FONT_PIXELS, axis, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';

export interface CostBubblesOptions {
  /** What the vertical axis shows (default `'utilization'`); the bubbles' area shows the other of the two. */
  vertical?: 'utilization' | 'memory';
  /** File stem (default `'fig6-training-cost'`). */
  name?: string;
}

/** The smallest plot that a venue leaves (IEEE, one column), px: labels that fit there fit in all. */
const PLOT = { width: 395, height: 235 };
const ASPECT_RATIO = 0.62;
/** Diameter of the largest bubble, px. */
const LARGEST = 18;
/** Of a label, px: of a letter on average, of a line. */
const LETTER = 0.56 * FONT_PIXELS;
const LINE = 1.35 * FONT_PIXELS;
const INK = '#262626';

interface Bubble {
  label: string;
  x: DrawnValue;
  y: DrawnValue;
  /** px */
  diameter: number;
}

/**
 * Time of an epoch against utilization (or peak memory), medians with their 95 % intervals; the area of a bubble is
 * proportional to the third quantity, which its label names. Of a GPU where one was used, else of the processor.
 *
 * @throws InputError when nothing was measured.
 */
export function costBubblesFigure(
  cost: TrainingCost,
  { vertical = 'utilization', name = 'fig6-training-cost' }: CostBubblesOptions = {},
): Figure {
  const { losses } = cost;
  if (losses.length === 0) throw invalid('costBubblesFigure', 'losses', 'a non-empty array', '[]');
  const [y, area] =
    vertical === 'memory'
      ? [memory(losses), utilization(losses)]
      : [utilization(losses), memory(losses)];
  const [xRange, yRange] = [epochTime, y].map((quantity) => quantityRange(losses, quantity));
  const areas = losses.map((loss) => drawnValue(loss, area).value);
  const bubbles = losses.map((loss, i): Bubble => ({
    label: `${loss.label}: ${area.text(areas[i])}`,
    x: drawnValue(loss, epochTime),
    y: drawnValue(loss, y),
    diameter: LARGEST * Math.sqrt(areas[i] / maximumOf(areas)),
  }));
  const layout: Partial<Layout> = {
    xaxis: axis(epochTime.title, { range: xRange }),
    yaxis: axis(y.title, { range: yRange }),
    showlegend: false,
    annotations: labelAnnotations(bubbles, xRange, yRange),
  };
  const data = bubbles.map(({ x, y, diameter }, i): Data => ({
    type: 'scatter',
    mode: 'markers',
    name: losses[i].label,
    x: [x.value],
    y: [y.value],
    error_x: errorBar(x),
    error_y: errorBar(y),
    marker: {
      size: diameter,
      color: seriesStyle(i).color,
      opacity: 0.6,
      line: { color: INK, width: losses[i].loss.name === proposedLoss ? 2.5 : 1 },
    },
  }));
  const { machine, foreignShare, rounds } = cost;
  const others =
    foreignShare === null ? '' : ` (others used ${Math.round(100 * foreignShare)} % of it)`;
  return {
    name,
    title: 'What training with each loss costs',
    caption:
      `${networkTitle(cost.network)}, width ${cost.width}, on ${cost.dataset}, ${cost.numClasses} classes, ${cost.size.join('×')} ` +
      `pixels, ${cost.steps} steps of ${cost.batchSize} images an epoch: medians of ${rounds} epochs in turn and their ` +
      `95 % bootstrap intervals. Areas and labels: ${area.name}; thick outline: ${lossTitle(proposedLoss)}. ` +
      `${cost.gpu ? `${cost.gpu}; ` : ''}${machine.processor}, ${machine.cores} cores${others}.`,
    data,
    layout,
    aspectRatio: ASPECT_RATIO,
    rows: losses.map(costRow),
  };
}

function errorBar({ value, low, high }: DrawnValue) {
  const [array, arrayminus] = [[high - value], [value - low]];
  const look = { color: INK, thickness: 0.8, width: 3 };
  return { type: 'data' as const, symmetric: false, array, arrayminus, ...look };
}

/** The bubbles' labels where there is room, each with a line to its bubble. */
function labelAnnotations(
  bubbles: readonly Bubble[],
  xRange: Range,
  yRange: Range,
): Partial<Annotations>[] {
  const inPlot = (x: number, y: number) => ({ x: share(x, xRange), y: share(y, yRange) });
  const points = bubbles.map(({ label, x, y }): Box => ({
    ...inPlot(x.value, y.value),
    width: (LETTER * label.length) / PLOT.width,
    height: LINE / PLOT.height,
  }));
  const places = placeLabels(
    points,
    bubbles.flatMap((bubble) => obstacles(bubble, xRange, yRange)),
  );
  return bubbles.map(({ label, x, y, diameter }, i) => ({
    text: label,
    x: x.value,
    y: y.value,
    axref: 'x',
    ayref: 'y',
    ax: xRange[0] + places[i].x * (xRange[1] - xRange[0]),
    ay: yRange[0] + places[i].y * (yRange[1] - yRange[0]),
    showarrow: true,
    arrowhead: 0,
    arrowwidth: 0.8,
    arrowcolor: INK,
    standoff: diameter / 2,
    borderpad: 1,
  }));
}

/** The boxes of a bubble and of its two intervals, in shares of the plot. */
function obstacles({ x, y, diameter }: Bubble, xRange: Range, yRange: Range): Box[] {
  const between = (low: number, high: number, range: Range) => ({
    at: share((low + high) / 2, range),
    length: (high - low) / (range[1] - range[0]),
  });
  const [horizontal, vertical] = [between(x.low, x.high, xRange), between(y.low, y.high, yRange)];
  const centre = { x: share(x.value, xRange), y: share(y.value, yRange) };
  const [width, height] = [diameter / PLOT.width, diameter / PLOT.height];
  return [
    { ...centre, width, height },
    { x: horizontal.at, y: centre.y, width: horizontal.length, height: 6 / PLOT.height },
    { x: centre.x, y: vertical.at, width: 6 / PLOT.width, height: vertical.length },
  ];
}

const share = (value: number, [low, high]: Range) => (value - low) / (high - low);
