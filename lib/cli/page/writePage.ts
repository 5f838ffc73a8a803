/** What `npm run page` does once its arguments are understood. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { counted, invalid } from '../../check';
import { recordedLedger } from '../../livePage/ledger';
import { writeLivePage } from '../../livePage';
import type { LivePageOptions } from '../../livePage';
import { findRuns } from '../../runs/trainingRuns';

export interface PageRequest extends Omit<LivePageOptions, 'runs' | 'ledger'> {
  /** Folder of the records that the ledger is judged by. */
  results?: string;
}

/** Writes the page, and says how large it is. */
export async function writePage(
  folders: readonly string[],
  out: string,
  { results, ...request }: PageRequest,
): Promise<number> {
  const runs = await findRuns(folders);
  if (runs.length === 0) {
    const remedy = 'Train some: npm run train.';
    throw invalid('npm run page', '--runs', 'folders of finished runs', folders.join(','), remedy);
  }
  const ledger = results === undefined ? [] : await recordedLedger(results);
  const file = await writeLivePage({ ...given(request), runs, ledger, file: out });
  const megabytes = (statSync(file).size / 1e6).toFixed(1);
  process.stdout.write(
    `${path.relative('', file)}: ${counted(runs.length, 'run')}, ${megabytes} MB\n`,
  );
  return 0;
}

/** Without what was not given. */
function given<Options extends object>(options: Options): Options {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Options;
}
