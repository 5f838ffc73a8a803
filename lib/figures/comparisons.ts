/** The differences behind some claims with their intervals, one below the other. */
import type { Data } from 'plotly.js';
import type { LedgerRow } from '../claims';
import { rounded } from '../print/figureText';
import { axis, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';

export interface ComparisonsOptions {
  /** File stem. */
  name: string;
  title: string;
  /** Of the horizontal axis, `'tail mIoU, points'`. */
  unit: string;
}

/** Height of a line, in widths of the figure. */
const LINE = 0.032;

/**
 * A line for each comparison of each claim, in their order from the top; the claims differ in colour and marker. Filled
 * where the interval does not contain 0. Undefined where there is no comparison.
 */
export function comparisonsFigure(
  claims: readonly LedgerRow[],
  { name, title, unit }: ComparisonsOptions,
): Figure | undefined {
  const lines = claims.flatMap(({ id, comparisons }) =>
    comparisons.map((comparison) => ({ id, ...comparison })),
  );
  if (lines.length === 0) return undefined;
  const data = claims.flatMap(({ id, comparisons }, index): Data[] => {
    if (comparisons.length === 0) return [];
    const { color, symbol } = seriesStyle(index);
    const decided = comparisons.map(({ outcome }) => outcome === 'above' || outcome === 'below');
    return [
      {
        type: 'scatter',
        mode: 'markers',
        x: comparisons.map(({ value }) => rounded(value)),
        y: comparisons.map(({ label }) =>
          lines.findIndex((one) => one.id === id && one.label === label),
        ),
        error_x: {
          type: 'data',
          symmetric: false,
          array: comparisons.map(({ high, value }) => rounded(high - value)),
          arrayminus: comparisons.map(({ low, value }) => rounded(value - low)),
          color,
          thickness: 1.5,
          width: 3,
        },
        marker: {
          symbol: decided.map((one) => (one ? symbol : `${symbol}-open`)),
          color,
          size: 9,
          line: { color, width: 1.5 },
        },
        hovertext: comparisons.map(({ label }) => label),
        showlegend: false,
      },
    ];
  });
  const seeds = [...new Set(lines.map((line) => line.seeds))].sort((a, b) => a - b).join(' or ');
  return {
    name,
    title,
    caption:
      `${title}: ${unit}, with simultaneous 95 % intervals over clusters of test images and seeds (${seeds} seeds). Filled: the interval ` +
      `does not contain 0.`,
    data,
    layout: {
      xaxis: axis(unit, { zeroline: true, zerolinewidth: 1.5, zerolinecolor: '#8C8C8C' }),
      yaxis: axis('', {
        tickvals: lines.map((_, i) => i),
        ticktext: lines.map(({ label }) => label),
        range: [lines.length - 0.4, -0.6],
        showgrid: false,
      }),
    },
    aspectRatio: 0.14 + LINE * lines.length,
    rows: lines.map(({ id, label, value, low, high, outcome }) => {
      return { claim: id, comparison: label, value, low, high, outcome };
    }),
  };
}
