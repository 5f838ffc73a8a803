/** Fig. 1: the method as computed on one image: image → logits → p → β, 1/|M| → loss of each pixel → loss. */
import type { ClassSum, MethodSteps, PixelMap } from '../analysis/method';
import { maximumOf, minimumOf } from '../extremes';
import { Canvas, SMALL_PIXELS } from './drawing/canvas';
import type { Area } from './drawing/canvas';
import { rounded, significant } from '../print/figureText';
import { realMinus } from '../print/table/numberText';
import { classRow, drawBars } from './methodBars';
import { classMapPicture, photograph } from './drawing/pictures';
import type { MaskStyle } from './drawing/pictures';
import { FONT_PIXELS } from '../print/style';
import type { Figure } from '../print/figure';

export interface MethodFigureOptions {
  /** File stem (default `'fig1-method'`). */
  name?: string;
}

const COLUMNS = 5;
const MARGIN = 0.008;
const GAP = 0.042;
const WIDTH = (1 - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
/** Heading, and scale below, of a panel. */
const HEAD = 0.04;
const FOOT = 0.048;
/** Between the rows, for arrows. */
const BETWEEN = 0.042;
const BARS = { head: 0.066, height: 0.17, foot: 0.105, left: 0.085 };
const PICTURE_PIXELS = 480;

/**
 * The steps of Eq. 3–5 as panels with their values, read along the arrows; below, what each class adds to the loss,
 * beside what it adds to cross-entropy's mean over pixels (Eq. 2). `1/|M|` and the pixels' loss have logarithmic colours.
 */
export async function methodFigure(
  steps: MethodSteps,
  palette: Pick<MaskStyle, 'palette'>,
  { name = 'fig1-method' }: MethodFigureOptions = {},
): Promise<Figure> {
  const { source, channels, classes, loss } = steps;
  const height = (WIDTH * source.height) / source.width;
  const firstRow = HEAD;
  const secondRow = firstRow + height + FOOT + BETWEEN + HEAD;
  const barsTop = secondRow + height + FOOT + BARS.head;
  const canvas = new Canvas(barsTop + BARS.height + BARS.foot);
  const panel = (column: number, y: number): Area => ({
    x: MARGIN + column * (WIDTH + GAP),
    y,
    width: WIDTH,
    height,
  });
  const top = (column: number) => panel(column, firstRow);
  const low = (column: number) => panel(column, secondRow);

  canvas.picture(top(0), await photograph(source, PICTURE_PIXELS));
  canvas.picture(top(4), await classMapPicture(source, palette, PICTURE_PIXELS));
  const logits = channels.map((channel) => channel.logits);
  const ends = [minimumOf(logits.flat(2)), maximumOf(logits.flat(2))] as const;
  stack(canvas, top(1), logits, ends);
  canvas.scale(top(1), realMinus(significant(ends[0], 2)), significant(ends[1], 2));
  stack(
    canvas,
    top(2),
    channels.map((channel) => channel.probability),
    [0, 1],
  );
  canvas.scale(top(2), '0', '1');
  linear(canvas, top(3), steps.trueProbability, [0, 1]);
  const headings = ['image', 'logits z', 'PPVs p', 'p<sub>y</sub>', 'labels y'];
  headings.forEach((text, column) => canvas.heading(top(column), text));

  logarithmic(canvas, low(1), steps.pixelLoss);
  linear(canvas, low(2), steps.crossEntropy);
  linear(canvas, low(3), steps.coefficient);
  maskWeights(canvas, low(4), steps.maskWeight, classes);
  const products = ['pixel loss (4)', '−log p<sub>y</sub> (3)', 'β (5)', '1/|M| (4)'];
  products.forEach((text, i) => canvas.heading(low(i + 1), text));
  ['=', '×', '×'].forEach((sign, i) => {
    const { x, y } = low(i + 2);
    canvas.text([x - GAP / 2, y + height / 2], sign, { font: { size: 1.3 * FONT_PIXELS } });
  });
  const total = low(0);
  canvas.frame(total);
  const middle = total.x + WIDTH / 2;
  canvas.heading(total, 'loss L (4)');
  canvas.text([middle, total.y + height / 2], loss.toPrecision(4), {
    font: { size: 1.5 * FONT_PIXELS },
  });

  drawArrows(canvas, top, low, barsTop);
  drawBars(canvas, classes, {
    x: BARS.left,
    y: barsTop,
    width: 1 - BARS.left - MARGIN,
    height: BARS.height,
  });
  return {
    name,
    title: 'The method, step by step',
    caption: captionOf(steps),
    data: canvas.data,
    layout: {
      ...canvas.layout(),
      bargap: 0.25,
      bargroupgap: 0.05,
      legend: {
        x: 1,
        xanchor: 'right',
        yref: 'paper',
        y: 1 - (barsTop - 0.008) / canvas.aspectRatio,
        yanchor: 'bottom',
      },
    },
    aspectRatio: canvas.aspectRatio,
    rows: classes.map(classRow),
  };
}

/** Channels behind each other, the first in front. */
function stack(
  canvas: Canvas,
  { x, y, width, height }: Area,
  maps: readonly number[][][],
  range: readonly [number, number],
): void {
  const step = 0.1;
  const size = 1 - step * (maps.length - 1);
  [...maps.keys()].reverse().forEach((i) => {
    const area = {
      x: x + i * step * width,
      y: y + (maps.length - 1 - i) * step * height,
      width: size * width,
      height: size * height,
    };
    canvas.heatMap(area, drawn(maps[i]), range, `channel ${i + 1}`);
  });
}

const drawn = (map: PixelMap): PixelMap =>
  map.map((line) => line.map((value) => (value === null ? null : rounded(value, 3))));

const valuesOf = (map: PixelMap) => map.flat().filter((value): value is number => value !== null);

function linear(canvas: Canvas, area: Area, map: PixelMap, ends?: readonly [number, number]): void {
  const values = valuesOf(map);
  const [low, high] = ends ?? [minimumOf(values), maximumOf(values)];
  canvas.heatMap(area, drawn(map), [low, high], 'value');
  canvas.scale(area, low < 0.005 ? '0' : significant(low, 2), significant(high, 2));
}

const logarithms = (map: PixelMap): PixelMap =>
  map.map((line) => line.map((value) => (value === null ? null : Math.log10(value))));

/** From the power of ten below the 5 % quantile to the one above the largest value. */
function logarithmic(canvas: Canvas, area: Area, map: PixelMap): void {
  const sorted = valuesOf(logarithms(map)).sort((a, b) => a - b);
  const low = Math.floor(sorted[Math.floor(0.05 * sorted.length)]);
  const high = Math.ceil(sorted[sorted.length - 1]);
  const bounded = logarithms(map).map((line) =>
    line.map((value) => (value === null ? null : Math.max(value, low))),
  );
  canvas.heatMap(area, drawn(bounded), [low, high], 'log₁₀');
  const power = (exponent: number) => `10<sup>${realMinus(String(exponent))}</sup>`;
  canvas.scale(area, `≤ ${power(low)}`, high === 0 ? '1' : power(high));
}

function maskWeights(
  canvas: Canvas,
  area: Area,
  map: PixelMap,
  classes: readonly ClassSum[],
): void {
  const [largest, smallest] = [classes[0].pixels, classes[classes.length - 1].pixels];
  const range = [-Math.log10(largest), -Math.log10(smallest)] as const;
  canvas.heatMap(area, drawn(logarithms(map)), range, 'log₁₀');
  canvas.scale(area, `1/${largest}`, smallest === 1 ? '1' : `1/${smallest}`);
}

/** Along the first row, down to the products, and from the pixels' loss over the bars to L. */
function drawArrows(
  canvas: Canvas,
  top: (column: number) => Area,
  low: (column: number) => Area,
  barsTop: number,
): void {
  const middle = ({ x, width }: Area) => x + width / 2;
  const level = top(0).y + top(0).height / 2;
  const inset = 0.006;
  for (const column of [0, 1, 2]) {
    const end = top(column + 1).x - inset;
    canvas.arrow([top(column).x + WIDTH + inset, level], [end, level]);
  }
  canvas.arrow([top(4).x - inset, level], [top(3).x + WIDTH + inset, level]);

  ['f', 'σ'].forEach((sign, i) => {
    const place = [top(i + 1).x - GAP / 2, level - 0.004] as const;
    canvas.text(place, sign, { yanchor: 'bottom', font: { size: SMALL_PIXELS } });
  });

  const below = top(0).y + top(0).height + FOOT;
  const bus = below + BETWEEN / 2 - 0.004;
  const heading = low(0).y - HEAD + 0.004;
  canvas.arrow([middle(top(3)), below - 0.012], [middle(top(3)), heading]);
  canvas.arrow([middle(top(3)), bus], [middle(low(2)), bus], [middle(low(2)), heading]);
  canvas.arrow([middle(top(4)), top(4).y + top(4).height + inset], [middle(top(4)), heading]);

  const bars = barsTop - 0.008;
  canvas.arrow([middle(low(1)), low(1).y + low(1).height + FOOT - 0.004], [middle(low(1)), bars]);
  canvas.arrow([middle(low(0)), bars], [middle(low(0)), low(0).y + low(0).height + inset]);
  const sums = { xanchor: 'left', xshift: 5 } as const;
  canvas.text([middle(low(1)), bars - 0.027], 'Σ<sub>j</sub>', sums);
  canvas.text([middle(low(0)), bars - 0.027], 'Σ<sub>c</sub>', sums);
}

function captionOf({
  title,
  split,
  source,
  options,
  channels,
  classes,
  createdLoss,
}: MethodSteps): string {
  const parameters = Object.entries(options).map(([key, value]) => `${key} ${String(value)}`);
  const shown = channels.map(({ className }) => className).join(', ');
  return (
    `Pixel-wise adaptive training on image ${source.name} of ${title} (${split}, 1 image), PAT with ` +
    `${parameters.join(', ') || 'default options'}; numbers of equations in parentheses. A network f gives logits z, ` +
    `the softmax p = σ(z/τ) is the pixel-wise prediction vectors, PPVs (channels: ${shown}); labels y choose p of the true class. ` +
    `The loss of a pixel is (1/|M|)·β·(−log p), M being the mask of its class in the image (logarithmic colours); ignored ` +
    `pixels are white, among the labels black. Bars: the shares of the ${classes.length} classes, the largest mask first; the numbers above are PAT’s ` +
    `sums over the pixels j of a mask, whose sum over the classes c is L = ${createdLoss.toPrecision(4)}.`
  );
}
