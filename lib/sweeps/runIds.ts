/** Ids of runs are paths below `runs/` and below the folder of a collection: each is a safe one, and none is in another. */
import { invalid } from '../check';
import { checkRelative } from '../files';

/** Names of sweeps. */
export const sweepName = /^[\w.-]+$/;

const where = 'sweep';
const remedy = 'Give the values of the grid other labels.';

/**
 * Checks the ids of runs that are planned.
 *
 * @throws InputError for an id that leads elsewhere, one of the summary's name, two that differ in case alone (some disks
 *   do not tell them apart), and one in the folder of another, where tables would not look for it.
 */
export function checkRunIds(ids: readonly string[]): void {
  const known = new Map<string, string>();
  for (const id of ids) {
    checkRunId(id);
    const other = known.get(id.toLowerCase());
    if (other !== undefined)
      throw invalid(where, 'run', `another name than '${other}'`, id, remedy);
    known.set(id.toLowerCase(), id);
  }
  for (const id of ids) {
    const parts = id.toLowerCase().split('/');
    for (let length = 1; length < parts.length; length++) {
      const outer = known.get(parts.slice(0, length).join('/'));
      if (outer === undefined) continue;
      throw invalid(where, 'run', `outside the folder of run '${outer}'`, id, remedy);
    }
  }
}

/**
 * Checks the id of a run, stored in `file` where one is named. @throws InputError for one that leads elsewhere, or is the
 * summary's name.
 */
export function checkRunId(id: unknown, file?: string): string {
  const run = file === undefined ? 'run' : `run in ${file}`;
  if (typeof id !== 'string') throw invalid(where, `id of a ${run}`, 'a text', id);
  if (id.toLowerCase() === 'sweep')
    throw invalid(where, run, "another name than 'sweep'", id, remedy);
  return checkRelative(`${where}: ${run}`, id);
}
