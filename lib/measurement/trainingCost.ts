/**
 * What training with each loss costs (Fig. 6, § 5.2.3): seconds of an epoch, peak memory, utilization of the processor and
 * of the GPU. Each loss trains in a process of its own, the run of `npm run train` without its logs; the processes take
 * turns, epoch by epoch, so that a drift of the machine hits all alike. The first epoch of each is not measured: it reads
 * the data and records the graphs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkNumber, invalid } from '../check';
import { findDataset } from '../datasets';
import type { LossConfig } from '../losses';
import { interleave } from './interleave';
import { machine, spreadOf } from './spread';
import type { Machine } from './spread';
import type { NetworkName } from '../models';
import { lossLabel } from '../results/names';
import { parseConfig } from '../runs/config';
import { openSplit } from '../training/openSplit';
import type { ExperimentInput } from '../runs/config';
import { CostSide } from './costSide';
import type { EpochCost } from './costSide';
import { GpuUsage } from './gpuUsage';
import { measuredOver } from './measured';
import type { Measured } from './measured';

export interface LossTrainingCost {
  label: string;
  loss: LossConfig;
  /** From the first batch to the last step of an epoch; validation and checkpoint do not count. */
  epochSeconds: Measured;
  /** The same over the first loss's in the same round. */
  timesFirst: Measured;
  /** Most memory that the process had in RAM during an epoch, TensorFlow and the data included. */
  peakMiB: Measured;
  /** Processor seconds of an epoch, all threads together: what others on the machine disturb least. */
  cpuSeconds: Measured;
  /** Processor seconds / (seconds of the epoch × cores), 0–1. */
  cpuShare: Measured;
  /** Share of the time in which the GPU worked, 0–1; null without a GPU. */
  gpuShare: Measured | null;
  /** Memory of the GPU that the process held; null without a GPU, and where nvidia-smi does not tell. */
  gpuMiB: Measured | null;
}

export interface TrainingCost {
  machine: Machine;
  /** Name of the GPU that TensorFlow used. */
  gpu: string | null;
  dataset: string;
  network: NetworkName;
  /** Channels of the network's first stage. */
  width: number;
  size: readonly [height: number, width: number];
  numClasses: number;
  batchSize: number;
  steps: number;
  rounds: number;
  /** Share of all cores that other programs used, median of the rounds; null where that cannot be known. */
  foreignShare: number | null;
  losses: LossTrainingCost[];
}

export interface TrainingCostOptions {
  /** The run that all losses share: data, network, batch size. Its `loss` and `epochs` do not count. */
  config?: ExperimentInput;
  /** Epochs measured for each loss (default 5). */
  rounds?: number;
  /** Told after each epoch, the unmeasured first ones included. */
  onEpoch?: (done: number, total: number) => void;
  /** An abort stops all processes and throws the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Measures every loss; the first one is what the others are compared with. On a GPU all processes share it.
 *
 * @throws InputError without losses, for two that are alike, and for a wrong configuration.
 */
export async function measureTrainingCost(
  losses: readonly LossConfig[],
  { config = {}, rounds = 5, onEpoch, signal: outer }: TrainingCostOptions = {},
): Promise<TrainingCost> {
  const where = 'measureTrainingCost';
  checkNumber(where, 'rounds', rounds, { integer: true, min: 1 });
  const labels = losses.map(lossLabel);
  if (losses.length === 0) throw invalid(where, 'losses', 'a non-empty array', '[]');
  if (new Set(labels).size < labels.length) throw invalid(where, 'losses', 'distinct', labels);
  const facts = await factsOf(config);
  const here = machine();
  const gpu = here.device === 'GPU' ? await GpuUsage.start() : undefined;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pat-cost-'));
  const controller = new AbortController();
  const stop = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', stop);
  const total = losses.length * (rounds + 1);
  let done = 0;
  const sides: CostSide[] = [];
  try {
    outer?.throwIfAborted();
    for (const [i, loss] of losses.entries()) {
      const run = { ...config, loss, epochs: rounds + 2, logging: { tensorboard: false } };
      const job = { config: run, outDir: path.join(folder, String(i)) };
      const count = () => onEpoch?.(++done, total);
      sides.push(new CostSide(labels[i], job, controller.signal, gpu, count));
    }
    for (let i = 0; i < sides.length; i += here.cores) {
      await Promise.all(sides.slice(i, i + here.cores).map((side) => side.burst()));
    }
    for (const side of sides) side.epochs = [];
    const options = { rounds, maxForeign: 1, signal: controller.signal };
    const { used } = await interleave(sides, options);
    const foreign = used.flatMap(({ foreignShare }) => foreignShare ?? []);
    return {
      machine: here,
      gpu: gpu?.title ?? null,
      ...facts,
      steps: sides[0].last.steps,
      rounds,
      foreignShare: foreign.length > 0 ? spreadOf(foreign).median : null,
      losses: sides.map((side, i) => ({
        label: labels[i],
        loss: losses[i],
        ...costOf(side, sides[0]),
      })),
    };
  } catch (error) {
    // A process that the interrupt ended says nothing of its own.
    await new Promise(setImmediate);
    throw outer?.aborted ? outer.reason : error;
  } finally {
    outer?.removeEventListener('abort', stop);
    for (const side of sides) side.stop();
    controller.abort();
    gpu?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Whether a quantity of the GPU is known for every epoch of every loss. */
export function isOnGpu(
  losses: readonly LossTrainingCost[],
  quantity: 'gpuShare' | 'gpuMiB',
): boolean {
  return losses.every((loss) => loss[quantity]?.values.length === loss.epochSeconds.values.length);
}

/** What of the configuration goes with the numbers; the data is opened, so that what is wrong with it ends no process. */
async function factsOf(input: ExperimentInput) {
  const config = parseConfig(input);
  const { dataset, model, batchSize } = config;
  if (dataset.name === 'auto') dataset.name = await findDataset({ root: dataset.root });
  const { title, numClasses } = await openSplit(config, 'train');
  const { name: network, width } = model;
  return { dataset: title, network, width, size: dataset.size, numClasses, batchSize };
}

function costOf({ epochs }: CostSide, first: CostSide): Omit<LossTrainingCost, 'label' | 'loss'> {
  const over = (name: keyof EpochCost) =>
    measuredOver(epochs.flatMap((epoch) => epoch[name] ?? []));
  const ofGpu = (name: 'gpuShare' | 'gpuMiB') =>
    epochs.some((epoch) => epoch[name] !== null) ? over(name) : null;
  const ratios = epochs.map(
    (epoch, round) => epoch.epochSeconds / first.epochs[round].epochSeconds,
  );
  return {
    epochSeconds: over('epochSeconds'),
    timesFirst: measuredOver(ratios),
    cpuSeconds: over('cpuSeconds'),
    peakMiB: over('peakMiB'),
    cpuShare: over('cpuShare'),
    gpuShare: ofGpu('gpuShare'),
    gpuMiB: ofGpu('gpuMiB'),
  };
}
