/** A figure that is redrawn in place while a cell runs. */
import { SCREEN_WIDTH_PIXELS, figureHeight } from '../print/style';
import type { Figure } from '../print/figure';
import { figureBundle } from './figureOutput';
import { replaceableOutput } from './output';

export interface LiveFigure {
  /** Redraws, unless the last drawing is younger than the interval. */
  update(): void;
  /** Redraws in any case. */
  redraw(): void;
}

/**
 * Shows what `draw` returns, now and at each update, in one output of the running cell:
 *
 *     const curves = liveFigure(() => trainingCurvesFigure([run], { dataset }));
 *     for (…) { …; curves.update(); }
 *     curves.redraw();
 *
 * Outside a kernel nothing is shown.
 *
 * Option `milliseconds`: between two drawings at least (default 1500)
 */
export function liveFigure(
  draw: () => Figure,
  { milliseconds = 1500 }: { milliseconds?: number } = {},
): LiveFigure {
  const show = replaceableOutput();
  let drawnAt = -Infinity;
  const redraw = () => {
    const figure = draw();
    const height = Math.round(figureHeight(figure, SCREEN_WIDTH_PIXELS));
    // JupyterLab's Plotly extension draws an output once and never again; one of another type in between makes it new.
    if (drawnAt > -Infinity)
      show({ 'text/html': `<div style="height:${height}px"></div>`, 'text/plain': figure.title });
    show(figureBundle(figure));
    drawnAt = performance.now();
  };
  redraw();
  return {
    redraw,
    update: () => {
      if (performance.now() - drawnAt >= milliseconds) redraw();
    },
  };
}
