/** Fig. 3b: the β tensor of a real image, class by class, and the loss that y leaves of it. */
import type { Data, Layout } from 'plotly.js';
import type { CoefficientMap, CoefficientMaps } from '../analysis/coefficientMaps';
import { invalid } from '../check';
import { NULLIFIED, rounded, significant } from '../print/figureText';
import type { Figure, FigureRow } from '../print/figure';

export interface BetaTensorOptions {
  /** File stem (default `'fig3b-beta-tensor'`). */
  name?: string;
}

const QUANTITIES = [
  { key: 'probability', title: 'p' },
  { key: 'coefficient', title: 'β' },
  { key: 'loss', title: 'β·(−log p)·y' },
] as const;

type Quantity = (typeof QUANTITIES)[number]['key'];

/** Right edge of the maps; the colour bars stand beyond. */
const RIGHT = 0.92;
/** Upper edge of the maps; the class names stand above. */
const TOP = 0.93;
const GAP = 0.012;

/**
 * Columns: classes; rows: p, β and β·(−log p)·y, each row with one colour scale. Grey pixels are nullified by y = 0.
 *
 * @throws InputError when there are no maps.
 */
export function betaTensorFigure(
  { title, split, image, stride, options, maps, nullifiedShare }: CoefficientMaps,
  { name = 'fig3b-beta-tensor' }: BetaTensorOptions = {},
): Figure {
  if (maps.length === 0) throw invalid('betaTensorFigure', 'maps', 'a non-empty array', '[]');
  const data: Data[] = [];
  const layout: Partial<Layout> = {
    plot_bgcolor: NULLIFIED,
    annotations: [],
    margin: { t: 4, r: 4, b: 4, l: 22 },
  };
  QUANTITIES.forEach((quantity, row) => {
    const { y } = placeOf(row, 0, maps.length);
    Object.assign(layout, { [colourAxisName(row)]: colourAxis(maps, quantity.key, y) });
    layout.annotations?.push(sideTitle(quantity.title, y));
    maps.forEach((map, column) => {
      const place = placeOf(row, column, maps.length);
      const index = row * maps.length + column;
      Object.assign(layout, panelAxes(index, place));
      data.push(heatMap(map, quantity.key, index, colourAxisName(row)));
      if (row === 0) layout.annotations?.push(heading(map.className, place.x));
    });
  });
  const [first] = maps;
  const parameters = Object.entries(options).map(([key, value]) => `${key} ${String(value)}`);
  const height = first.probability.length / first.probability[0].length;
  return {
    name,
    title: 'The β tensor of an image',
    caption:
      `p, β and the loss β·(−log p)·y per class for image ${image} of ${title} (${split}, 1 image), one pixel ` +
      `in ${stride} in both directions, PAT with ${parameters.join(', ') || 'default options'}. ` +
      `Grey: nullified by y = 0, which is ${significant(100 * nullifiedShare)} % of the whole tensor.`,
    data,
    layout,
    aspectRatio: ((RIGHT / maps.length) * height * QUANTITIES.length) / TOP,
    rows: maps.flatMap(mapRows),
  };
}

interface Place {
  x: [number, number];
  y: [number, number];
}

function placeOf(row: number, column: number, columns: number): Place {
  const [width, height] = [RIGHT / columns, TOP / QUANTITIES.length];
  const top = TOP - row * height;
  return { x: [column * width, (column + 1) * width - GAP], y: [top - height + GAP, top] };
}

function colourAxisName(row: number): string {
  return row === 0 ? 'coloraxis' : `coloraxis${row + 1}`;
}

/** One scale for a row of maps, from 0 (β: from its smallest value) to the largest value. */
function colourAxis(maps: CoefficientMap[], key: Quantity, [bottom, top]: [number, number]) {
  const values = maps
    .flatMap((map) => map[key].flat())
    .filter((value): value is number => value !== null);
  const end = (best: (a: number, b: number) => number) => values.reduce(best, values[0] ?? 0);
  return {
    colorscale: 'YlGnBu',
    reversescale: true,
    cmin: key === 'coefficient' ? end((a, b) => Math.min(a, b)) : 0,
    cmax: end((a, b) => Math.max(a, b)),
    colorbar: {
      x: RIGHT,
      xanchor: 'left',
      xpad: 0,
      y: (bottom + top) / 2,
      len: top - bottom,
      ypad: 6,
      thickness: 8,
      nticks: 5,
    },
  };
}

function heatMap(map: CoefficientMap, key: Quantity, index: number, coloraxis: string): Data {
  const suffix = index === 0 ? '' : String(index + 1);
  const z = map[key].map((line) => line.map((value) => roundedOrNull(value, 3)));
  const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}`, coloraxis };
  return { type: 'heatmap', z, name: map.className, hoverongaps: false, ...axes };
}

function panelAxes(index: number, { x, y }: Place): Partial<Layout> {
  const suffix = index === 0 ? '' : String(index + 1);
  const plain = { showticklabels: false, ticks: '' as const, showgrid: false, showline: false };
  return {
    [`xaxis${suffix}`]: { ...plain, domain: x, anchor: `y${suffix}` as 'y' },
    [`yaxis${suffix}`]: { ...plain, domain: y, anchor: `x${suffix}` as 'x', autorange: 'reversed' },
  };
}

function heading(text: string, [left, right]: [number, number]) {
  const place = { x: (left + right) / 2, y: TOP, xanchor: 'center', yanchor: 'bottom' } as const;
  const shown = { text, xref: 'paper', yref: 'paper' } as const;
  return { ...shown, showarrow: false, ...place } as const;
}

function sideTitle(text: string, [bottom, top]: [number, number]) {
  const place = { x: 0, y: (bottom + top) / 2, xanchor: 'right', yanchor: 'middle' } as const;
  return {
    text,
    textangle: '-90',
    xref: 'paper',
    yref: 'paper',
    showarrow: false,
    ...place,
  } as const;
}

function mapRows(map: CoefficientMap): FigureRow[] {
  return map.probability.flatMap((line, row) =>
    line.map((probability, column) => ({
      class: map.className,
      row,
      column,
      probability: rounded(probability),
      coefficient: rounded(map.coefficient[row][column]),
      loss: roundedOrNull(map.loss[row][column]),
    })),
  );
}

function roundedOrNull(value: number | null, digits?: number): number | null {
  return value === null ? null : rounded(value, digits);
}
