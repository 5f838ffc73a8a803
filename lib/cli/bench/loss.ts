/**
 * `npm run bench -- loss`: value and gradient of each loss alone, batches of 4 images of 128×128 pixels, beside
 * cross-entropy, run op by op and as one graph. All take their turn in every round, and ratios are taken within a
 * round, so that a machine that others use, too, slows all alike.
 */
import { tf } from '../../backend';
import { createLoss } from '../../losses';
import type { LossName } from '../../losses';
import { paperLosses } from '../../paper';
import {
  exampleInputs,
  executions,
  ignoredShare,
  timeLosses,
  valueAndGradient,
} from '../../measurement/lossTimes';
import type { BatchSize, Inputs, LossCase } from '../../measurement/lossTimes';
import type { LossMemory } from '../../measurement/reports';
import { machine, machineText, spreadText } from '../../measurement/spread';
import { probeNativeOps } from '../../ops';
import type { BenchReport } from './benchTypes';

const size: BatchSize = { images: 4, height: 128, width: 128 };
const classCounts = [3, 12, 20];

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
    const inputs = exampleInputs(classes, size);
    for (const loss of paperLosses) {
      memory.push({ classes, loss, peakLogits: peakBytes(loss, inputs) / bytesOf(inputs[0]) });
    }
    results.push(...(await timeLosses(inputs, rounds, signal)));
    tf.dispose(inputs);
    process.stderr.write(`${classes} classes done\n`);
  }
  const batch = { ...size, ignoredShare };
  const json = { bench: 'loss', machine: where, batch, rounds, results, memory };
  return { lines: [machineText(where), ...table(results, memory, rounds)], json };
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
    `Value and gradient, ${size.images} images of ${size.height}x${size.width}: median (range) of ${rounds} interleaved rounds;`,
    'x CE: against cross-entropy in the same round; peak: tensors at once, in logits-sized ones, op by op',
    `  classes  ${'loss'.padEnd(18)}${columns}    peak`,
    ...rows,
  ];
}
