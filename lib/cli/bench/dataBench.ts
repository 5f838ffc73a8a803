/**
 * `npm run bench -- data`: images per second from JPEG files, the memory cache and the disk cache,
 * beside a PyTorch DataLoader (Pillow, 2 workers) on the same files; how long a training step waits
 * for its batch; memory. Everything is measured in turn, round after round, so that a machine that
 * others use, too, slows all alike.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { tf } from '../../backend';
import { checkNumber } from '../../check';
import { sum } from '../../statistics';
import { openDataset } from '../../datasets';
import { batches } from '../../datasets/batches';
import { withCache } from '../../datasets/cache/sampleCache';
import type { SampleSource } from '../../datasets/datasetTypes';
import { createLoss } from '../../losses';
import { machine, machineText, residentMiB, spreadOf, spreadText } from '../../measurement/spread';
import { createModel } from '../../models';
import { trainableVariables } from '../../models/layers';
import { benchFiles } from './dataFiles';
import type { BenchFiles } from './dataFiles';
import { TorchPeer } from './torchPeer';
import type { BenchReport } from './benchTypes';

const size = [128, 128] as const;
const batchSize = 8;
const workers = 2;
const steps = 6;
const unetWidth = 16;

export async function benchData(options: {
  rounds: number;
  root?: string;
  signal: AbortSignal;
}): Promise<BenchReport> {
  const files = await benchFiles(options.root);
  const least = { integer: true, min: 2 * batchSize };
  checkNumber('npm run bench -- data', `images of ${files.title}`, files.pairs.length, least);
  const cacheFolder = await mkdtemp(path.join(os.tmpdir(), 'pat-bench-cache-'));
  try {
    return await measure(files, cacheFolder, options);
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
    if (files.temporary) await rm(files.temporary, { recursive: true, force: true });
  }
}

async function measure(
  files: BenchFiles,
  folder: string,
  { rounds, signal }: { rounds: number; signal: AbortSignal },
): Promise<BenchReport> {
  const where = machine();
  const peer = await TorchPeer.start('torchDataLoader.py', signal);
  try {
    const job = { pairs: files.pairs, size, batchSize, workers };
    const versions = await peer.ask(JSON.stringify(job));
    const dataset = await openDataset({ name: 'camvid', root: files.root, size });
    const identity = { name: 'bench' };
    const sources: Record<string, SampleSource> = {
      jpeg: dataset,
      memory: withCache(dataset, { kind: 'memory', identity }),
      disk: withCache(dataset, { kind: 'disk', identity, folder }),
    };
    const trainer = new Trainer(dataset.numClasses);
    const rates: Record<string, number[]> = { jpeg: [], memory: [], disk: [], torch: [] };
    const augmented: number[] = [];
    const waits: Record<string, StepTimes[]> = { jpeg: [], memory: [] };
    // Once unmeasured: compiles, fills the caches.
    const before = residentMiB();
    const { peak } = await readEpoch(sources.jpeg, 0);
    for (const name of ['memory', 'disk']) await readEpoch(sources[name], 0);
    await trainer.run(sources.memory, 0);
    for (let round = 1; round <= rounds; round++) {
      signal.throwIfAborted();
      for (const name of ['jpeg', 'memory', 'disk']) {
        rates[name].push((await readEpoch(sources[name], round)).imagesPerSecond);
      }
      rates.torch.push(Number((await peer.ask('run')).imagesPerSecond));
      augmented.push((await readEpoch(sources.memory, round, true)).imagesPerSecond);
      for (const name of ['jpeg', 'memory']) {
        waits[name].push(...(await trainer.run(sources[name], round)));
      }
      process.stderr.write(`round ${round} of ${rounds}\n`);
    }
    trainer.dispose();
    const json = {
      bench: 'data',
      machine: where,
      dataset: files.title,
      images: files.pairs.length,
      size,
      batchSize,
      rounds,
      pytorch: { ...versions, workers },
      imagesPerSecond: {
        jpeg: spreadOf(rates.jpeg),
        memoryCache: spreadOf(rates.memory),
        diskCache: spreadOf(rates.disk),
        memoryCacheAugmented: spreadOf(augmented),
        pytorch: spreadOf(rates.torch),
      },
      /** Median of the ratios within each round. */
      timesPytorch: {
        jpeg: ratio(rates.jpeg, rates.torch),
        memoryCache: ratio(rates.memory, rates.torch),
        diskCache: ratio(rates.disk, rates.torch),
      },
      training: {
        network: `unet, width ${unetWidth}`,
        steps: waits.jpeg.length,
        jpeg: stepSummary(waits.jpeg),
        memoryCache: stepSummary(waits.memory),
      },
      residentMiB: { before, whileReadingJpeg: peak },
    };
    return { lines: report(json, machineText(where)), json };
  } finally {
    peer.stop();
  }
}

/** Reads one shuffled epoch and gives the rate, and the most memory seen. */
async function readEpoch(source: SampleSource, seed: number, augment = false) {
  let images = 0;
  let peak = 0;
  const start = performance.now();
  for await (const batch of batches(source, { batchSize, shuffle: true, augment, seed })) {
    images += batch.names.length;
    tf.dispose([batch.images, batch.labels]);
    peak = Math.max(peak, residentMiB());
  }
  return { imagesPerSecond: (1000 * images) / (performance.now() - start), peak };
}

interface StepTimes {
  waitMs: number;
  stepMs: number;
}

/** A small U-Net in training: what the batches are for. */
class Trainer {
  private readonly model: tf.LayersModel;
  private readonly optimizer = tf.train.adam(1e-3);
  private readonly loss = createLoss({ name: 'crossEntropy' });

  constructor(numClasses: number) {
    this.model = createModel({ name: 'unet', numClasses, width: unetWidth });
  }

  /** Trains a few steps; the first batch, for which nothing could be prepared, is not counted. */
  async run(source: SampleSource, seed: number): Promise<StepTimes[]> {
    const times: StepTimes[] = [];
    let asked = performance.now();
    let done = 0;
    for await (const { images, labels } of batches(source, { batchSize, shuffle: true, seed })) {
      const received = performance.now();
      const value = this.optimizer.minimize(
        () => this.loss(this.model.apply(images, { training: true }) as tf.Tensor4D, labels),
        true,
        trainableVariables(this.model),
      ) as tf.Scalar;
      await value.data();
      tf.dispose([value, images, labels]);
      const stepMs = performance.now() - received;
      if (done > 0) times.push({ waitMs: received - asked, stepMs });
      if (done++ === steps) break;
      asked = performance.now();
    }
    return times;
  }

  dispose(): void {
    this.model.dispose();
    this.optimizer.dispose();
  }
}

function stepSummary(times: readonly StepTimes[]) {
  const total = (name: keyof StepTimes) => sum(times.map((each) => each[name]));
  return {
    waitMs: spreadOf(times.map(({ waitMs }) => waitMs)),
    stepMs: spreadOf(times.map(({ stepMs }) => stepMs)),
    waitShare: total('waitMs') / (total('waitMs') + total('stepMs')),
  };
}

function ratio(ours: readonly number[], theirs: readonly number[]): number {
  return spreadOf(ours.map((rate, round) => rate / theirs[round])).median;
}

interface Numbers {
  dataset: string;
  images: number;
  rounds: number;
  imagesPerSecond: Record<string, ReturnType<typeof spreadOf>>;
  timesPytorch: Record<string, number>;
  training: {
    network: string;
    jpeg: ReturnType<typeof stepSummary>;
    memoryCache: ReturnType<typeof stepSummary>;
  };
  residentMiB: { before: number; whileReadingJpeg: number };
}

function report(numbers: Numbers, where: string): string[] {
  const { imagesPerSecond, timesPytorch, training, residentMiB: resident } = numbers;
  const rate = (title: string, name: string) => {
    const times = timesPytorch[name];
    const against = times === undefined ? '' : `   ${times.toFixed(2)} x PyTorch`;
    return `  ${title.padEnd(34)}${spreadText(imagesPerSecond[name]).padStart(22)}${against}`;
  };
  const wait = (title: string, name: 'jpeg' | 'memoryCache') => {
    const { waitMs, stepMs, waitShare } = training[name];
    const share = `${(100 * waitShare).toFixed(1)} % of the time`;
    return `  ${title.padEnd(20)}wait ${spreadText(waitMs, 1)} ms, step ${spreadText(stepMs)} ms: ${share}`;
  };
  return [
    `${numbers.dataset}, ${numbers.images} images to ${size.join('x')}, batches of ${batchSize}`,
    where,
    `Images per second, median (range) of ${numbers.rounds} interleaved rounds`,
    rate('JPEG files', 'jpeg'),
    rate(`PyTorch DataLoader, ${workers} workers`, 'pytorch'),
    rate('memory cache', 'memoryCache'),
    rate('disk cache', 'diskCache'),
    rate('memory cache, augmented', 'memoryCacheAugmented'),
    `Training step (${training.network}), median (range)`,
    wait('JPEG files', 'jpeg'),
    wait('memory cache', 'memoryCache'),
    `Resident memory: ${resident.before.toFixed(0)} MiB before, at most ` +
      `${resident.whileReadingJpeg.toFixed(0)} MiB while reading the files`,
  ];
}
