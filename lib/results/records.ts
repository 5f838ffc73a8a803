/** Records of finished runs, read from run folders and from committed files. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { classCounts, scoresFrom } from '../metrics';
import type { SegmentationScores } from '../metrics';
import { pointsOf } from '../runs/curves';
import type { EpochPoint } from '../runs/curves';
import { readEpochs } from '../runs/epochs';
import { criteriaOf } from '../runs/selection';
import type { Criterion } from '../runs/selection';
import { isLabelled, parseRecord, RecordError, withSettings } from '../runs/record';
import type { RunRecord, ScoredSplit, StoredRecord } from '../runs/record';
import type { LeftOut } from './cells';
import { recordFiles } from './recordFiles';

/** The split whose scores are read: a record holds `counts` and `perImage` of the validation split, the same in `test`. */
export type ScoredSplitName = 'valid' | 'test';

/** One finished run on one split. */
export interface ResultRecord {
  /** The file it was read from. */
  file: string;
  split: ScoredSplitName;
  config: RunRecord['config'];
  classNames: string[];
  /** Which data it was made from; records of older versions lack it. */
  data?: StoredRecord['data'];
  /** Of the training and the validation split. */
  samples?: StoredRecord['samples'];
  scores: SegmentationScores;
  counts: number[][];
  /** Without it there is no interval over images and no paired test. */
  perImage?: ScoredSplit['perImage'];
  /** The same weights with a decision by adjusted logits, which runs of cross-entropy have beside their own. */
  adjusted?: StoredRecord['adjusted'];
  /** How logits became classes, where not by the highest. */
  decision?: 'adjusted';
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
  /** What is no record of this split, or cannot be read, and why. */
  skipped: LeftOut[];
}

/**
 * Reads every record under `folders`: `record.json` of each run folder (one that has a `config.json`; of its other files
 * only `metrics.jsonl` is read) and of those inside it, and every other `.json` file but those that a sweep keeps beside its
 * runs; links are followed, and what is reached twice is read once. A file that is torn, no record, whose numbers contradict
 * each other, or that has no scores of the split is named in `skipped` and left out, as is a folder that cannot be read. In
 * the order of the paths.
 *
 * Option `selection`: by which criterion the weights were kept that are scored (default: the first of each run's `selection`)
 * @throws InputError where one of `folders` cannot be read.
 */
export async function readRecords(
  folders: string | readonly string[],
  { split = 'valid', selection }: { split?: ScoredSplitName; selection?: Criterion } = {},
): Promise<ReadRecords> {
  return (await readBothSplits(folders, { splits: [split], selection }))[split];
}

/** `readRecords` of both splits: each file is read once. A split that is not asked for is empty. */
export async function readBothSplits(
  folders: string | readonly string[],
  {
    splits = ['valid', 'test'],
    selection,
  }: { splits?: readonly ScoredSplitName[]; selection?: Criterion } = {},
): Promise<Record<ScoredSplitName, ReadRecords>> {
  const { files, skipped } = await recordFiles(folders);
  const found: Record<ScoredSplitName, ReadRecords> = {
    valid: { records: [], skipped: [...skipped] },
    test: { records: [], skipped: [...skipped] },
  };
  for (const file of files) {
    const leftOut = (split: ScoredSplitName, error: unknown) => {
      const { message, reason = message } = error as Error & { reason?: string };
      found[split].skipped.push({ file, reason });
    };
    const record = await readWithCurves(file).catch((error: unknown) => {
      for (const split of splits) leftOut(split, error);
    });
    if (!record) continue;
    for (const split of splits) {
      try {
        const chosen = withSelection(file, record, selection);
        found[split].records.push(resultRecord(file, chosen, split));
      } catch (error) {
        leftOut(split, error);
      }
    }
  }
  return found;
}

/** Curves of a run folder are in its metrics.jsonl. */
async function readWithCurves(file: string): Promise<StoredRecord> {
  const record = parseRecord(file, await readFile(file, 'utf8'));
  if (path.basename(file) !== 'record.json') return record;
  return { ...record, curves: pointsOf(await readEpochs(path.dirname(file))) };
}

/**
 * The record with the scores of the weights that `selection` keeps (default: those that the run kept).
 *
 * @throws RecordError where the run did not keep by it.
 */
function withSelection(
  file: string,
  record: StoredRecord,
  selection: Criterion | undefined,
): StoredRecord {
  const asked = criteriaOf(record.config);
  if (selection === undefined || selection === asked[0]) return record;
  const chosen = record.selected?.[selection];
  if (chosen === undefined) {
    throw new RecordError(file, `holds no scores by ${selection}, but by ${asked.join(', ')}`);
  }
  const { counts, perImage, test, validationCrossEntropy } = chosen;
  const config = { ...record.config, selection };
  return { ...record, config, counts, perImage, test, validationCrossEntropy, adjusted: undefined };
}

/** One split of a record that was read from `file`. @throws RecordError where the record has no scores of it. */
export function resultRecord(
  file: string,
  record: StoredRecord,
  split: ScoredSplitName,
): ResultRecord {
  withSettings(file, record);
  const scored: (ScoredSplit & { crossEntropy?: number }) | undefined =
    split === 'valid' ? { ...record, crossEntropy: record.validationCrossEntropy } : record.test;
  if (scored === undefined) throw new RecordError(file, 'holds no scores of the test split');
  if (!isLabelled(scored.counts))
    throw new RecordError(file, `its ${split} split has no labelled pixel`);
  const { config, classNames, weightsSha256, times, curves = [] } = record;
  const { counts, perImage, crossEntropy } = scored;
  const { validationCrossEntropy: onValidation } = record;
  const adjusted = (split === 'test') === (record.test !== undefined) ? record.adjusted : undefined;
  return {
    file,
    split,
    config,
    classNames,
    scores: scoresFrom(classCounts(counts)),
    counts,
    ...present({ perImage, crossEntropy, trainingPixels: record.trainingPixels }),
    ...present({ data: record.data, samples: record.samples, adjusted }),
    ...(onValidation === undefined ? {} : { validation: { crossEntropy: onValidation } }),
    curves,
    weightsSha256,
    seconds: times.seconds,
  };
}

/** The run as its adjusted logits decide: a result of its own; undefined where the record has none. */
export function adjustedRecord(record: ResultRecord): ResultRecord | undefined {
  if (record.adjusted === undefined) return undefined;
  const { counts, perImage } = record.adjusted;
  const scores = scoresFrom(classCounts(counts));
  return { ...record, crossEntropy: undefined, scores, counts, perImage, decision: 'adjusted' };
}

/** Without what is undefined. */
function present<Parts extends object>(parts: Parts): Partial<Parts> {
  const entries = Object.entries(parts).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries) as Partial<Parts>;
}
