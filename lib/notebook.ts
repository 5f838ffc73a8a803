/**
 * What a cell uses to show its results, in the kit's look:
 *
 *     import { show, saveFigure, showTable, progress } from './lib/notebook';
 *
 * Everything also works outside a kernel (tests, scripts), as text.
 */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { checkKnownOptions, checkNumber } from './check';
import { withoutHtml } from './print/escape';
import { exportFigure } from './print/export';
import type { ExportOptions } from './print/export';
import { VENUES } from './print/style';
import type { Figure } from './print/figure';
import { kernelModule } from './interrupt';
import { figureBundle } from './notebook/figureOutput';
import { withShown } from './notebook/lastExpression';
import { writeOutput } from './notebook/output';
import { pageBundle } from './notebook/pageOutput';
import { renderTable } from './notebook/notebookTable';
import type { FrameLike, TableOptions } from './notebook/notebookTable';

export { checkLoss } from './notebook/checkLoss';
export { figure, restyle } from './figures/figure';
export { interruptible } from './interrupt';
export { markdownText } from './print/escape';
export { exportFigure } from './print/export';
export { liveFigure } from './notebook/liveFigure';
export { progress } from './notebook/progress';
export { dataFrame } from './notebook/inspected';

const CSS_PIXELS_PER_MILLIMETRE = 96 / 25.4;

/**
 * Shows a figure interactively (zoom, values under the pointer; its sliders work without the kernel).
 *
 * @param options.width in CSS px (default: as wide as the output, in the kit's JupyterLab up to 760); the height follows
 *   from the figure's aspect ratio, at 760 px by default
 */
export function show(figure: Figure, options: { width?: number } = {}): void {
  checkKnownOptions('show', options, ['width']);
  const { width } = options;
  if (width !== undefined) checkNumber('show', 'width', width, { min: 100, max: 10_000 });
  writeOutput(figureBundle(figure, width));
}

/**
 * Exports a figure (see `exportFigure`), shows the PNG at its print size, which GitHub displays too, and prints
 * the paths of what was written.
 */
export async function saveFigure(figure: Figure, options: ExportOptions = {}): Promise<void> {
  const files = await exportFigure(figure, options);
  const { widthMillimetres } = VENUES[options.venue ?? 'eccv'];
  showImage(await readFile(files.png), { width: widthMillimetres * CSS_PIXELS_PER_MILLIMETRE });
  const formats = Object.keys(files).join(', ');
  console.log(`${relative('', files.svg).replace(/svg$/, '')}{${formats}}`);
}

/** Shows a table: rows, or a danfojs DataFrame. Numbers are aligned right, null is shown as a dash. */
export function showTable(table: readonly object[] | FrameLike, options: TableOptions = {}): void {
  checkKnownOptions('showTable', options, ['title', 'precision']);
  const { html, text } = renderTable(table, options);
  writeOutput({ 'text/html': html, 'text/plain': text });
}

/** Shows a PNG, `width` CSS px wide (default: its own width). */
export function showImage(png: Uint8Array, options: { width?: number } = {}): void {
  checkKnownOptions('showImage', options, ['width']);
  const metadata = options.width ? { 'image/png': { width: Math.round(options.width) } } : {};
  writeOutput(
    {
      'image/png': Buffer.from(png).toString('base64'),
      'text/plain': `Image, ${png.length} bytes`,
    },
    metadata,
  );
}

/** Shows an interactive page that also lies on the disk as `file` (e.g. `explorePatHtml` and `writeExplorePat`). */
export function showPage(html: string, { title, file }: { title: string; file: string }): void {
  writeOutput(pageBundle(html, title, file));
}

/**
 * Shows Markdown text, e.g. a sentence that states a computed number. HTML in it is shown as text: names come from files,
 * and a page that a notebook is exported to would run what they bring. A name in the sentence is shown literally by
 * `markdownText(name)`.
 */
export function markdown(text: string): void {
  writeOutput({ 'text/markdown': withoutHtml(text), 'text/plain': text });
}

if (kernelModule() !== undefined) console.log = withShown(console.log.bind(console), writeOutput);
