/** Is a loss what a training run needs it to be? Tried on a small batch that holds what batches hold. */
import { tf } from '../backend';
import { checkKnownOptions, checkNumber } from '../check';
import { createExecutor } from '../engine';
import type { Execution } from '../engine';
import { Adam } from '../engine/adam';
import { createLoss, findLoss } from '../losses';
import type { LossConfig } from '../losses';
import { drawsNoise, stopsGradient } from '../losses/traits';
import { convolution, initializeWeights, trainableVariables } from '../models/layers';
import { Random } from '../random';
import { checkGradient, valueAndGradient } from './lossGradientCheck';
import type { Tried, Verdict } from './lossGradientCheck';

export interface LossCheckOptions {
  /** Classes of the batch; the last one is absent from its labels (default 4, at least 3). */
  numClasses?: number;
  /** Height and width of its two images (default [5, 6]). */
  size?: [number, number];
  /** Of its logits and labels (default 0). */
  seed?: number;
}

/** One property; a 'note' is where the loss works and there is something to know. */
export interface LossCheck extends Verdict {
  check: string;
}

const VOID = 255;

/**
 * Checks a loss on two small images with void pixels and an absent class: the gradient against finite differences; void
 * pixels, whose logits change nothing and get no gradient, and a row of which more changes nothing; a batch of void alone,
 * which is 0; a single class; logits of ±10,000; the number of tensors; a training step as a graph against the same op by op.
 *
 * @param loss a name, or a configuration as `createLoss` takes it
 * @returns a row for each property, in this order; 'note' where the loss works and there is something to know
 * @throws InputError for a loss that `createLoss` refuses, or wrong options; what the loss itself throws is a row.
 */
export async function lossChecks(
  loss: string | LossConfig,
  options: LossCheckOptions = {},
): Promise<LossCheck[]> {
  checkKnownOptions('checkLoss', options, ['numClasses', 'size', 'seed']);
  const { numClasses = 4, size: [height, width] = [5, 6], seed = 0 } = options;
  checkNumber('checkLoss', 'numClasses', numClasses, { min: 3, integer: true });
  checkNumber('checkLoss', 'size[0]', height, { min: 2, integer: true });
  checkNumber('checkLoss', 'size[1]', width, { min: 2, integer: true });
  const config: LossConfig =
    typeof loss === 'string' ? { ...findLoss(loss)?.example, name: loss } : loss;
  const own: LossConfig = { ...config, ignoreIndex: VOID, validate: false };
  const random = new Random(seed);
  const shape = [2, height, width, numClasses] as const;
  const pixels = 2 * height * width;
  const values = Float32Array.from({ length: pixels * numClasses }, () => random.normal(0, 1.5));
  // Every fourth pixel is void; the last class is in no label.
  const classes = Int32Array.from({ length: pixels }, (_, i) =>
    i % 4 === 3 ? VOID : random.integer(0, numClasses - 2),
  );
  const batch: Tried = {
    loss: createLoss(own),
    logits: tf.tensor4d(values, [...shape]),
    labels: tf.tensor3d(classes, [2, height, width], 'int32'),
    noiseSeed: tf.tensor1d([seed + 1, 2], 'int32'),
  };
  try {
    const rows: [string, () => Verdict | Promise<Verdict>][] = [
      ['gradient = finite differences', () => gradientVerdict(batch, stopsGradient(config))],
      ['void: logits there change nothing', () => voidLogits(batch)],
      ['void: gradient there is 0', () => voidGradient(batch)],
      ['void: more of it changes nothing', () => moreVoid(batch, drawsNoise(config))],
      ['nothing but void: 0', () => allVoid(batch)],
      ['one class, the others absent', () => oneClass(batch)],
      ['logits of ±10,000', () => extremes(batch)],
      ['number of tensors stays', () => tensorCount(batch)],
      ['step as a graph = op by op', () => graphStep(batch)],
    ];
    const checks: LossCheck[] = [];
    for (const [check, run] of rows) checks.push({ check, ...(await verdictOf(run)) });
    return checks;
  } finally {
    tf.dispose([batch.logits, batch.labels, batch.noiseSeed]);
  }
}

async function verdictOf(run: () => Verdict | Promise<Verdict>): Promise<Verdict> {
  tf.engine().startScope();
  try {
    return await run();
  } catch (error) {
    const { message } = error as Error;
    const isUnlinked = /Cannot compute gradient/.test(message);
    const found = isUnlinked ? `not differentiable by the logits: ${message}` : message;
    return { verdict: 'FAILED', found };
  } finally {
    tf.engine().endScope();
  }
}

const ok = (found: string): Verdict => ({ verdict: 'ok', found });
const failed = (found: string): Verdict => ({ verdict: 'FAILED', found });

/** Whether two numbers are the same but for the rounding of sums in another order. */
const isSame = (a: number, b: number) =>
  Math.abs(a - b) <= 1e-4 * Math.max(Math.abs(a), Math.abs(b), 1e-3);

/** A loss of the kit may take a part of it for a constant, as its formula says. */
function gradientVerdict(batch: Tried, isPartConstant: boolean): Verdict {
  const found = checkGradient(batch);
  if (!isPartConstant) return found;
  return { verdict: 'note', found: `a part is a constant for the gradient: ${found.found}` };
}

function isVoid({ labels }: Tried): boolean[] {
  return [...labels.dataSync()].map((label) => label === VOID);
}

/** The logits with other ones at void pixels. */
function withVoidLogits(batch: Tried, value: number): Tried {
  const mask = batch.labels.equal(VOID).expandDims(3); // [B,H,W,1]
  const logits = tf.where<tf.Tensor4D>(
    mask,
    tf.fill<tf.Rank.R4>(batch.logits.shape, value),
    batch.logits,
  );
  return { ...batch, logits };
}

function voidLogits(batch: Tried): Verdict {
  const { value } = valueAndGradient(batch);
  for (const other of [50, -1e4, Infinity, NaN]) {
    const changed = valueAndGradient(withVoidLogits(batch, other)).value;
    if (changed !== value)
      return failed(`the loss of ${value} becomes ${changed} with ${other} there`);
  }
  return Number.isFinite(value)
    ? ok(`the loss is ${value.toPrecision(6)} whatever they are`)
    : failed(`the loss is ${value}`);
}

function voidGradient(batch: Tried): Verdict {
  const { gradient } = valueAndGradient(batch);
  const classes = batch.logits.shape[3];
  const wrong = isVoid(batch).findIndex((isSo, pixel) => {
    const own = gradient.slice(pixel * classes, (pixel + 1) * classes);
    return isSo && own.some((one) => one !== 0);
  });
  if (wrong < 0) return ok('exactly 0');
  return failed(
    `${gradient.slice(wrong * classes, (wrong + 1) * classes).join(', ')} at a void pixel`,
  );
}

function moreVoid(batch: Tried, isNoisy: boolean): Verdict {
  if (isNoisy)
    return { verdict: 'note', found: 'not tried: it draws other noise for another size' };
  const [images, height, width, classes] = batch.logits.shape;
  const { value } = valueAndGradient(batch);
  const padded = valueAndGradient({
    ...batch,
    logits: tf.concat([batch.logits, tf.ones([images, 1, width, classes])], 1),
    labels: tf.concat([batch.labels, tf.fill([images, 1, width], VOID, 'int32')], 1),
  }).value;
  if (isSame(padded, value))
    return ok(`the loss stays ${value.toPrecision(6)} with a row of void added`);
  if (isSame((padded * (height + 1)) / height, value)) {
    return { verdict: 'note', found: 'it averages over all pixels, void ones included' };
  }
  return failed(
    `the loss of ${value} becomes ${padded} with a row of void added: use context.valid, validCount`,
  );
}

function allVoid(batch: Tried): Verdict {
  const labels = tf.fill<tf.Rank.R3>(batch.labels.shape, VOID, 'int32');
  const { value, gradient } = valueAndGradient({ ...batch, labels });
  if (value === 0 && gradient.every((one) => one === 0)) return ok('loss and gradient are 0');
  const most = gradient.reduce((max, one) => Math.max(max, Math.abs(one)), 0);
  return failed(`the loss is ${value}, its gradient up to ${most}`);
}

function oneClass(batch: Tried): Verdict {
  const labels = tf.where(batch.labels.equal(VOID), batch.labels, tf.zerosLike(batch.labels));
  return finite(valueAndGradient({ ...batch, labels }));
}

function extremes(batch: Tried): Verdict {
  for (const factor of [1e4, -1e4]) {
    // The true class far above all others, then far below them, then nothing but the sign of the logits.
    const classes = batch.logits.shape[3];
    const truth = tf.oneHot(batch.labels.flatten(), classes).toFloat().reshape(batch.logits.shape);
    for (const logits of [truth, batch.logits.sign()]) {
      const found = finite(valueAndGradient({ ...batch, logits: logits.mul<tf.Tensor4D>(factor) }));
      if (found.verdict !== 'ok') return found;
    }
  }
  return ok('value and gradient are finite');
}

function finite({ value, gradient }: { value: number; gradient: readonly number[] }): Verdict {
  if (!Number.isFinite(value)) return failed(`the loss is ${value}`);
  const wrong = gradient.findIndex((one) => !Number.isFinite(one));
  if (wrong >= 0) return failed(`the loss is ${value}, its gradient ${gradient[wrong]} somewhere`);
  return ok(`the loss is ${value.toPrecision(6)}, its gradient finite`);
}

function tensorCount(batch: Tried): Verdict {
  valueAndGradient(batch);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 3; i++) valueAndGradient(batch);
  const more = tf.memory().numTensors - before;
  return more === 0
    ? ok('none left behind in 3 calls')
    : failed(`${more} left behind in 3 calls: use tf.tidy`);
}

async function graphStep({ loss, logits, labels, noiseSeed }: Tried): Promise<Verdict> {
  const notes: string[] = [];
  const step = async (execution: Execution) => {
    const classes = logits.shape[3];
    const input = tf.input({ shape: [null, null, classes] });
    const outputs = convolution(input, classes, 'logits', { kernelSize: 1 });
    const model = tf.model({ inputs: input, outputs });
    initializeWeights(model, new Random(0));
    const adam = new Adam(trainableVariables(model));
    const onNote = (text: string) => void notes.push(text);
    const executor = createExecutor({ model, adam, loss, ignoreIndex: VOID, execution, onNote });
    try {
      return await executor.step({ images: logits, labels }, { learningRate: 1e-3, noiseSeed });
    } finally {
      executor.dispose();
      adam.dispose();
      model.dispose();
    }
  };
  const [graph, eager] = [await step('graph'), await step('eager')];
  if (notes.length > 0)
    return { verdict: 'note', found: `slower than need be: ${notes.join(' ')}` };
  if (isSame(graph.loss, eager.loss) && isSame(graph.gradientNorm, eager.gradientNorm)) {
    return ok(
      `loss ${graph.loss.toPrecision(6)}, gradient norm ${graph.gradientNorm.toPrecision(6)}`,
    );
  }
  return failed(
    `loss ${graph.loss} and ${eager.loss}, gradient norm ${graph.gradientNorm} and ${eager.gradientNorm}: ` +
      'a value read or drawn in JavaScript is the same at every step of a graph',
  );
}
