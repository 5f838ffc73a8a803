/**
 * `metrics.jsonl`: a line for each epoch. One policy for all who read it: lines count in their order; a last line that a
 * kill tore (no line break, or no JSON) is left out; any other line that is no epoch's is an error.
 */
import { z } from 'zod';
import { writeAtomically } from '../atomicFile';
import { invalid } from '../check';
import { readIfThere } from '../files';
import { runPaths } from './runFolder';
import { checked } from '../schema';
import type { Inferred } from '../schema';

const score = z.number().nullable();

/** One line of `metrics.jsonl`; scores of the validation split. */
export const epochMetrics = z.object({
  /** From 1. */
  epoch: z.number().int(),
  /** Steps done in all epochs. */
  step: z.number().int(),
  /** Mean over the samples of the epoch, each at the weights of its step. */
  trainLoss: z.number(),
  validLoss: z.number(),
  /** Mean cross-entropy of the valid pixels of the validation split, whatever the run's loss is. */
  validCrossEntropy: z.number().optional(),
  meanIoU: score,
  meanDice: score,
  pixelAccuracy: score,
  /** `fineGrainedScores`; absent in lines of version 1.0. */
  meanIoUC: score.optional(),
  /** One for each class. */
  iou: z.array(score),
  /** Of the epoch's last step. */
  learningRate: z.number(),
  /** Global L2 norm of the steps' gradients over the epoch. */
  gradientNorm: z.object({ mean: z.number(), max: z.number() }),
  /** Of training and validation up to here. */
  seconds: z.number(),
  /** With `logging.classStatistics`: see `ClassStatistics` of `lib/training`. */
  classStatistics: z
    .object({
      pixels: z.array(z.number()),
      gradientNorm: z.array(score),
      pixelGradientNorm: z.array(score),
      coefficient: z.array(score).optional(),
    })
    .optional(),
});

export type EpochMetrics = Inferred<typeof epochMetrics>;

/**
 * The epochs that a run has done so far; none without a run.
 *
 * @throws InputError that names file and line for a line that is no epoch's, and for a file that cannot be read.
 */
export async function readEpochs(folder: string): Promise<EpochMetrics[]> {
  const file = runPaths(folder).metrics;
  return parseEpochs(file, (await readIfThere('readEpochs', file)) ?? '');
}

/** The epochs in `text`, read from `file`. @throws InputError as `readEpochs`. */
export function parseEpochs(file: string, text: string): EpochMetrics[] {
  const lines = text.split('\n').slice(0, -1); // what follows the last line break is torn, or nothing
  const isTorn = lines.length > 0 && jsonOf(lines[lines.length - 1]) === undefined;
  return (isTorn ? lines.slice(0, -1) : lines).map((line, i) => {
    const found = checked(epochMetrics, jsonOf(line));
    if (found.data) return found.data;
    const remedy = `${found.problem}. Take the line out.`;
    throw invalid(
      'readEpochs',
      `line ${i + 1} of ${file}`,
      'the metrics of an epoch',
      line,
      remedy,
    );
  });
}

/**
 * Makes `metrics.jsonl` hold the epochs 1 to `epochs`, those before a checkpoint. Cut are lines that follow them (epochs that
 * will be done again from an older checkpoint), and the first line that is not the next epoch's with all behind it. What is
 * then missing is written anew from `history`, the checkpoint's.
 *
 * @returns the epochs that the file holds now, and those that no line was found for
 */
export async function repairMetrics(
  file: string,
  epochs: number,
  history: readonly EpochMetrics[] = [],
): Promise<{ kept: EpochMetrics[]; rebuilt: number[]; missing: number[] }> {
  const text = (await readIfThere('repairMetrics', file)) ?? '';
  const lines = text.split('\n').slice(0, -1);
  const read = lines.map((line) => checked(epochMetrics, jsonOf(line)).data);
  const end = read.findIndex((data, i) => i >= epochs || data?.epoch !== i + 1);
  const intact = end < 0 ? lines : lines.slice(0, end);
  const later = history.filter(({ epoch }) => epoch > intact.length && epoch <= epochs);
  const repaired = [...intact, ...later.map((metrics) => JSON.stringify(metrics))];
  const content = repaired.map((line) => `${line}\n`).join('');
  if (content !== text) await writeAtomically(file, Buffer.from(content));
  const kept = parseEpochs(file, content);
  const there = new Set(lines);
  const rebuilt = later.filter((one) => !there.has(JSON.stringify(one))).map(({ epoch }) => epoch);
  return { kept, rebuilt, missing: missingEpochs(kept, epochs) };
}

/** The epochs from 1 to `epochs` that are not among `known`. */
export function missingEpochs(known: readonly EpochMetrics[], epochs: number): number[] {
  const found = new Set(known.map(({ epoch }) => epoch));
  return Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => !found.has(epoch));
}

/** Undefined where `text` is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
