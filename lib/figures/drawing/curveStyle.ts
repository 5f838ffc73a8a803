/** Lines of loss curves: colour and marker tell the loss, dashes tell its temperature or γ. */
import type { Data } from 'plotly.js';
import type { LossCurve } from '../../analysis/lossCurves';
import { PALETTE, seriesStyle } from '../../print/style';

export interface CurveStyle {
  line: { color: string; dash: ReturnType<typeof seriesStyle>['dash']; width: number };
  marker: { color: string; symbol: string; size: number; maxdisplayed: number };
}

/** Number of the black series: cross-entropy, which the others are compared with. */
const BLACK = PALETTE.indexOf('#000000');

/**
 * One style per curve. Curves that differ in `temperature` or `gamma` alone share colour and
 * marker. Up to six families beside cross-entropy differ in both.
 */
export function curveStyles(curves: readonly LossCurve[]): CurveStyle[] {
  const families = curves.map(({ config, label }) =>
    JSON.stringify(config ? { ...config, temperature: undefined, gamma: undefined } : label),
  );
  const isReference = (family: string) => family.includes('"crossEntropy"');
  const distinct = [...new Set(families.filter((family) => !isReference(family)))];
  return families.map((family, index) => {
    const { color, symbol } = seriesStyle(isReference(family) ? BLACK : distinct.indexOf(family));
    const { dash } = seriesStyle(families.slice(0, index).filter((f) => f === family).length);
    const marker = { color, symbol, size: 6, maxdisplayed: 7 };
    return { line: { color, dash, width: 1.5 }, marker };
  });
}

/** A curve in the left panel (axes x, y; with a legend entry) or the right one (x2, y2). */
export function curveTrace(
  label: string,
  panel: 'left' | 'right',
  values: { x: number[]; y: number[] },
  style: CurveStyle,
): Data {
  const axes = panel === 'left' ? { xaxis: 'x', yaxis: 'y' } : { xaxis: 'x2', yaxis: 'y2' };
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name: label,
    legendgroup: label,
    showlegend: panel === 'left',
    ...axes,
    ...values,
    ...style,
  };
}
