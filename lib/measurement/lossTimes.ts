/** Each loss alone, value and gradient, without a network: timed in turn on one batch of random logits. */
import { tf } from '../backend';
import { cellInterrupt } from '../interrupt';
import { recordModel } from '../engine/recordedModel';
import { ResidentGraph } from '../engine/residentGraph';
import { createLoss } from '../losses';
import { paperLosses } from '../paper';
import type { LossName, SegmentationLoss } from '../losses';
import { probeNativeOps } from '../ops';
import { Random } from '../random';
import { machine, spreadOf } from './spread';
import type { Machine, Spread } from './spread';

/** Share of the pixels of `exampleInputs` that is ignored. */
export const ignoredShare = 0.05;
/** Evaluations timed as one. */
const burst = 4;

export const executions = ['eager', 'graph'] as const;
type Execution = (typeof executions)[number];

export interface BatchSize {
  images: number;
  height: number;
  width: number;
}

export interface LossCase {
  classes: number;
  loss: LossName;
  execution: Execution;
  milliseconds: Spread;
  /** Milliseconds of each round, in which all took turns; absent in results of older versions. */
  rounds?: readonly number[];
  /** Median of the ratios within each round. */
  timesCrossEntropy: number;
}

/** What `lossCostsFigure` draws. */
export interface LossTimes {
  machine: Machine;
  batch: BatchSize & { ignoredShare: number };
  rounds: number;
  results: LossCase[];
}

export interface LossTimesOptions extends BatchSize {
  classes: number;
  /** Default 9. */
  rounds?: number;
  signal?: AbortSignal;
}

/** Times every loss of the kit on one batch of that size. */
export async function measureLossTimes({
  classes,
  rounds = 9,
  signal = cellInterrupt() ?? new AbortController().signal,
  ...size
}: LossTimesOptions): Promise<LossTimes> {
  probeNativeOps();
  const where = machine();
  const inputs = exampleInputs(classes, size);
  try {
    const results = await timeLosses(inputs, rounds, signal);
    return { machine: where, batch: { ...size, ignoredShare }, rounds, results };
  } finally {
    tf.dispose(inputs);
  }
}

export type Inputs = [logits: tf.Tensor4D, labels: tf.Tensor3D, noiseSeed: tf.Tensor1D];

/** Confident logits, frequent and rare classes, a few ignored pixels. */
export function exampleInputs(classes: number, { images, height, width }: BatchSize): Inputs {
  const random = new Random(0);
  const size = images * height * width;
  const logits = Float32Array.from({ length: size * classes }, () => random.normal(0, 3));
  const labels = Int32Array.from({ length: size }, () =>
    random.chance(ignoredShare) ? 255 : Math.floor(classes * random.uniform() ** 2),
  );
  return [
    tf.tensor4d(logits, [images, height, width, classes]),
    tf.tensor3d(labels, [images, height, width], 'int32'),
    tf.tensor1d([1, 2], 'int32'),
  ];
}

export const valueAndGradient = (loss: SegmentationLoss, [logits, labels, noiseSeed]: Inputs) =>
  tf.valueAndGrad((z) => loss(z as tf.Tensor4D, labels, noiseSeed))(logits);

interface Evaluation {
  loss: LossName;
  execution: Execution;
  /** Value and gradient; waits for them. */
  run: () => void;
}

function evaluations(inputs: Inputs, resident: ResidentGraph): Evaluation[] {
  return paperLosses.flatMap((name) => {
    const loss = createLoss({ name, validate: false });
    const { outputs, ...program } = recordModel(
      name,
      { handleOf: (weight) => resident.handleOf(weight), weights: [], examples: inputs },
      () => valueAndGradient(loss, inputs),
      ({ result, nameOf }) => [nameOf(result.value), nameOf(result.grad)],
    );
    resident.add(name, program);
    const eager = () => tf.tidy(() => void valueAndGradient(loss, inputs).value.dataSync());
    const graph = () =>
      tf.tidy(() => void resident.run(name, inputs, outputs, false)[0].dataSync());
    return [
      { loss: name, execution: 'eager' as const, run: eager },
      { loss: name, execution: 'graph' as const, run: graph },
    ];
  });
}

/**
 * Times each of the paper's losses op by op and as one graph, each in turn, another beginning in each round.
 *
 * @throws the signal's reason after an abort.
 */
export async function timeLosses(
  inputs: Inputs,
  rounds: number,
  signal: AbortSignal,
): Promise<LossCase[]> {
  const resident = new ResidentGraph();
  try {
    return await measure(inputs[0].shape[3], evaluations(inputs, resident), rounds, signal);
  } finally {
    resident.dispose();
  }
}

async function measure(
  classes: number,
  evaluated: readonly Evaluation[],
  rounds: number,
  signal: AbortSignal,
): Promise<LossCase[]> {
  for (const { run } of evaluated) run(); // once unmeasured
  const times = evaluated.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < evaluated.length; i++) {
      const turn = (i + round) % evaluated.length; // another begins in each round
      await new Promise(setImmediate); // lets signals through
      signal.throwIfAborted();
      const start = performance.now();
      for (let n = 0; n < burst; n++) evaluated[turn].run();
      times[turn].push((performance.now() - start) / burst);
    }
  }
  return evaluated.map(({ loss, execution }, i) => {
    const base = evaluated.findIndex(
      (other) => other.loss === 'crossEntropy' && other.execution === execution,
    );
    const ratios = times[i].map((time, round) => time / times[base][round]);
    return {
      classes,
      loss,
      execution,
      milliseconds: spreadOf(times[i]),
      rounds: times[i],
      timesCrossEntropy: spreadOf(ratios).median,
    };
  });
}
