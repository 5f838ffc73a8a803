/**
 * `npm run bench -- epoch`: what a training run on real CamVid (96×128, batches of 8, augmented) takes beyond its steps.
 * An epoch of `runExperiment`, from its first batch to its last step, is held against the number of its steps times the
 * median step on a batch that stays in memory; the same epoch without logging, without augmentation, and with the files
 * decoded again (as a run's first epoch has it) says where the rest goes. Every run is a process; they take turns, epoch
 * by epoch.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkOneOf, described, invalid } from '../../check';
import { findDataset, openDataset } from '../../datasets';
import { EpochSide } from '../../measurement/epochSide';
import { interleave } from '../../measurement/interleave';
import type { Round } from '../../measurement/interleave';
import type { BenchCase } from '../../measurement/reports';
import { machine, machineText, spreadOf, spreadText } from '../../measurement/spread';
import type { Spread } from '../../measurement/spread';
import type { ExperimentInput } from '../../runs/config';
import { benchCases } from './cases';
import { executions } from './createStep';
import type { Execution } from './createStep';
import { writeJob } from './stepJob';
import { StepSide } from './stepSide';
import type { BenchOptions, BenchReport } from './benchTypes';

const size: [number, number] = [96, 128];
/** The largest time of an epoch, over that of its steps alone, that the kit allows itself. */
const bar = 1.1;

/** The run, and the run with some of its work left out or done again. */
const variants: Record<string, (config: ExperimentInput) => ExperimentInput> = {
  epoch: (config) => config,
  withoutLogging: (config) => ({ ...config, logging: { tensorboard: false } }),
  withoutAugmentation: (config) => ({ ...config, augmentation: false }),
  fromFiles: (config) => ({ ...config, dataset: { ...config.dataset, cache: 'none' } }),
};

interface EpochMeasurement {
  network: string;
  loss: string | null;
  width: number;
  execution: Execution;
  steps: number;
  stepMs: Spread;
  /** From the first batch to the last step, by variant. */
  epochSeconds: Record<string, Spread>;
  /** Medians over the rounds of: epoch / (steps · step). */
  ratios: Record<string, number>;
  bar: number;
  /** Of the epoch: what it takes longer than the one without, and the one with decoding longer than it. */
  shares: { augmentation: number; logging: number; decoding: number };
  /** Validation, checkpoint and log after the epoch; not part of it. */
  validationSeconds: number;
  rounds: { measured: number; disturbed: number };
}

export async function benchEpoch(options: BenchOptions): Promise<BenchReport> {
  const { root, networks = 'unet', losses = 'pat', execution = executions[0] } = options;
  const where = 'npm run bench -- epoch';
  checkOneOf(where, '--execution', execution, executions);
  const cases = benchCases('step', { networks, losses, sizes: '16/128/8' });
  if ((await findDataset({ prefer: ['camvid'], root })) !== 'camvid') {
    const remedy =
      'npm run data -- download camvid, or name its folder with --root or PAT_DATA_DIR.';
    throw invalid(where, 'data', 'CamVid', described('no such folder'), remedy);
  }
  const here = machine();
  const results: EpochMeasurement[] = [];
  for (const benchCase of cases) {
    results.push(await measure(benchCase, execution as Execution, options));
    process.stderr.write(`${results.length} of ${cases.length}: ${benchCase.network}\n`);
  }
  const json = { bench: 'epoch', machine: here, dataset: 'camvid', size, results };
  return { lines: [machineText(here), ...results.flatMap(report)], json };
}

async function measure(
  benchCase: BenchCase,
  execution: Execution,
  options: BenchOptions,
): Promise<EpochMeasurement> {
  const { rounds, root, signal } = options;
  const { network, loss, width, batch } = benchCase;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pat-bench-epoch-'));
  const stops: (() => void)[] = [];
  try {
    const camvid = await openDataset({ name: 'camvid', root, size });
    const job = await writeJob(benchCase, { dataset: camvid, execution, folder });
    const resident = await StepSide.start('ours', job, signal);
    stops.push(() => resident.stop());
    const config: ExperimentInput = {
      dataset: { name: 'camvid', size, ...(root === undefined ? {} : { root }) },
      model: { name: network, width },
      loss: { name: loss! },
      batchSize: batch,
      epochs: 2 * rounds + 2,
      execution,
    };
    const sides: EpochSide[] = [];
    for (const [name, change] of Object.entries(variants)) {
      const outDir = path.join(folder, name);
      const side = new EpochSide(name, { config: change(config), outDir }, signal);
      stops.push(() => side.stop());
      await side.burst(); // unmeasured: files read once, caches filled, graphs recorded
      sides.push(side);
    }
    const measured = await interleave([resident, ...sides], options);
    return summary(benchCase, execution, measured, sides);
  } finally {
    for (const stop of stops) stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function summary(
  { network, loss, width }: BenchCase,
  execution: Execution,
  { used, measured, disturbed }: { used: Round[]; measured: number; disturbed: number },
  sides: readonly EpochSide[],
): EpochMeasurement {
  const { steps, validationSeconds } = sides[0].last;
  const median = (value: (milliseconds: Record<string, number>) => number) =>
    spreadOf(used.map(({ milliseconds }) => value(milliseconds))).median;
  const each = <T>(value: (name: string) => T) =>
    Object.fromEntries(sides.map(({ name }) => [name, value(name)]));
  return {
    network,
    loss,
    width,
    execution,
    steps,
    stepMs: spreadOf(used.map(({ milliseconds }) => milliseconds.ours)),
    epochSeconds: each((name) => spreadOf(used.map((round) => round.milliseconds[name] / 1000))),
    ratios: each((name) => median((ms) => ms[name] / (steps * ms.ours))),
    bar,
    shares: {
      augmentation: median((ms) => (ms.epoch - ms.withoutAugmentation) / ms.epoch),
      logging: median((ms) => (ms.epoch - ms.withoutLogging) / ms.epoch),
      decoding: median((ms) => (ms.fromFiles - ms.epoch) / ms.epoch),
    },
    validationSeconds,
    rounds: { measured, disturbed },
  };
}

function report(result: EpochMeasurement): string[] {
  const { network, loss, width, steps, stepMs, ratios, epochSeconds, shares, rounds } = result;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const names: Record<string, string> = {
    epoch: 'epoch, as trained',
    withoutLogging: 'without logging',
    withoutAugmentation: 'without augmentation',
    fromFiles: 'decoding its files',
  };
  return [
    `${network}, width ${width}, ${loss}, CamVid ${size.join('x')}: step on a resident batch ` +
      `${spreadText(stepMs)} ms, ${steps} steps an epoch, ${result.execution}`,
    ...Object.entries(names).map(
      ([name, title]) =>
        `  ${title.padEnd(28)}${spreadText(epochSeconds[name], 1).padStart(20)} s  ` +
        `${ratios[name].toFixed(2)} x steps x step` +
        (name === 'epoch' ? ` (${ratios[name] <= bar ? '≤' : '>'} ${bar})` : ''),
    ),
    `  augmentation ${percent(shares.augmentation)}, logging ${percent(shares.logging)} of the epoch, decoding ` +
      `${percent(shares.decoding)} more; validation and checkpoint after it ${result.validationSeconds.toFixed(1)} s`,
    `  ${rounds.disturbed} of ${rounds.measured} rounds disturbed by others`,
  ];
}
