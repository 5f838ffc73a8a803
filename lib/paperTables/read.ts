/** Tables from stored records, for cells. */
import { paperTable } from '../paperTables';
import { readSweepSummary } from '../results/collect';
import { readRecords } from '../results/records';
import type { ScoredSplitName } from '../results/records';
import type { SweepScale } from '../training/sweep/presets';
import type { PaperTable, PaperTableName } from './types';

export interface ReadTableOptions {
  /** Of the presets that the runs are of (default `'laptop'`). */
  scale?: SweepScale;
  /** Default `'test'`; the search for options is by validation scores. */
  split?: ScoredSplitName;
  /** Of the bootstrap (default 2000). */
  resamples?: number;
}

/** One table from the records below `folder`. @throws InputError for a folder that cannot be read. */
export async function readPaperTable(
  name: PaperTableName,
  folder: string,
  { scale = 'laptop', split = 'test', resamples }: ReadTableOptions = {},
): Promise<PaperTable> {
  const { records } = await readRecords(folder, { split });
  return paperTable(name, records, { scale, split, resamples });
}

/** What the runs in `folder` took: a sentence from its `sweep.json`; undefined where there is none. */
export async function sweepSentence(folder: string): Promise<string | undefined> {
  const summary = await readSweepSummary(folder);
  if (summary === undefined) return undefined;
  const { runs, hours, datasets, epochs, widths, machine, threads, versions, commit } = summary;
  const sets = datasets.map(
    ({ name, size, samples }) =>
      `${name} at ${size.join('×')} (${samples.train} images to train on, ${samples.valid} to validate with)`,
  );
  return (
    `${runs.finished} of ${runs.planned} planned runs, ${hours} hours of training and validation one after the other ` +
    `on ${machine.processor} (${machine.cores} cores, ${threads} for each run): ${sets.join(', ')}; ` +
    `${epochs.join(', ')} epochs, width ${widths.join(', ')}; TensorFlow ${versions.map(({ tensorflow }) => tensorflow).join(', ')}, ` +
    `commit ${commit.slice(0, 8)}.`
  );
}
