/** Shared by the loss tests: batches from plain arrays, value with gradient, one configuration of every option. */
import { tf } from '../../lib/backend';
import { createLoss, findLoss, lossNames } from '../../lib/losses';
import type { LossConfig, LossName } from '../../lib/losses';

export interface TestBatch {
  /** `[B,H,W,C]`. */
  shape: [number, number, number, number];
  logits: readonly number[];
  labels: readonly number[];
}

/** One row of pixels: `[1,1,N,C]` from N logit vectors. */
export function pixels(logits: number[][], labels: number[]): TestBatch {
  return { shape: [1, 1, logits.length, logits[0].length], logits: logits.flat(), labels };
}

/** Runs the loss and its gradient by the logits; disposes everything. */
export function evaluate(
  config: LossConfig,
  { shape, logits, labels }: TestBatch,
): { value: number; grad: Float32Array } {
  const loss = createLoss(config);
  const z = tf.tensor4d([...logits], shape, 'float32');
  const y = tf.tensor3d([...labels], [shape[0], shape[1], shape[2]], 'int32');
  const result = tf.valueAndGrad((x) => loss(x as tf.Tensor4D, y))(z);
  const value = result.value.dataSync<'float32'>()[0];
  const grad = result.grad.dataSync<'float32'>();
  tf.dispose([z, y, result.value, result.grad]);
  return { value, grad };
}

/** The array with one entry replaced. */
export function replaced(values: readonly number[], index: number, value: number): number[] {
  return values.map((old, i) => (i === index ? value : old));
}

/** The shape of the logits that `everyConfig` is for. */
export const everyShape: TestBatch['shape'] = [2, 1, 4, 3];

/** A loss of the table as it is tried: with its defaults, or where it needs options, with its example's. */
export function exampleLoss(name: LossName): LossConfig {
  return { name, ...findLoss(name)?.example };
}

/** Losses with their defaults and with every option at another value. BLV has the same noise everywhere. */
const chosen: LossConfig[] = [
  { name: 'crossEntropy' },
  { name: 'focal' },
  { name: 'focal', gamma: 0 },
  { name: 'focal', gamma: 0.5 },
  { name: 'focal', variant: 'authors' },
  { name: 'classBalanced' },
  { name: 'classBalanced', beta: 0.5, normalize: 'classes' },
  { name: 'classBalanced', beta: 0, normalize: 'none', classCounts: [90, 9, 1] },
  { name: 'classBalanced', variant: 'authors' },
  { name: 'classBalancedFocal' },
  { name: 'classBalancedFocal', gamma: 1, beta: 0.9 },
  { name: 'classBalancedFocal', variant: 'authors' },
  { name: 'balancedSoftmax' },
  { name: 'balancedSoftmax', classCounts: [90, 9, 1] },
  { name: 'balancedSoftmax', variant: 'authors' },
  { name: 'ldam', scale: 2 },
  { name: 'ldam', maxMargin: 1, scale: 3, classCounts: [90, 9, 1] },
  { name: 'ldam', scale: 2, variant: 'authors' },
  { name: 'ldam', scale: 2, beta: 0.9, classCounts: [90, 9, 1] },
  { name: 'blv', noise: tf.fill(everyShape, -0.75) },
  { name: 'blv', noise: tf.fill(everyShape, 0.25), classCounts: [90, 9, 1] },
  { name: 'blv', noise: tf.fill(everyShape, 1.5), variant: 'authors' },
  { name: 'pat' },
  { name: 'pat', temperature: 2, sharpness: 'classes', normalizer: 'pixels' },
  { name: 'pat', coefficient: 'inverse' },
  { name: 'pat', coefficient: 'inverse', epsilon: 0.5 },
  { name: 'pat', variant: 'authors' },
  { name: 'pat', stopGradient: true },
  { name: 'crossEntropy', labelSmoothing: 0.1 },
  { name: 'balancedSoftmax', strength: 0.5 },
  { name: 'balancedSoftmax', strength: 20, classCounts: [90, 9, 1] },
  { name: 'seesaw' },
  { name: 'seesaw', mitigation: 0.5, compensation: 0 },
  { name: 'seesaw', mitigation: 10, compensation: 0, classCounts: [90, 9, 1] },
  { name: 'dice' },
  { name: 'dice', over: 'image', smooth: 0 },
  { name: 'jaccard' },
  { name: 'jaccard', over: 'class', smooth: 1 },
  { name: 'tversky' },
  { name: 'tversky', alpha: 2, beta: 0, over: 'image', smooth: 0 },
  { name: 'lovasz' },
  { name: 'lovasz', over: 'image' },
  {
    name: 'stages',
    epoch: 2,
    stages: [{ loss: { name: 'focal' }, epochs: 1 }, { loss: { name: 'pat' } }],
  },
];

/** These, and every loss of the table that is not among them. */
export const everyConfig: LossConfig[] = [
  ...chosen,
  ...lossNames.filter((name) => !chosen.some((one) => one.name === name)).map(exampleLoss),
];

export function title(config: LossConfig): string {
  return JSON.stringify({ ...config, ...('noise' in config ? { noise: 'given' } : {}) });
}
