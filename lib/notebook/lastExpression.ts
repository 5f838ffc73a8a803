/**
 * A figure and a data frame as a cell's last expression: tslab prints it with `console.log`, which in a kernel shows these two
 * as a picture and a table. Tensors say what they are by themselves (inspected.ts).
 */
import type { Figure } from '../print/figure';
import { figureBundle } from './figureOutput';
import { isFrame } from './inspected';
import { renderTable } from './notebookTable';
import type { MimeBundle } from './output';

/** What to show of a value that is printed alone; undefined for what is printed as text. */
export function shownAlone(value: unknown): MimeBundle | undefined {
  if (isFigure(value)) return figureBundle(value);
  if (!isFrame(value)) return undefined;
  const { html, text } = renderTable(value);
  return { 'text/html': html, 'text/plain': text };
}

function isFigure(value: unknown): value is Figure {
  if (typeof value !== 'object' || value === null) return false;
  const { name, data, layout, rows, aspectRatio } = value as Partial<Figure>;
  const isNamed = typeof name === 'string' && typeof aspectRatio === 'number';
  return isNamed && Array.isArray(data) && Array.isArray(rows) && typeof layout === 'object';
}

/** Makes `log` show a figure or a frame that is its only argument by `write`. */
export function withShown(
  log: (...values: unknown[]) => void,
  write: (bundle: MimeBundle) => void,
): (...values: unknown[]) => void {
  return (...values) => {
    const bundle = values.length === 1 ? shownAlone(values[0]) : undefined;
    if (bundle === undefined) log(...values);
    else write(bundle);
  };
}
