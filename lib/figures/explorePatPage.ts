/** explore-pat.html: PAT's β, loss, gradient and class shares under sliders, in one file that needs no network. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeAtomically } from '../atomicFile';
import { makeFolder } from '../files';
import { checkKnownOptions, checkNumber } from '../check';

/** Where the page's sliders stand at first. */
export interface ExplorePatPageOptions {
  /** τ, 0.1 to 10 (default 1). */
  temperature?: number;
  /** k of the exponential β, 0.1 to 10, or `'classes'` for k = C (default 1). */
  sharpness?: number | 'classes';
  /** ε of the inverse β, 1e-4 to 1 (default 0.01). */
  epsilon?: number;
  /** C, 2 to 200 (default 11). */
  numClasses?: number;
}

/** Text of the page. @throws InputError for a value outside its slider. */
export function explorePatHtml(options: ExplorePatPageOptions = {}): string {
  const where = 'explorePatHtml';
  checkKnownOptions(where, options, ['temperature', 'sharpness', 'epsilon', 'numClasses']);
  const { temperature = 1, sharpness = 1, epsilon = 1e-2, numClasses = 11 } = options;
  checkNumber(where, 'temperature', temperature, { min: 0.1, max: 10 });
  if (sharpness !== 'classes') checkNumber(where, 'sharpness', sharpness, { min: 0.1, max: 10 });
  checkNumber(where, 'epsilon', epsilon, { min: 1e-4, max: 1 });
  checkNumber(where, 'numClasses', numClasses, { min: 2, max: 200, integer: true });
  const parameters = JSON.stringify({ temperature, sharpness, epsilon, numClasses });
  const script = ['formulas.js', 'chart.js', 'page.js'].map(part).join('\n');
  const pieces: Record<string, string> = {
    STYLE: part('page.css'),
    PARAMETERS: parameters,
    SCRIPT: script,
  };
  return part('page.html').replace(
    /\/\*(STYLE|PARAMETERS|SCRIPT)\*\//g,
    (_mark, name: string) => pieces[name],
  );
}

/** Writes explore-pat.html into `directory` (default: PAT_FIGURES_DIR, else `figures`); returns its path. */
export async function writeExplorePat(
  options: ExplorePatPageOptions = {},
  directory = process.env.PAT_FIGURES_DIR || 'figures',
): Promise<string> {
  const html = explorePatHtml(options);
  const folder = resolve(directory);
  await makeFolder('explorePatPage', folder);
  const file = join(folder, 'explore-pat.html');
  await writeAtomically(file, Buffer.from(html));
  return file;
}

/** A file of the folder explorePat/: read as text, because tslab's compiler takes TypeScript only. */
function part(name: string): string {
  return readFileSync(join(__dirname, 'explorePat', name), 'utf8').trim();
}
