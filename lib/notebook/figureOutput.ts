/** A figure as a cell's output. */
import { drawn } from '../print/plain';
import { screenLayout } from '../print/style';
import type { Figure } from '../print/figure';
import type { MimeBundle } from './output';

/** The figure for JupyterLab's Plotly extension, `width` CSS px wide, and a line of text. */
export function figureBundle(figure: Figure, width: number): MimeBundle {
  const { name, title } = figure;
  // Two buttons only: the full bar would lie over the legend. Zooming and panning are mouse gestures.
  const config = {
    displaylogo: false,
    modeBarButtons: [['toImage', 'resetScale2d']],
    toImageButtonOptions: { filename: name, format: 'svg' },
  };
  return {
    'application/vnd.plotly.v1+json': {
      ...drawn(figure, screenLayout(figure, width)),
      config,
    },
    'text/plain': `Figure ${name}: ${title}`,
  };
}
