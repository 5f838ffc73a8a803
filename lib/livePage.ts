/**
 * The live page: trained networks, and the kit's losses, in one HTML file that runs in a reader's browser without a server or
 * a network.
 *
 *     await writeLivePage({ runs: await findRuns(['data/runs/ce', 'data/runs/pat']), file: 'figures/live.html' });
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeAtomically } from './atomicFile';
import { checkKnownOptions, checkNumber, InputError, invalid } from './check';
import type { LedgerRow } from './claims';
import { datasetTitle } from './datasets';
import type { Colour } from './datasets/datasetTypes';
import { ignoreIndex } from './datasets/ignoreIndex';
import { vocColour } from './datasets/palette';
import { makeFolder } from './files';
import { pageScript } from './livePage/bundle';
import { drawnImages, folderImages } from './livePage/images';
import { pageNetwork } from './livePage/network';
import type { PageClaim, PageData, PageRun } from './livePage/pageTypes';
import { runSummary } from './livePage/summary';
import { htmlText } from './print/escape';
import type { RunRecord } from './runs/record';
import type { TrainingRun } from './runs/trainingRuns';
import { openSplit } from './training/openSplit';

export { livePagePicture } from './livePage/picture';

export interface LivePageOptions {
  /** With the same classes; one page for one data set. */
  runs: readonly TrainingRun[];
  /** Default: what the runs are of. */
  title?: string;
  /** Folder of photographs (default: drawn scenes). Whose they are: the text of its `ATTRIBUTION.txt`. */
  images?: string;
  /** How many images the page brings (default 6). */
  imageCount?: number;
  /** Kernels in float32 (default false: float16, half the size). */
  float32?: boolean;
  /** Claims to be listed (default none). */
  ledger?: readonly LedgerRow[];
  /** Folder of the notebooks as pages, as seen from the page; claims link to it (default: no links). */
  notebooks?: string;
}

const where = 'livePage';
const optionNames = ['runs', 'title', 'images', 'imageCount', 'float32', 'ledger', 'notebooks'];

/**
 * The text of the page.
 *
 * @throws InputError for no run, runs with different classes, weights that are not those of the record, and a network with
 *   layers of its own.
 */
export async function livePageHtml(options: LivePageOptions): Promise<string> {
  checkKnownOptions(where, options, optionNames);
  const data = await pageData(options);
  const pieces: Record<string, string> = {
    TITLE: htmlText(data.title),
    STYLE: part('page.css'),
    CREDIT: htmlText(data.credit),
    DATA: JSON.stringify(data).replace(/</g, '\\u003c'),
    SCRIPT: await pageScript(),
  };
  const marks = /\/\*(TITLE|STYLE|CREDIT|DATA|SCRIPT)\*\//g;
  return part('page.html').replace(marks, (_mark, name: string) => pieces[name]);
}

/** Writes the page to `file`, all or nothing; returns its absolute path. @throws InputError as `livePageHtml`. */
export async function writeLivePage({
  file,
  ...options
}: LivePageOptions & { file: string }): Promise<string> {
  const html = await livePageHtml(options);
  const target = path.resolve(file);
  await makeFolder('writeLivePage', path.dirname(target));
  await writeAtomically(target, Buffer.from(html));
  return target;
}

async function pageData(options: LivePageOptions): Promise<PageData> {
  const { runs: given, images, imageCount = 6, float32 = false, ledger = [] } = options;
  checkNumber(where, 'imageCount', imageCount, { integer: true, min: 0 });
  if (given.length === 0) throw invalid(where, 'runs', 'a non-empty array', '[]');
  const [{ record: first }] = given;
  const runs: PageRun[] = [];
  for (const run of given) {
    if (run.record.classNames.join('\n') !== first.classNames.join('\n')) {
      throw new InputError(
        `${where}: runs must have the same classes, got others in ${run.folder} than in ${given[0].folder}. ` +
          'Make a page for each data set.',
      );
    }
    runs.push({ ...(await runSummary(run)), ...(await pageNetwork(where, run, { float32 })) });
  }
  const { classNames, config } = first;
  const { size, name } = config.dataset;
  const colours = await coloursOf(first);
  const shown =
    images === undefined
      ? await drawnImages(config, imageCount)
      : await folderImages(where, images, size, imageCount);
  const { title = `${datasetTitle(name)}: ${given.map(({ label }) => label).join(' · ')}` } =
    options;
  return {
    ...{ title, size, ignoreIndex, ...shown },
    runs: runs.map((run, i) => ({ ...run, label: distinctLabel(runs, i) })),
    classes: classNames.map((name, c) => ({ name, colour: colours[c] })),
    ...(options.notebooks === undefined ? {} : { notebooks: options.notebooks }),
    ledger: ledger.map(claimOf),
  };
}

/** The data set's own; where it is not at hand, those of PASCAL VOC. */
async function coloursOf({ classNames, config }: RunRecord): Promise<readonly Colour[]> {
  const others = classNames.map((_, id) => vocColour(id + 1));
  try {
    const { palette } = await openSplit(config, 'valid');
    return palette.length === classNames.length ? palette : others;
  } catch (error) {
    if (error instanceof InputError) return others;
    throw error;
  }
}

/** With its seed, or at last its number, where runs are called alike. */
function distinctLabel(runs: readonly PageRun[], i: number): string {
  const { label, seed } = runs[i];
  const alike = runs.filter((one) => one.label === label);
  if (alike.length === 1) return label;
  const sameSeed = alike.filter((one) => one.seed === seed);
  return sameSeed.length === 1 ? `${label}, seed ${seed}` : `${label} (run ${i + 1})`;
}

function claimOf({ comparisons, ...row }: LedgerRow): PageClaim {
  const { place, claim, rule, verdict, measured, notebook } = row;
  return {
    ...{ place, claim, rule, verdict, measured, notebook },
    comparisons: comparisons.map(({ label, value, low, high }) => ({ label, value, low, high })),
  };
}

/** A file of the folder livePage/: read as text, because tslab's compiler takes TypeScript only. */
function part(name: string): string {
  return readFileSync(path.join(__dirname, 'livePage', name), 'utf8').trim();
}
