/** A figure as a cell's output. */
import { drawn } from '../print/plain';
import { screenLayout } from '../print/style';
import type { Figure } from '../print/figure';
import type { MimeBundle } from './output';

/** The figure for JupyterLab's Plotly extension, `width` CSS px wide, and a line of text. */
export function figureBundle(figure: Figure, width: number): MimeBundle {
  const { name, title } = figure;
  // No buttons: they would lie over the legend. Zooming, panning and resetting (a double click) are mouse gestures, and
  // `saveFigure` writes files.
  const config = { displaylogo: false, displayModeBar: false };
  return {
    'application/vnd.plotly.v1+json': {
      ...drawn(figure, screenLayout(figure, width)),
      config,
    },
    'text/plain': `Figure ${name}: ${title}`,
  };
}
