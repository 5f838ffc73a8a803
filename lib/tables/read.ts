/** Tables from stored records, for cells. */
import { counted } from '../check';
import { datasetTitle } from '../datasets';
import { machinesOf, readSweepSummary } from '../sweeps/collect';
import { holdsPlan, readPlan } from '../sweeps/sweepFolder';
import { readRecords } from '../results/records';
import type { ScoredSplitName } from '../results/records';
import { tableNamed } from '../tables';
import type { SweepScale } from '../sweeps/presets';
import { tableOfRecords } from './build';
import type { ResultTable } from './specification';

export interface ReadTableOptions {
  /** Of the presets that the runs are of (default `'laptop'`). */
  scale?: SweepScale;
  /** Default `'test'`, but for a table that has one split of its own. */
  split?: ScoredSplitName;
  /** Draws for intervals (default 2000). */
  resamples?: number;
}

/** One table from the records below `folder`. @throws InputError for a folder that cannot be read. */
export async function readTable(
  name: string,
  folder: string,
  { scale = 'laptop', split = 'test', resamples }: ReadTableOptions = {},
): Promise<ResultTable> {
  const specification = tableNamed(name);
  const { split: own = split, selection } = specification;
  const { records, skipped } = await readRecords(folder, { split: own, selection });
  const table = tableOfRecords(specification, records, { scale, split: own, resamples });
  return { ...table, leftOut: [...skipped, ...table.leftOut] };
}

/**
 * What the runs in `folder` took: a sentence from the `sweep.json` that `--collect` wrote; of a sweep's own folder what was planned;
 * undefined where there is none.
 */
export async function sweepSentence(folder: string): Promise<string | undefined> {
  const plan = (await holdsPlan(folder)) ? await readPlan(folder) : undefined;
  if (plan) return `The sweep ${plan.name}: ${counted(plan.runs.length, 'run')} planned.`;
  const summary = await readSweepSummary(folder);
  if (summary === undefined) return undefined;
  const { runs, hours, datasets, epochs, widths, threads, versions, commit } = summary;
  const sets = datasets.map(
    ({ name, size, samples }) =>
      `${datasetTitle(name)} at ${size.join('×')} (${counted(samples.train, 'image')} to train on, ${samples.valid} to validate with)`,
  );
  const machines = machinesOf(summary).map(
    ({ processor, cores }) => `${processor} (${counted(cores, 'core')})`,
  );
  return (
    `${runs.finished} of ${runs.planned} planned runs, ${hours} hours of training and validation one after the other ` +
    `on ${machines.join(' and ')}, ${counted(threads, 'thread')} for each run: ${sets.join(', ')}; ` +
    `${[...epochs].sort((a, b) => a - b).join(', ')} epochs, width ${widths.join(', ')}; TensorFlow ${versions.map(({ tensorflow }) => tensorflow).join(', ')}, ` +
    `commit ${commit.slice(0, 8)}.`
  );
}
