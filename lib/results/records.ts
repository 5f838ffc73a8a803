/** Records of finished runs, read from run folders and from committed files. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { invalid } from '../check';
import { scoresFrom } from '../metrics';
import type { SegmentationScores } from '../metrics';
import type { PerImageCounts } from '../training/evaluate';
import type { RunRecord } from '../training/record';
import { storedConfig } from '../training/storedConfig';
import { epochPoints, pointsOfMetrics } from './curves';
import type { EpochPoint } from './curves';

/** What was scored on one split. */
export interface ScoredSplit {
  /** Pixels, `[label][prediction]`. */
  counts: number[][];
  /** Without it there is no interval over images and no paired test. */
  perImage?: PerImageCounts;
}

/** The split whose scores are read: a record holds `counts` and `perImage` of the validation split, the same in `test`. */
export type ScoredSplitName = 'valid' | 'test';

/** One finished run on one split. */
export interface ResultRecord {
  /** The file it was read from. */
  file: string;
  split: ScoredSplitName;
  config: RunRecord['config'];
  classNames: string[];
  scores: SegmentationScores;
  counts: number[][];
  perImage?: PerImageCounts;
  /** Epoch by epoch; empty where neither the record nor its run folder tells. */
  curves: EpochPoint[];
  weightsSha256: string;
  /** Labelled pixels of each class in the training split; records of version 1.0 have none. */
  trainingPixels?: number[];
  /** Training and validation. */
  seconds: number;
}

export interface ReadRecords {
  records: ResultRecord[];
  /** Files that are no record of this split, and why. */
  skipped: { file: string; reason: string }[];
}

/** What is read of a `record.json`. */
interface StoredRecord extends ScoredSplit {
  config: RunRecord['config'];
  classNames: string[];
  test?: ScoredSplit;
  curves?: EpochPoint[];
  weightsSha256: string;
  trainingPixels?: number[];
  times: { seconds: number };
}

const pixels = z.array(z.array(z.number().int().min(0)));
const scoredSplit = {
  counts: pixels,
  perImage: z
    .object({ names: z.array(z.string()), hits: pixels, labelled: pixels, predicted: pixels })
    .optional(),
};
const named = z.object({ name: z.string() }).passthrough();
const schema = z.object({
  config: z
    .object({ dataset: named, model: named, loss: named, seed: z.number().int() })
    .passthrough(),
  classNames: z.array(z.string()).min(1),
  ...scoredSplit,
  test: z.object(scoredSplit).optional(),
  curves: epochPoints.optional(),
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  trainingPixels: z.array(z.number().int().min(0)).optional(),
  times: z.object({ seconds: z.number() }),
});

/** What a sweep keeps beside its runs. */
const sweepFiles = ['sweep.json', 'request.json', 'failure.json'];

/**
 * Reads every record under `folders`: `record.json` of a run folder (one that has a `config.json`; of its other files
 * only `metrics.jsonl` is read), and every other `.json` file but those that a sweep keeps beside its runs. A file that is torn, no record, or whose numbers contradict each other is
 * named in `skipped` and left out. In the order of the paths.
 *
 * @throws InputError for a folder that cannot be read.
 */
export async function readRecords(
  folders: string | readonly string[],
  { split = 'valid' }: { split?: ScoredSplitName } = {},
): Promise<ReadRecords> {
  const found: ReadRecords = { records: [], skipped: [] };
  for (const folder of typeof folders === 'string' ? [folders] : folders) {
    const files = await jsonFiles(folder).catch((error: Error) => {
      throw invalid('readRecords', 'folders', 'folders that can be read', folder, error.message);
    });
    for (const file of files) {
      try {
        const record = parseRecord(file, await readFile(file, 'utf8'), split);
        found.records.push(record);
        if (path.basename(file) !== 'record.json') continue;
        const metrics = path.join(path.dirname(file), 'metrics.jsonl');
        record.curves = pointsOfMetrics(await readFile(metrics, 'utf8').catch(() => ''));
      } catch (error) {
        found.skipped.push({ file, reason: (error as Error).message });
      }
    }
  }
  return found;
}

async function jsonFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (files.includes('config.json')) {
    return files.includes('record.json') ? [path.join(folder, 'record.json')] : [];
  }
  const inside = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => jsonFiles(path.join(folder, name))),
  );
  const own = files
    .filter((name) => name.endsWith('.json') && !sweepFiles.includes(name))
    .map((name) => path.join(folder, name));
  return [...own, ...inside.flat()].sort();
}

/** The record in `text`, read from `file`. @throws what tells why it is none. */
export function parseRecord(file: string, text: string, split: ScoredSplitName): ResultRecord {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error('torn: not JSON');
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0];
    throw new Error(`not a run's record: ${at.join('.') || 'the whole'}: ${message}`);
  }
  const {
    config,
    classNames,
    weightsSha256,
    trainingPixels,
    times,
    test,
    curves = [],
    ...valid
  } = parsed.data as unknown as StoredRecord;
  const scored = split === 'valid' ? valid : test;
  if (scored === undefined) throw new Error('holds no scores of the test split');
  const { counts, perImage } = scored;
  checkCounts(scored, classNames.length);
  return {
    file,
    split,
    config: storedConfig(config),
    classNames,
    scores: scoresFrom(classCounts(counts)),
    counts,
    ...(perImage === undefined ? {} : { perImage }),
    curves,
    weightsSha256,
    ...(trainingPixels === undefined ? {} : { trainingPixels }),
    seconds: times.seconds,
  };
}

function checkCounts({ counts, perImage }: ScoredSplit, classes: number): void {
  if (counts.length !== classes || counts.some((row) => row.length !== classes)) {
    throw new Error(`counts are not ${classes} × ${classes}, as there are classes`);
  }
  if (perImage === undefined) return;
  const total = classCounts(counts);
  for (const part of ['hits', 'labelled', 'predicted'] as const) {
    const rows = perImage[part];
    const fits = rows.length === perImage.names.length && rows.every((r) => r.length === classes);
    if (!fits) throw new Error(`perImage.${part} is not images × classes`);
    if (total[part].some((sum, c) => sum !== rows.reduce((all, row) => all + row[c], 0))) {
      throw new Error(`perImage.${part} does not add up to counts`);
    }
  }
}

function classCounts(counts: readonly number[][]) {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return {
    hits: counts.map((row, c) => row[c]),
    labelled: counts.map(sum),
    predicted: counts.map((_, c) => sum(counts.map((row) => row[c]))),
  };
}
