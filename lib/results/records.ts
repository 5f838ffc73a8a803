/** Records of finished runs, read from run folders and from committed files. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { invalid } from '../check';
import { classCounts, scoresFrom } from '../metrics';
import type { SegmentationScores } from '../metrics';
import { pointsOf } from '../runs/curves';
import type { EpochPoint } from '../runs/curves';
import { readEpochs } from '../runs/epochs';
import { isLabelled, parseRecord, RecordError } from '../runs/record';
import type { RunRecord, ScoredSplit, StoredRecord } from '../runs/record';

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
  /** Without it there is no interval over images and no paired test. */
  perImage?: ScoredSplit['perImage'];
  /** Mean cross-entropy of the split's valid pixels; records of older versions lack it. */
  crossEntropy?: number;
  /** Of the validation split, whichever is read. */
  validation?: { crossEntropy?: number };
  /** Pixels of each class in the training split; records of older versions lack them. */
  trainingPixels?: number[];
  /** Epoch by epoch; empty where neither the record nor its run folder tells. */
  curves: EpochPoint[];
  weightsSha256: string;
  /** Training and validation. */
  seconds: number;
}

export interface ReadRecords {
  records: ResultRecord[];
  /** Files that are no record of this split, and why. */
  skipped: { file: string; reason: string }[];
}

/** What a sweep keeps beside its runs. */
const sweepFiles = ['sweep.json', 'request.json', 'failure.json'];

/**
 * Reads every record under `folders`: `record.json` of a run folder (one that has a `config.json`; of its other files
 * only `metrics.jsonl` is read), and every other `.json` file but those that a sweep keeps beside its runs. A file that is
 * torn, no record, whose numbers contradict each other, or that has no scores of the split is named in `skipped` and left
 * out. In the order of the paths.
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
        const record = resultRecord(file, parseRecord(file, await readFile(file, 'utf8')), split);
        const isRun = path.basename(file) === 'record.json';
        if (isRun) record.curves = pointsOf(await readEpochs(path.dirname(file)));
        found.records.push(record);
      } catch (error) {
        const { message, reason = message } = error as Error & { reason?: string };
        found.skipped.push({ file, reason });
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

/** One split of a record that was read from `file`. @throws RecordError where the record has no scores of it. */
export function resultRecord(
  file: string,
  record: StoredRecord,
  split: ScoredSplitName,
): ResultRecord {
  const { config, classNames, weightsSha256, times, curves = [], trainingPixels } = record;
  const scored: (ScoredSplit & { crossEntropy?: number }) | undefined =
    split === 'valid' ? { ...record, crossEntropy: record.validationCrossEntropy } : record.test;
  if (scored === undefined) throw new RecordError(file, 'holds no scores of the test split');
  if (!isLabelled(scored.counts))
    throw new RecordError(file, `its ${split} split has no labelled pixel`);
  const { counts, perImage, crossEntropy } = scored;
  const { validationCrossEntropy: onValidation } = record;
  return {
    file,
    split,
    config,
    classNames,
    scores: scoresFrom(classCounts(counts)),
    counts,
    ...(perImage === undefined ? {} : { perImage }),
    ...(crossEntropy === undefined ? {} : { crossEntropy }),
    ...(onValidation === undefined ? {} : { validation: { crossEntropy: onValidation } }),
    ...(trainingPixels === undefined ? {} : { trainingPixels }),
    curves,
    weightsSha256,
    seconds: times.seconds,
  };
}
