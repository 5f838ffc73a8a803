/**
 * Pixel-wise predicting vectors (PPVs) and the PAT coefficients of real pixels (Fig. 3a–b, §4.1).
 *
 * For a pixel with logits z: the PPV p = softmax(z/τ), the tensor β(p), the cross-entropy −log p of every class, and
 * the loss β·(−log p)·y, which y (one-hot) nullifies in every channel but the true class's. Pixels are chosen by rule:
 * the rarest and the commonest classes, and in each the pixels at given quantiles of the probability of
 * the true class. The rule takes τ = 1, so another temperature shows the same pixels.
 */
import { tf } from '../backend';
import { checkNumber, invalid } from '../check';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { unitImage } from '../datasets/unitImages';
import { patCoefficient } from '../losses/pat';
import type { PatCoefficientOptions } from '../losses/pat';
import { spreadIndices } from './spreadIndices';

/** One image with its logits and labels. */
export interface PredictedImage {
  name: string;
  height: number;
  width: number;
  /** RGB, `[height, width, 3] uint8`. */
  image: Uint8Array;
  /** Row-major `[height, width, numClasses] float32`. */
  logits: Float32Array;
  /** Row-major `[height, width] uint8`. */
  labels: Uint8Array;
}

/** The networks' view of a data set's images, with what is needed to name them. */
export interface PredictedImages {
  /** Title of the data set. */
  title: string;
  split: string;
  classNames: readonly string[];
  ignoreIndex: number;
  images: PredictedImage[];
}

export interface ChosenPixel {
  image: string;
  row: number;
  column: number;
  label: number;
  /** Quantile of p_y within the class at which the pixel stands. */
  quantile: number;
  /** Probability of the true class at τ = 1. */
  confidence: number;
  /** z, one per class. */
  logits: number[];
}

/** A pixel with the vectors of PAT, one entry per class each. */
export interface PixelPrediction extends ChosenPixel {
  /** The PPV, softmax(z/τ). */
  probability: number[];
  /** β. */
  coefficient: number[];
  /** −log p. */
  crossEntropy: number[];
  /** β·(−log p)·y: 0 except at the true class. */
  loss: number[];
}

/** Runs the network (inference mode) on `imageCount` images (default 4), spread evenly over the split (`spreadIndices`). */
export async function predictImages(
  model: tf.LayersModel,
  dataset: SegmentationDataset,
  { imageCount = 4 }: { imageCount?: number } = {},
): Promise<PredictedImages> {
  checkNumber('predictImages', 'imageCount', imageCount, { min: 1, integer: true });
  const images: PredictedImage[] = [];
  for (const index of spreadIndices(dataset.length, imageCount)) {
    const { name, height, width, image, labels } = await dataset.sample(index);
    const logits = tf.tidy(() => {
      return model.apply(unitImage({ image, height, width }), { training: false }) as tf.Tensor4D; // [1,H,W,C]
    });
    const values = (await logits.data()) as Float32Array;
    logits.dispose();
    images.push({ name, height, width, image, logits: values, labels });
  }
  const { title, split, classNames, ignoreIndex } = dataset;
  return { title, split, classNames, ignoreIndex, images };
}

export interface ChoosePixelsOptions {
  /** How many of the rarest classes (default 2). */
  rarest?: number;
  /** How many of the commonest classes (default 1). */
  commonest?: number;
  /** Pixels of each class by which it is rare, such as the training split's (default: those in the images). */
  classPixels?: readonly number[];
  /** Quantiles of p_y, 0 … 1 (default 0.05, 0.5, 0.95: badly, fairly and well predicted). */
  quantiles?: readonly number[];
}

/**
 * Chooses pixels by rule, the rarest class first. Classes without a pixel in the images do not count; a class that is
 * among the rarest and the commonest appears once.
 *
 * @throws InputError when the images hold no labelled pixel, or `classPixels` has not one number for each class.
 */
export function choosePixels(
  predicted: PredictedImages,
  {
    rarest = 2,
    commonest = 1,
    quantiles = [0.05, 0.5, 0.95],
    classPixels,
  }: ChoosePixelsOptions = {},
): ChosenPixel[] {
  checkNumber('choosePixels', 'rarest', rarest, { min: 0, integer: true });
  checkNumber('choosePixels', 'commonest', commonest, { min: 0, integer: true });
  quantiles.forEach((q) => checkNumber('choosePixels', 'quantile', q, { min: 0, max: 1 }));
  const { length } = predicted.classNames;
  if (classPixels !== undefined && classPixels.length !== length) {
    throw invalid('choosePixels', 'classPixels', `${length} numbers`, classPixels.length);
  }
  const pools = pixelsByClass(predicted);
  const sizeOf = (label: number) => classPixels?.[label] ?? pools.get(label)?.length ?? 0;
  const byRarity = [...pools.keys()].sort((a, b) => sizeOf(a) - sizeOf(b) || a - b);
  if (byRarity.length === 0) {
    throw invalid('choosePixels', 'predicted', 'images with labelled pixels', 'none labelled');
  }
  const ends = [...byRarity.slice(0, rarest), ...byRarity.slice(byRarity.length - commonest)];
  return [...new Set(ends)].flatMap((label) => {
    const pool = (pools.get(label) ?? []).sort((a, b) => a.confidence - b.confidence);
    return quantiles.map((quantile) => {
      const { index, at, confidence } = pool[Math.round(quantile * (pool.length - 1))];
      const { name, width, logits } = predicted.images[index];
      const channels = predicted.classNames.length;
      const vector = Array.from(logits.subarray(at * channels, (at + 1) * channels));
      const place = { row: Math.floor(at / width), column: at % width };
      return { image: name, ...place, label, quantile, confidence, logits: vector };
    });
  });
}

/** The vectors of PAT for chosen pixels. */
export async function pixelPredictions(
  pixels: readonly ChosenPixel[],
  options: PatCoefficientOptions = {},
): Promise<PixelPrediction[]> {
  if (pixels.length === 0) throw invalid('pixelPredictions', 'pixels', 'a non-empty array', '[]');
  const numClasses = pixels[0].logits.length;
  const logits = tf.tensor4d(
    pixels.flatMap((pixel) => pixel.logits),
    [1, 1, pixels.length, numClasses],
  );
  const vectors = await patVectors(logits, options);
  logits.dispose();
  const row = (values: Float32Array, i: number) =>
    Array.from(values.subarray(i * numClasses, (i + 1) * numClasses));
  return pixels.map((pixel, i) => {
    const probability = row(vectors.probability, i);
    const coefficient = row(vectors.coefficient, i);
    const crossEntropy = row(vectors.crossEntropy, i);
    const loss = crossEntropy.map((value, c) => (c === pixel.label ? coefficient[c] * value : 0));
    return { ...pixel, probability, coefficient, crossEntropy, loss };
  });
}

/** p, β and −log p of logits `[B,H,W,C]`, each `[B·H·W·C] float32`. */
export async function patVectors(
  logits: tf.Tensor4D,
  options: PatCoefficientOptions = {},
): Promise<Record<'probability' | 'coefficient' | 'crossEntropy', Float32Array>> {
  const tensors = tf.tidy(() => {
    const scaled = logits.div(options.temperature ?? 1);
    return [tf.softmax(scaled), patCoefficient(logits, options), tf.logSoftmax(scaled).neg()];
  });
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  const [probability, coefficient, crossEntropy] = values as Float32Array[];
  return { probability, coefficient, crossEntropy };
}

interface PooledPixel {
  /** Index of the image. */
  index: number;
  /** Index of the pixel in the image. */
  at: number;
  /** p_y at τ = 1. */
  confidence: number;
}

function pixelsByClass({ images, classNames, ignoreIndex }: PredictedImages) {
  const pools = new Map<number, PooledPixel[]>();
  images.forEach(({ logits, labels }, index) => {
    labels.forEach((label, at) => {
      if (label === ignoreIndex || label >= classNames.length) return;
      const confidence = probabilityOf(logits, at * classNames.length, classNames.length, label);
      if (!pools.has(label)) pools.set(label, []);
      pools.get(label)?.push({ index, at, confidence });
    });
  });
  return pools;
}

/** softmax(logits[offset … offset + count − 1])[label]. */
function probabilityOf(logits: Float32Array, offset: number, count: number, label: number): number {
  let sum = 0;
  for (let c = 0; c < count; c++) sum += Math.exp(logits[offset + c] - logits[offset + label]);
  return 1 / sum;
}
