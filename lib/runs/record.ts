/** `record.json` of a finished run, and the smaller file that `npm run sweep -- --collect` keeps of it: one schema. */
import { sum } from '../statistics';
import { z } from 'zod';
import { InputError } from '../check';
import { readIfThere } from '../files';
import type { ExperimentConfig } from './config';
import { storedConfig } from './storedConfig';
import { epochPoints } from './curves';
import { dataIdentity } from './dataIdentity';
import { runPaths } from './runFolder';
import { checked } from '../schema';
import type { Inferred } from '../schema';

const amount = z.number().int().min(0);
const row = z.array(amount).readonly();
const score = z.number().nullable();

/** Pixels of each class in each image, `[image][class]`; from them every score of any set of images follows. */
const perImageCounts = z.object({
  /** Of the samples, in the order of the rows. */
  names: z.array(z.string()),
  /** Labelled and predicted as the class. */
  hits: z.array(row),
  labelled: z.array(row),
  predicted: z.array(row),
});

/** `SegmentationScores`. */
const scores = z.object({
  iou: z.array(score),
  dice: z.array(score),
  accuracyPerClass: z.array(score),
  meanIoU: score,
  meanIoUUnion: score,
  meanDice: score,
  pixelAccuracy: score,
  meanAccuracy: score,
  frequencyWeightedIoU: score,
});

const counts = z.array(z.array(amount));
const test = z.object({
  scores,
  counts,
  perImage: perImageCounts,
  /** Mean cross-entropy of the valid pixels of the test split, whatever the run's loss is. */
  crossEntropy: z.number().optional(),
});

/** Scores of the weights of another epoch: those that a further criterion of `selection` would keep. */
const otherEpoch = z.object({
  epoch: amount,
  /** Of the criterion. */
  value: z.number(),
  scores,
  counts,
  validationCrossEntropy: z.number(),
  perImage: perImageCounts.optional(),
  test: test.optional(),
});

/**
 * The kept weights of a cross-entropy run with a decision that needs no training: logits less t·log prior (Menon et al. 2021).
 * Of the test split where the record has one, else of the validation split.
 */
const adjusted = z.object({
  /** t, with the highest mean IoU on the validation split. */
  strength: z.number(),
  counts,
  perImage: perImageCounts,
});

const named = z.object({ name: z.string() }).passthrough();
const everyConfig = z.object({ dataset: named, model: named, loss: named, seed: z.number().int() });
/** As it was written, perhaps by another version of the kit: only what every reader takes for granted is checked. */
const config = z.unknown().transform((value, context) => {
  const { error } = everyConfig.safeParse(value);
  for (const issue of error?.issues ?? []) context.addIssue(issue);
  try {
    return storedConfig(value as ExperimentConfig);
  } catch (refused) {
    context.addIssue({ code: 'custom', message: (refused as Error).message });
    return z.NEVER;
  }
});

/** What tables and summaries say of every run beside its scores. */
const settings = z.object({
  dataset: z.object({ size: z.tuple([z.number(), z.number()]) }).passthrough(),
  model: z.object({ width: z.number() }).passthrough(),
  epochs: z.number(),
  batchSize: z.number(),
});

const runRecord = z.object({
  config,
  classNames: z.array(z.string()).min(1),
  /** Which data it was made from; absent in records of version 1.0. */
  data: dataIdentity.optional(),
  samples: z.object({ train: amount, valid: amount }),
  /** Values that training changed. */
  parameters: amount,
  epochs: amount,
  steps: amount,
  /** Epochs whose line in `metrics.jsonl` was lost; absent where none was. */
  missingEpochs: z.array(amount).optional(),
  /** Why the run ended: all epochs done, or `patience` of them without a better validation loss. */
  stoppedBy: z.enum(['epochs', 'patience']),
  /** The epoch whose weights were kept, by the first criterion of `selection`. */
  best: z.object({ epoch: amount, validLoss: z.number() }),
  /** Of the kept weights on the validation split. */
  scores,
  /** Pixels of the validation split, `[label][prediction]`. */
  counts,
  /** Of the validation split, where there is no test split to report. */
  perImage: perImageCounts.optional(),
  /** Of the kept weights on the test split, where the data set has one with labels; it took no part in choosing them. */
  test: test.optional(),
  /** Absent for runs of other losses, and in records of older versions. */
  adjusted: adjusted.optional(),
  /** Mean cross-entropy of the valid pixels of the validation split, whatever the run's loss is. */
  validationCrossEntropy: z.number().optional(),
  /** By the other criteria of `selection`; absent where there is one. */
  selected: z.record(otherEpoch).optional(),
  /** Pixels of each class in the training split. */
  trainingPixels: z.array(amount).optional(),
  /** Of `weights.safetensors`. */
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  versions: z.object({ tensorflow: z.string(), tfjs: z.string(), node: z.string() }),
  device: z.object({ device: z.enum(['CPU', 'GPU']), threads: amount, backend: z.string() }),
  /** ISO time of the end; `seconds`: training and validation, in all processes. */
  times: z.object({ finished: z.string(), seconds: z.number() }),
});

const storedTest = test.partial({ scores: true, perImage: true });

/** Scores follow from the counts, and little else is needed to compare runs. */
const storedRecord = runRecord
  .partial({ samples: true, parameters: true, epochs: true, steps: true, stoppedBy: true })
  .partial({ best: true, scores: true, versions: true, device: true })
  .extend({
    test: storedTest.optional(),
    selected: z
      .record(otherEpoch.partial({ scores: true }).extend({ test: storedTest.optional() }))
      .optional(),
    times: runRecord.shape.times.partial({ finished: true }),
    /** The course of the run, which its folder has in `metrics.jsonl`. */
    curves: epochPoints.optional(),
  });

/** What `record.json` holds. */
export type RunRecord = Inferred<typeof runRecord>;

/** What is kept of a record: its parts are optional but those that comparisons need. */
export type StoredRecord = Inferred<typeof storedRecord>;

/** What was scored on one split; without `perImage` there is no interval over images and no paired test. */
export type ScoredSplit = Pick<StoredRecord, 'counts' | 'perImage'>;

/** A file is no record; `reason` says why without its name. */
export class RecordError extends InputError {
  constructor(
    file: string,
    readonly reason: string,
  ) {
    super(`parseRecord: ${file} must be the record of a run, got another file. ${reason}`);
  }
}

/**
 * The record in `text`, read from `file`: of a run, or as a sweep's collection keeps it.
 *
 * @throws RecordError that names the file and what is wrong: torn, no record, or numbers that contradict each other.
 */
export function parseRecord(file: string, text: string): StoredRecord {
  return whole(file, checked(storedRecord, jsonOf(file, text)));
}

/**
 * The record of the finished run in `folder`; undefined when it has not ended. A test split without a labelled pixel, which
 * older versions of the kit wrote down as scored, is none.
 *
 * @throws RecordError as `parseRecord`.
 */
export async function readRecord(folder: string): Promise<RunRecord | undefined> {
  const file = runPaths(folder).record;
  const text = await readIfThere('readRecord', file);
  if (text === undefined) return undefined;
  const { test: scored, ...record } = whole(file, checked(runRecord, jsonOf(file, text)));
  return scored && isLabelled(scored.counts) ? { ...record, test: scored } : record;
}

/** Returns a record whose configuration holds what tables and summaries say of it. @throws RecordError for another. */
export function withSettings<Content extends StoredRecord>(file: string, record: Content): Content {
  const { problem } = checked(settings, record.config);
  if (problem !== undefined) throw new RecordError(file, `config.${problem}`);
  return record;
}

/** Whether counts, `[label][prediction]`, hold a labelled pixel. */
export function isLabelled(counts: readonly (readonly number[])[]): boolean {
  return counts.some((labels) => labels.some((count) => count > 0));
}

/** What was found, where its numbers do not contradict each other. */
function whole<Content extends StoredRecord>(
  file: string,
  { data, problem: wrong }: { data?: Content; problem?: string },
): Content {
  if (data === undefined) throw new RecordError(file, `not a run's record: ${wrong}`);
  const parts: Record<string, ScoredSplit> = {};
  for (const [name, one] of [['', data] as const, ...Object.entries(data.selected ?? {})]) {
    const place = name === '' ? '' : `selected.${name}.`;
    parts[place] = one;
    if (one.test !== undefined) parts[`${place}test.`] = one.test;
  }
  if (data.adjusted !== undefined) parts['adjusted.'] = data.adjusted;
  for (const [part, scored] of Object.entries(parts)) {
    const problem = contradiction(scored, data.classNames.length);
    if (problem !== undefined) throw new RecordError(file, part + problem);
  }
  return data;
}

function jsonOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RecordError(file, 'torn: not JSON');
  }
}

/** What is wrong with the numbers of a split, if anything is. */
function contradiction({ counts: all, perImage }: ScoredSplit, classes: number) {
  if (all.length !== classes || all.some((labels) => labels.length !== classes)) {
    return `counts are not ${classes} × ${classes}, as there are classes`;
  }
  if (perImage === undefined) return undefined;
  const total = {
    hits: all.map((labels, c) => labels[c]),
    labelled: all.map(sum),
    predicted: all.map((_, c) => sum(all.map((labels) => labels[c]))),
  };
  for (const key of ['hits', 'labelled', 'predicted'] as const) {
    const rows = perImage[key];
    const fits = rows.length === perImage.names.length && rows.every((r) => r.length === classes);
    if (!fits) return `perImage.${key} is not images × classes`;
    if (total[key].some((whole, c) => whole !== sum(rows.map((values) => values[c])))) {
      return `perImage.${key} does not add up to counts`;
    }
  }
  return undefined;
}
