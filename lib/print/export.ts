/** Writes a figure as the files a paper needs: SVG, PDF, PNG, and the CSV and Plotly JSON behind them. */
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError, checkKnownOptions, checkNumber, invalid } from '../check';
import { toldPlainly } from '../files';
import { csvText, drawn, jsonText } from './plain';
import { renderFigure } from './render';
import { VENUES, checkVenue, printLayout } from './style';
import type { VenueName } from './style';
import type { Figure } from './figure';

export interface ExportOptions {
  /** Whose width and text size (default `'eccv'`). */
  venue?: VenueName;
  /** Where the files go; made when it is missing. Default: PAT_FIGURES_DIR, else `figures`. */
  directory?: string;
}

/** Absolute paths of what was written. */
export interface ExportedFiles {
  svg: string;
  pdf: string;
  png: string;
  csv: string;
  json: string;
}

/**
 * Writes NAME.svg, NAME.pdf, NAME.png (300 dpi), NAME.csv and NAME.json at the venue's exact width.
 *
 * The same figure gives the same bytes with the same browser. Files are written under temporary names and
 * renamed when all are complete; on failure nothing is left and older files stay as they were.
 *
 * @throws InputError for a bad name, size, venue or character, and, before drawing, where the directory
 *   cannot be written to
 */
export async function exportFigure(
  figure: Figure,
  options: ExportOptions = {},
): Promise<ExportedFiles> {
  checkKnownOptions('exportFigure', options, ['venue', 'directory']);
  const { venue = 'eccv', directory = process.env.PAT_FIGURES_DIR || 'figures' } = options;
  checkVenue('exportFigure', venue);
  checkNumber('exportFigure', 'figure.aspectRatio', figure.aspectRatio, { min: 0.05, max: 20 });
  if (!/^[a-z0-9][\w-]*$/i.test(figure.name)) {
    throw invalid(
      'exportFigure',
      'figure.name',
      'letters, digits, - and _ (a file stem)',
      figure.name,
    );
  }
  const folder = resolve(directory);
  const staging = await stagingFolder(folder);
  try {
    const rendered = await renderFigure(figure, venue);
    const contents: Record<keyof ExportedFiles, string | Buffer> = {
      ...rendered,
      csv: csvText(figure.rows),
      json: plotlyJson(figure, venue),
    };
    const names = Object.keys(contents) as (keyof ExportedFiles)[];
    const target = (format: string) => join(folder, `${figure.name}.${format}`);
    const each = (work: (format: keyof ExportedFiles) => Promise<void>) =>
      Promise.all(
        names.map((format) => toldPlainly('exportFigure', target(format), () => work(format))),
      );
    await each((format) => writeFile(join(staging, format), contents[format]));
    await each((format) => rename(join(staging, format), target(format)));
    // Whoever runs a notebook wants to know which figures are its own.
    const { PAT_FIGURES_LIST: list } = process.env;
    if (list) await appendFile(list, `${figure.name}\n`);
    return Object.fromEntries(
      names.map((format) => [format, target(format)]),
    ) as unknown as ExportedFiles;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function plotlyJson(figure: Figure, venue: VenueName): string {
  const { name, title, caption } = figure;
  const { widthMillimetres } = VENUES[venue];
  const { data, layout, frames } = drawn(figure, printLayout(figure, venue));
  return `${jsonText({ name, title, caption, venue, widthMillimetres, data, layout, frames }, 1)}\n`;
}

async function stagingFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await mkdtemp(join(folder, '.export-'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `exportFigure: directory must be a folder that can be written to, got '${folder}' (${cause}). ` +
        'Give another with the option `directory` or the environment variable PAT_FIGURES_DIR.',
    );
  }
}
