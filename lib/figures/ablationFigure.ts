/** The ablation that the paper lacks: a score with and without β, with and without 1/|M|, beside class-balanced weights. */
import type { Data, Layout, LayoutAxis } from 'plotly.js';
import { invalid } from '../check';
import { ablationTitles } from '../claims/ablationClaims';
import type { AblationPart, AblationScore } from '../claims/ablationClaims';
import { datasetTitle } from '../results/names';
import { rounded } from '../print/figureText';
import { axis, panelTitle, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';

export interface AblationFigureOptions {
  /** What is drawn, `'tail mIoU'`. */
  score: string;
  /** Network, size and training, for the caption. */
  setting: string;
  /** File stem (default `'ablation'`). */
  name?: string;
}

const GAP = 0.07;
/** Of the lines without and with β, and of the seeds beside their mean. */
const DODGE = 0.1;
const SEEDS = 0.18;

/** Series by β; each part's place on the axis. */
const series: readonly { name: string; at: Partial<Record<AblationPart, number>> }[] = [
  { name: 'without β', at: { neither: 0, mask: 1 } },
  { name: 'with β', at: { coefficient: 0, both: 1 } },
  { name: 'class-balanced weights', at: { classBalanced: 2 } },
];

/**
 * A panel for each data set: without and with 1/|M| on the axis, a line without and one with β, class-balanced weights on
 * the right. Bars are intervals, small points the seeds.
 *
 * @throws InputError when there is no score.
 */
export function ablationFigure(
  scores: readonly AblationScore[],
  { score, setting, name = 'ablation' }: AblationFigureOptions,
): Figure {
  if (scores.length === 0) throw invalid('ablationFigure', 'scores', 'a non-empty array', '[]');
  const datasets = [...new Set(scores.map(({ dataset }) => dataset))];
  const panelWidth = (1 - GAP * (datasets.length - 1)) / datasets.length;
  const layout: Partial<Layout> = { annotations: [], margin: { t: 50 } };
  const data = datasets.flatMap((dataset, panel): Data[] => {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const left = panel * (panelWidth + GAP);
    Object.assign(layout, {
      [`xaxis${suffix}`]: axis('', {
        domain: [left, left + panelWidth],
        anchor: `y${suffix}` as LayoutAxis['anchor'],
        tickvals: [0, 1, 2],
        ticktext: ['no 1/|M|', '1/|M|', 'CB'],
        range: [-0.5, 2.5],
        showgrid: false,
      }),
      [`yaxis${suffix}`]: axis(panel === 0 ? `${score}, %` : '', {
        rangemode: 'tozero',
        anchor: `x${suffix}` as LayoutAxis['anchor'],
      }),
    });
    layout.annotations?.push(panelTitle(datasetTitle(dataset), panel + 1));
    const own = scores.filter((one) => one.dataset === dataset);
    return series.flatMap(({ at }, index) => {
      const first = scores.find(({ part }) => at[part] !== undefined);
      return traces(own, index, suffix, first?.dataset === dataset);
    });
  });
  return {
    name,
    title: `Which part of PAT raises the ${score}`,
    caption:
      `${score} with and without β, with and without 1/|M|, and of class-balanced weights (CB); ${setting}. Bars: 95 % ` +
      `intervals over clusters of test images and seeds; small points: seeds.`,
    data,
    layout,
    aspectRatio: 0.45,
    rows: scores.map(({ dataset, part, value, low, high, seeds }): FigureRow => {
      const ofSeeds = Object.fromEntries(seeds.map((one, i) => [`seed ${i + 1}`, one]));
      return { dataset, part: ablationTitles[part], score: value, low, high, ...ofSeeds };
    }),
  };
}

/** The means with their intervals, and the seeds as small points. */
function traces(
  scores: readonly AblationScore[],
  index: number,
  suffix: string,
  showlegend: boolean,
): Data[] {
  const { name, at } = series[index];
  const points = scores.flatMap((one) => {
    const place = at[one.part];
    return place === undefined ? [] : [{ ...one, x: place + [-DODGE, DODGE, 0][index] }];
  });
  const x = points.map((point) => point.x);
  const { color, symbol, dash } = seriesStyle(index);
  const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
  return [
    {
      ...axes,
      type: 'scatter',
      mode: 'lines+markers',
      cliponaxis: false,
      x,
      y: points.map(({ value }) => rounded(value)),
      error_y: {
        type: 'data',
        symmetric: false,
        array: points.map(({ high, value }) => rounded(high - value)),
        arrayminus: points.map(({ low, value }) => rounded(value - low)),
        thickness: 1.5,
        width: 4,
      },
      name,
      legendgroup: name,
      showlegend,
      line: { color, dash },
      marker: { color, symbol, size: 9 },
    },
    {
      ...axes,
      type: 'scatter',
      mode: 'markers',
      cliponaxis: false,
      x: points.flatMap(({ seeds }, i) => seeds.map(() => x[i] + SEEDS)),
      y: points.flatMap(({ seeds }) => seeds.map((value) => rounded(value))),
      legendgroup: name,
      showlegend: false,
      hoverinfo: 'y',
      marker: { color, symbol, size: 4, opacity: 0.6 },
    },
  ];
}
