/** The lower part of Fig. 1: what each class of an image adds to PAT and to cross-entropy. */
import type { Data } from 'plotly.js';
import type { ClassSum } from '../analysis/method';
import { maximumOf } from '../extremes';
import { SMALL_PIXELS } from './drawing/canvas';
import type { Area, Canvas } from './drawing/canvas';
import { rounded } from '../print/figureText';
import { PALETTE, axis } from '../print/style';
import type { FigureRow } from '../print/figure';

/** Bars for each class; PAT's sums stand in a row above them, where no bar reaches. */
export function drawBars(canvas: Canvas, classes: readonly ClassSum[], area: Area): void {
  const names = classes.map(({ className }) => className);
  const percent = (share: number) => rounded(100 * share, 4);
  const line = { color: '#262626', width: 0.8 };
  const bars = (name: string, shares: number[], color: string): Data => ({
    type: 'bar',
    name,
    x: names,
    y: shares.map(percent),
    marker: { color, line },
  });
  const own = classes.map(({ share }) => share);
  const crossEntropy = classes.map(({ crossEntropyShare }) => crossEntropyShare);
  const highest = percent(maximumOf([...own, ...crossEntropy]));
  const sums: Data = {
    type: 'scatter',
    mode: 'text',
    x: names,
    y: names.map(() => 1.14 * highest),
    text: classes.map(({ loss }) => loss.toFixed(loss < 9.95 ? 2 : 1)),
    textfont: { size: SMALL_PIXELS },
    hoverinfo: 'skip',
    showlegend: false,
  };
  const series = [
    bars('−log p (2)', crossEntropy, '#FFFFFF'),
    bars('PAT (4), sums above', own, PALETTE[0]),
    sums,
  ];
  const tickfont = { size: SMALL_PIXELS };
  canvas.panel(area, series, {
    x: axis('', { type: 'category', tickangle: -35, tickfont, showgrid: false, automargin: false }),
    y: axis('Share, %', {
      range: [0, 1.25 * highest],
      nticks: 5,
      showgrid: false, // it would cross the sums
      automargin: false,
    }),
  });
}

/** A line of the table behind the figure. */
export function classRow({
  className,
  pixels,
  loss,
  share,
  crossEntropyShare,
}: ClassSum): FigureRow {
  return {
    class: className,
    pixels,
    maskWeight: rounded(1 / pixels),
    loss: rounded(loss),
    share: rounded(share),
    crossEntropyShare: rounded(crossEntropyShare),
  };
}
