/** Checks of what a loss is called with. */
import { tf } from '../backend';
import { multiplyNoNan } from '../ops/noNan';
import { checkNumber, checkSameShape, described, invalid, shapeText } from '../check';
import type { PixelBatch } from './lossTypes';

/** Checks ranks, dtypes and shapes; costs nothing. */
export function checkShapes(
  where: string,
  logits: tf.Tensor,
  labels: tf.Tensor,
  noiseSeed?: tf.Tensor,
): void {
  if (logits.rank !== 4 || logits.dtype !== 'float32') {
    throw invalid(where, 'logits', 'float32 of shape [B,H,W,C]', kind(logits), 'Use .toFloat().');
  }
  if (labels.rank !== 3 || labels.dtype !== 'int32') {
    const remedy = 'Class ids: use .toInt(); one-hot labels: use .argMax(-1).toInt().';
    throw invalid(where, 'labels', 'int32 of shape [B,H,W]', kind(labels), remedy);
  }
  const remedy = 'Labels must have the batch size, height and width of the logits.';
  checkSameShape(where, 'labels', labels.shape, logits.shape.slice(0, 3), remedy);
  if (logits.size === 0) throw invalid(where, 'logits', 'a batch with pixels', kind(logits));
  checkNumber(where, 'logits.shape[3] (number of classes)', logits.shape[3], { min: 2 });
  if (noiseSeed && (noiseSeed.dtype !== 'int32' || shapeText(noiseSeed.shape) !== '[2]')) {
    throw invalid(where, 'noiseSeed', 'int32 of shape [2]', kind(noiseSeed));
  }
}

/**
 * Checks the label range and that the logits of valid pixels are finite. Reads three numbers; only when one of them is
 * wrong are the tensors read to name the first bad pixel.
 *
 * @throws InputError naming the value and its position.
 */
export function checkPixelValues(
  where: string,
  batch: PixelBatch,
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  ignoreIndex: number,
): void {
  const numClasses = batch.shape[3];
  const countedLabels = labels.flatten().toFloat().mul(batch.valid()); // ignored ones become 0, [N]
  // A sum that is not finite tells of NaN or Infinity in a single fast pass over all classes.
  const logitSum = multiplyNoNan.run(batch.logits.sum(1), batch.valid()).sum();
  const summary = tf.stack([logitSum, countedLabels.min(), countedLabels.max()]);
  const [sum, smallest, largest] = summary.dataSync();
  if (smallest < 0 || largest >= numClasses) reportLabel(where, labels, ignoreIndex, numClasses);
  if (!Number.isFinite(sum)) reportLogits(where, logits, labels, ignoreIndex);
}

function reportLabel(
  where: string,
  labels: tf.Tensor3D,
  ignoreIndex: number,
  numClasses: number,
): void {
  const values = labels.dataSync();
  const bad = values.findIndex((y) => y !== ignoreIndex && (y < 0 || y >= numClasses));
  if (bad < 0) return;
  const expected = `a class id 0 … ${numClasses - 1} or ignoreIndex ${ignoreIndex}`;
  const remedy = 'Set ignoreIndex, or give the logits a channel for each class.';
  throw invalid(where, `labels${positionText(bad, labels.shape)}`, expected, values[bad], remedy);
}

function reportLogits(
  where: string,
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  ignoreIndex: number,
): void {
  const values = logits.dataSync();
  const ids = labels.dataSync();
  const numClasses = logits.shape[3];
  const bad = values.findIndex(
    (z, i) => !Number.isFinite(z) && ids[Math.floor(i / numClasses)] !== ignoreIndex,
  );
  if (bad < 0) return;
  const remedy = 'The network has diverged: lower the learning rate, or clip the gradient.';
  const argument = `logits${positionText(bad, logits.shape)}`;
  throw invalid(where, argument, 'finite', values[bad], remedy);
}

/** `[0,12,7]`, the position of a flat index in a shape. */
function positionText(index: number, shape: readonly number[]): string {
  const position: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    position.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return shapeText(position);
}

function kind(tensor: tf.Tensor): unknown {
  return described(`${tensor.dtype} of shape ${shapeText(tensor.shape)}`);
}
