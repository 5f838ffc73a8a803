/** Eq. 4 and 7: the range of per-class gradient norms within each image, before and after the 1/|M| normalization. */
import type { Data, Layout } from 'plotly.js';
import type { RatioStatistics } from '../analysis/gradientRatios';
import { counted, invalid } from '../check';
import { rounded, significant } from '../print/figureText';
import { axis, logAxis, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';

export interface GradientRangesOptions {
  /** Title and split of the data set, and the network, e.g. `'CamVid (train), U-Net after 60 steps'`. */
  dataset: string;
  /** File stem (default `'eq7-gradient-ranges'`). */
  name?: string;
}

/**
 * For each loss a thin line per image from the range (largest over smallest norm among its classes) of the summed
 * losses to that of the losses divided by |M|, and a thick one for the geometric mean.
 *
 * @throws InputError when there are no statistics.
 */
export function gradientRangesFigure(
  statistics: readonly RatioStatistics[],
  { dataset, name = 'eq7-gradient-ranges' }: GradientRangesOptions,
): Figure {
  if (statistics.length === 0) {
    throw invalid('gradientRangesFigure', 'statistics', 'a non-empty array', '[]');
  }
  const data = statistics.flatMap(({ ranges, meanRange, loss }, index): Data[] => {
    const { color, symbol, dash } = seriesStyle(index);
    const x = [2.5 * index, 2.5 * index + 1];
    const thin = ranges.map(({ image, before, after }): Data => {
      return {
        type: 'scatter',
        mode: 'lines',
        x,
        y: [rounded(before), rounded(after)],
        text: image,
        line: { color, width: 0.7 },
        opacity: 0.45,
        showlegend: false,
      };
    });
    const mean = [rounded(meanRange.before), rounded(meanRange.after)];
    return [
      ...thin,
      {
        type: 'scatter',
        mode: 'text+lines+markers' as const,
        x,
        y: mean,
        text: mean.map((value) => significant(value)),
        textposition: ['middle left', 'middle right'] as unknown as 'top center',
        line: { color, dash, width: 3 },
        marker: { color, symbol, size: 10 },
        name: loss,
      },
    ];
  });
  const columns = statistics.flatMap((_, index) => [2.5 * index, 2.5 * index + 1]);
  const layout: Partial<Layout> = {
    xaxis: axis('', {
      tickvals: columns,
      ticktext: statistics.flatMap(() => ['sum', 'sum / |M|']),
      range: [-0.6, columns[columns.length - 1] + 0.6],
      showgrid: false,
    }),
    yaxis: logAxis('Largest / smallest ‖g‖ in an image'),
  };
  const images = new Set(statistics.flatMap(({ ranges }) => ranges.map(({ image }) => image))).size;
  const means = statistics.map(({ loss, meanRange: { before, after } }) => {
    return `${loss} from ${significant(before)} to ${significant(after)}`;
  });
  return {
    name,
    title: 'Range of the gradient norms before and after dividing by |M|',
    caption:
      `Largest over smallest per-class gradient norm within an image, ${dataset}, ` +
      `${counted(images, 'image')}, for the loss summed over a class's mask and divided by its size. ` +
      `Thin lines: images; thick: geometric mean, ${means.join('; ')}.`,
    data,
    layout,
    aspectRatio: 0.5,
    rows: statistics.flatMap(({ loss, ranges }) => ranges.map((range) => ({ loss, ...range }))),
  };
}
