/** A figure as a cell's output. */
import { drawn } from '../print/plain';
import { screenLayout } from '../print/style';
import type { Figure } from '../print/figure';
import type { MimeBundle } from './output';

/**
 * The figure for JupyterLab's Plotly extension and a line of text: `width` CSS px wide, or by default as wide as the output is,
 * in the kit's JupyterLab up to 760 px (scripts/lab.css).
 */
export function figureBundle(figure: Figure, width?: number): MimeBundle {
  const { name, title } = figure;
  const { width: drawnWidth, ...rest } = screenLayout(figure, width);
  const layout = width === undefined ? { ...rest, autosize: true } : { ...rest, width: drawnWidth };
  // No buttons: they would lie over the legend. Zooming, panning and resetting (a double click) are mouse gestures, and
  // `saveFigure` writes files.
  const config = { displaylogo: false, displayModeBar: false, responsive: width === undefined };
  return {
    'application/vnd.plotly.v1+json': {
      ...drawn(figure, layout),
      config,
    },
    'text/plain': `Figure ${name}: ${title}`,
  };
}
