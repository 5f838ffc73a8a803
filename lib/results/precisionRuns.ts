/** Runs that differ in precision alone: collected from a sweep, stored as one small file, compared. */
import path from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../atomicFile';
import { InputError } from '../check';
import { entriesIfThere } from '../files';
import { readEpochs } from '../runs/epochs';
import { readRecord } from '../runs/record';
import type { Precision } from '../engine';
import type { ExperimentConfig } from '../runs/config';
import { readCheckedIfThere } from '../schema';
import type { Inferred } from '../schema';
import { mean } from '../statistics';
import { lossLabel } from './names';
import { differingSettings, settingsText } from './settings';

const precisionEpoch = z.object({
  epoch: z.number(),
  trainLoss: z.number(),
  validLoss: z.number(),
  meanIoU: z.number().nullable(),
});

export type PrecisionEpoch = Inferred<typeof precisionEpoch>;

const precisionRun = z.object({
  /** Its name; where a sweep has several settings or options of it, with what tells them apart. */
  loss: z.string(),
  seed: z.number(),
  precision: z.enum(['float32', 'bfloat16']),
  epochs: z.array(precisionEpoch).min(1),
});

export type PrecisionRun = Inferred<typeof precisionRun>;

const precisionRuns = z.object({
  /** Data, size, network and batch, for captions. */
  setting: z.string(),
  runs: z.array(precisionRun),
});

export type PrecisionRuns = Inferred<typeof precisionRuns>;

/** Final scores of one loss. */
export interface PrecisionComparison {
  loss: string;
  seeds: number[];
  /** Final mean IoU, averaged over the seeds that both precisions have. */
  float32: number;
  bfloat16: number;
  difference: number;
  /** Largest minus smallest final mean IoU among the seeds in float32; null for one seed. */
  seedSpread: number | null;
}

/**
 * Reads the finished runs below a sweep's folder.
 *
 * @throws InputError where there is none.
 */
export async function collectPrecisionRuns(sweepFolder: string): Promise<PrecisionRuns> {
  const read = await finishedBelow(path.join(sweepFolder, 'runs'));
  if (read.length === 0) {
    throw new InputError(`collectPrecisionRuns: no finished run below '${sweepFolder}/runs'.`);
  }
  const configs = read.map(({ config }) => config);
  const differing = differingSettings(configs).filter(({ path }) => path !== 'precision');
  const settings = new Map(configs.map((config) => [settingsText(differing, config), config]));
  const setting = [...settings].map(([told, { dataset, model, batchSize }]) => {
    const more = told === '' ? '' : ` (${told})`;
    return (
      `${dataset.name} ${dataset.size.join('×')}, ${model.name} of width ${model.width}, ` +
      `batches of ${batchSize}${more}`
    );
  });
  const labels = new Set(configs.map(({ loss }) => lossLabel(loss)));
  const names = new Set(configs.map(({ loss }) => loss.name));
  const lossOf = ({ loss }: ExperimentConfig) =>
    labels.size > names.size ? lossLabel(loss) : loss.name;
  const runs = read.map(({ config, run }) => {
    const loss = [lossOf(config), settingsText(differing, config)].filter(Boolean).join(', ');
    return { loss, ...run };
  });
  return { setting: setting.join('; '), runs };
}

type ReadRun = { config: ExperimentConfig; run: Omit<PrecisionRun, 'loss'> };

/** The finished runs in a folder and below it, in the order of their paths. */
async function finishedBelow(folder: string): Promise<ReadRun[]> {
  const entries = await entriesIfThere('collectPrecisionRuns', folder);
  const inside = entries.filter((entry) => entry.isDirectory());
  const below = inside.map(({ name }) => finishedBelow(path.join(folder, name)));
  const record = await readRecord(folder);
  if (record === undefined) return (await Promise.all(below)).flat();
  const { config } = record;
  const { seed, precision } = config;
  const epochs = (await readEpochs(folder)).map(({ epoch, trainLoss, validLoss, meanIoU }) => {
    return { epoch, trainLoss, validLoss, meanIoU };
  });
  return [{ config, run: { seed, precision, epochs } }, ...(await Promise.all(below)).flat()];
}

export async function writePrecisionRuns(file: string, runs: PrecisionRuns): Promise<void> {
  await writeAtomically(file, Buffer.from(`${JSON.stringify(runs, null, 2)}\n`));
}

/** The content of such a file; undefined where there is none. @throws InputError that names another file. */
export function readPrecisionRuns(file: string): Promise<PrecisionRuns | undefined> {
  const remedy = 'Collect the runs again (notebook 12).';
  return readCheckedIfThere('readPrecisionRuns', file, precisionRuns, 'hold runs', remedy);
}

/** The final mean IoU of each loss in both precisions; losses without a seed in both are left out. */
export function comparePrecisions({ runs }: PrecisionRuns): PrecisionComparison[] {
  const losses = [...new Set(runs.map(({ loss }) => loss))];
  return losses.flatMap((loss) => {
    const final = (precision: Precision) =>
      new Map(
        runs
          .filter((run) => run.loss === loss && run.precision === precision)
          .map(({ seed, epochs }) => [seed, epochs[epochs.length - 1].meanIoU ?? 0]),
      );
    const [full, low] = [final('float32'), final('bfloat16')];
    const seeds = [...full.keys()].filter((seed) => low.has(seed));
    if (seeds.length === 0) return [];
    const [float32, bfloat16] = [full, low].map((scores) =>
      mean(seeds.map((seed) => scores.get(seed) as number)),
    );
    const all = [...full.values()];
    const seedSpread = all.length > 1 ? Math.max(...all) - Math.min(...all) : null;
    return [{ loss, seeds, float32, bfloat16, difference: bfloat16 - float32, seedSpread }];
  });
}
