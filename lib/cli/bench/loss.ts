/**
 * `npm run bench -- loss`: value and gradient of each loss alone, batches of 4 images of 128×128 pixels, beside
 * cross-entropy, run op by op and as one graph. All take their turn in every round, and ratios are taken within a
 * round, so that a machine that others use, too, slows all alike.
 */
import { tf } from '../../backend';
import { recordModel } from '../../graph/recordedModel';
import { ResidentGraph } from '../../graph/residentGraph';
import { createLoss, lossNames } from '../../losses';
import type { LossName, SegmentationLoss } from '../../losses';
import { probeNativeOps } from '../../nativeOps';
import { Random } from '../../random';
import { machine, machineText, spreadOf, spreadText } from './measure';
import type { Machine, Spread } from './measure';
import type { BenchReport } from './types';

const [images, height, width] = [4, 128, 128];
const classCounts = [3, 12, 20];
const ignoredShare = 0.05;
/** Evaluations timed as one. */
const burst = 4;

const executions = ['eager', 'graph'] as const;
type Execution = (typeof executions)[number];

interface LossCase {
  classes: number;
  loss: LossName;
  execution: Execution;
  milliseconds: Spread;
  /** Median of the ratios within each round. */
  timesCrossEntropy: number;
}

interface LossMemory {
  classes: number;
  loss: LossName;
  /** Most memory in tensors beyond logits and labels, in logits-sized tensors. */
  peakLogits: number;
}

export interface LossReport {
  machine: Machine;
  batch: { images: number; height: number; width: number; ignoredShare: number };
  rounds: number;
  results: LossCase[];
  memory: LossMemory[];
}

export async function benchLoss({
  rounds,
  signal,
}: {
  rounds: number;
  signal: AbortSignal;
}): Promise<BenchReport> {
  probeNativeOps();
  const where = machine();
  const results: LossCase[] = [];
  const memory: LossMemory[] = [];
  for (const classes of classCounts) {
    const inputs = exampleInputs(classes);
    for (const loss of lossNames) {
      memory.push({ classes, loss, peakLogits: peakBytes(loss, inputs) / bytesOf(inputs[0]) });
    }
    const resident = new ResidentGraph();
    try {
      results.push(...(await measure(classes, evaluations(inputs, resident), rounds, signal)));
    } finally {
      resident.dispose();
      tf.dispose(inputs);
    }
    process.stderr.write(`${classes} classes done\n`);
  }
  const batch = { images, height, width, ignoredShare };
  const json = { bench: 'loss', machine: where, batch, rounds, results, memory };
  return { lines: [machineText(where), ...table(results, memory, rounds)], json };
}

type Inputs = [logits: tf.Tensor4D, labels: tf.Tensor3D, noiseSeed: tf.Tensor1D];

/** Confident logits, frequent and rare classes, a few ignored pixels. */
function exampleInputs(classes: number): Inputs {
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

const valueAndGradient = (loss: SegmentationLoss, [logits, labels, noiseSeed]: Inputs) =>
  tf.valueAndGrad((z) => loss(z as tf.Tensor4D, labels, noiseSeed))(logits);

interface Evaluation {
  loss: LossName;
  execution: Execution;
  /** Value and gradient; waits for them. */
  run: () => void;
}

function evaluations(inputs: Inputs, resident: ResidentGraph): Evaluation[] {
  return lossNames.flatMap((name) => {
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
      timesCrossEntropy: spreadOf(ratios).median,
    };
  });
}

/** Private to tfjs: told of every tensor that is made and disposed. */
interface TensorTracker {
  trackTensor: (tensor: tf.Tensor, backend: unknown) => void;
  disposeTensor: (tensor: tf.Tensor) => void;
}

/** Most bytes at once during value and gradient, beyond the inputs; tensors that share their data count once. */
function peakBytes(name: LossName, inputs: Inputs): number {
  const loss = createLoss({ name, validate: false });
  const engine = tf.engine() as unknown as TensorTracker;
  const original = Object.getPrototypeOf(engine) as TensorTracker;
  const given = new Set(inputs.map(({ dataId }) => dataId));
  const sharers = new Map<object, number>();
  let bytes = 0;
  let peak = 0;
  const count = (tensor: tf.Tensor, change: 1 | -1) => {
    const before = sharers.get(tensor.dataId) ?? 0;
    if (given.has(tensor.dataId) || before + change < 0) return;
    sharers.set(tensor.dataId, before + change);
    if (Math.min(before, before + change) === 0) bytes += change * bytesOf(tensor);
    peak = Math.max(peak, bytes);
  };
  engine.trackTensor = (tensor, backend) => {
    original.trackTensor.call(engine, tensor, backend);
    count(tensor, 1);
  };
  engine.disposeTensor = (tensor) => {
    original.disposeTensor.call(engine, tensor);
    count(tensor, -1);
  };
  try {
    tf.tidy(() => void valueAndGradient(loss, inputs));
  } finally {
    Reflect.deleteProperty(engine, 'trackTensor');
    Reflect.deleteProperty(engine, 'disposeTensor');
  }
  return peak;
}

const bytesOf = ({ size }: tf.Tensor) => 4 * size;

function table(results: LossCase[], memory: LossMemory[], rounds: number): string[] {
  const cell = ({ milliseconds, timesCrossEntropy }: LossCase) =>
    `${spreadText(milliseconds, 1).padStart(18)} ${timesCrossEntropy.toFixed(2).padStart(5)}`;
  const rows = memory.map(({ classes, loss, peakLogits }) => {
    const cells = results
      .filter((result) => result.classes === classes && result.loss === loss)
      .map(cell);
    const title = `${String(classes).padStart(9)}  ${loss.padEnd(18)}`;
    return `${title}${cells.join('')}${peakLogits.toFixed(1).padStart(8)}`;
  });
  const columns = executions.map((name) => `${name} ms`.padStart(18) + '  x CE').join('');
  return [
    `Value and gradient, ${images} images of ${height}x${width}: median (range) of ${rounds} interleaved rounds;`,
    'x CE: against cross-entropy in the same round; peak: tensors at once, in logits-sized ones, op by op',
    `  classes  ${'loss'.padEnd(18)}${columns}    peak`,
    ...rows,
  ];
}
