/**
 * The method of the paper on one image, step by step (Fig. 1, Eq. 2–5): logits z, the pixel-wise prediction vectors
 * p = softmax(z/τ), β, the class masks' 1/|M|, the loss of each pixel, and their sums, which are the loss.
 */
import { tf } from '../backend';
import { checkNumber, invalid } from '../check';
import { createLoss } from '../losses';
import type { PatCoefficientOptions } from '../losses/pat';
import { maximumOf } from '../extremes';
import { sum } from '../statistics';
import { patVectors } from './pixelPredictions';
import type { PredictedImage, PredictedImages } from './pixelPredictions';

/** A value for each pixel, rows from top to bottom; null where the pixel is ignored. */
export type PixelMap = (number | null)[][];

/** Logits and predictions of one class at every pixel. */
export interface ClassChannel {
  classId: number;
  className: string;
  /** z. */
  logits: number[][];
  /** p. */
  probability: number[][];
}

/** What one class of the image adds to the loss. */
export interface ClassSum {
  classId: number;
  className: string;
  /** |M|. */
  pixels: number;
  /** (1/|M|)·Σ β·(−log p) over its pixels: its summand of Eq. 4. */
  loss: number;
  /** loss / Σ loss. */
  share: number;
  /** Its share of the sum of −log p over all pixels, which grows with |M| (Eq. 2). */
  crossEntropyShare: number;
}

export interface MethodSteps {
  /** Title of the data set. */
  title: string;
  split: string;
  source: PredictedImage;
  options: PatCoefficientOptions;
  /** Classes whose channels are shown. */
  channels: ClassChannel[];
  /** p of the true class, p_y. */
  trueProbability: PixelMap;
  /** −log p_y. */
  crossEntropy: PixelMap;
  /** β at the true class. */
  coefficient: PixelMap;
  /** 1/|M| of the pixel's class. */
  maskWeight: PixelMap;
  /** (1/|M|)·β·(−log p_y). */
  pixelLoss: PixelMap;
  /** Classes of the image, the largest mask first. */
  classes: ClassSum[];
  /** Sum of `pixelLoss`, and of the classes' `loss`. */
  loss: number;
  /** What `createLoss({ name: 'pat' })` gives for the same logits and labels. */
  createdLoss: number;
}

export interface MethodStepsOptions extends PatCoefficientOptions {
  /** Index into the predicted images (default: `mostClasses`, the one with the most classes). */
  imageIndex?: number;
}

/** Index of the image in which the most classes occur, the first of several. */
export function mostClasses({ images, ignoreIndex }: PredictedImages): number {
  const counts = images.map(
    ({ labels }) => new Set(labels.filter((id) => id !== ignoreIndex)).size,
  );
  return counts.indexOf(maximumOf(counts));
}

/**
 * Every step for one predicted image. The channels shown are those of its largest, its median and its smallest mask.
 *
 * @throws InputError for an image that is not there, or has no labelled pixel.
 */
export async function methodSteps(
  predicted: PredictedImages,
  { imageIndex = mostClasses(predicted), ...options }: MethodStepsOptions = {},
): Promise<MethodSteps> {
  const { title, split, images, classNames, ignoreIndex } = predicted;
  const bounds = { min: 0, max: images.length - 1, integer: true };
  const source = images[checkNumber('methodSteps', 'imageIndex', imageIndex, bounds)];
  const { height, width, labels } = source;
  const sizes = maskSizes(labels, ignoreIndex);
  if (sizes.size === 0) throw invalid('methodSteps', 'image', 'one with labelled pixels', 'none');

  const numClasses = classNames.length;
  const logits = tf.tensor4d(source.logits, [1, height, width, numClasses]);
  const vectors = await patVectors(logits, options);
  const createdLoss = await lossOf(logits, source, ignoreIndex, options);
  logits.dispose();

  const grid = <T>(value: (pixel: number) => T): T[][] =>
    Array.from({ length: height }, (_row, row) =>
      Array.from({ length: width }, (_column, column) => value(row * width + column)),
    );
  const ofTrueClass = (values: (entry: number, label: number) => number): PixelMap =>
    grid((pixel) => {
      const label = labels[pixel];
      return label === ignoreIndex ? null : values(pixel * numClasses + label, label);
    });
  const weightOf = (label: number) => 1 / (sizes.get(label) ?? Infinity);
  const pixelLoss = ofTrueClass(
    (at, label) => weightOf(label) * vectors.coefficient[at] * vectors.crossEntropy[at],
  );
  const crossEntropy = ofTrueClass((at) => vectors.crossEntropy[at]);
  const classes = classSums({ labels, sizes, classNames, pixelLoss, crossEntropy });
  const shown = [0, classes.length >> 1, classes.length - 1].map((i) => classes[i].classId);
  const channel = (values: Float32Array, id: number) =>
    grid((pixel) => values[pixel * numClasses + id]);
  return {
    title,
    split,
    source,
    options,
    channels: [...new Set(shown)].map((classId) => ({
      classId,
      className: classNames[classId],
      logits: channel(source.logits, classId),
      probability: channel(vectors.probability, classId),
    })),
    trueProbability: ofTrueClass((at) => vectors.probability[at]),
    crossEntropy,
    coefficient: ofTrueClass((at) => vectors.coefficient[at]),
    maskWeight: ofTrueClass((_at, label) => weightOf(label)),
    pixelLoss,
    classes,
    loss: sum(classes.map(({ loss }) => loss)),
    createdLoss,
  };
}

function maskSizes(labels: Uint8Array, ignoreIndex: number): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const label of labels) {
    if (label !== ignoreIndex) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
  return sizes;
}

async function lossOf(
  logits: tf.Tensor4D,
  { labels, height, width }: PredictedImage,
  ignoreIndex: number,
  options: PatCoefficientOptions,
): Promise<number> {
  const loss = createLoss({ name: 'pat', ignoreIndex, ...options });
  const value = tf.tidy(() => loss(logits, tf.tensor3d(labels, [1, height, width], 'int32')));
  const [number] = await value.data();
  value.dispose();
  return number;
}

interface Sums {
  labels: Uint8Array;
  sizes: ReadonlyMap<number, number>;
  classNames: readonly string[];
  pixelLoss: PixelMap;
  crossEntropy: PixelMap;
}

function classSums({ labels, sizes, classNames, pixelLoss, crossEntropy }: Sums): ClassSum[] {
  const sumOf = (map: PixelMap, id?: number) =>
    map.flat().reduce<number>((sum, value, pixel) => {
      return id === undefined || labels[pixel] === id ? sum + (value ?? 0) : sum;
    }, 0);
  const [loss, allCrossEntropy] = [sumOf(pixelLoss), sumOf(crossEntropy)];
  return [...sizes]
    .sort(([a, size], [b, other]) => other - size || a - b)
    .map(([classId, pixels]) => {
      const own = sumOf(pixelLoss, classId);
      return {
        classId,
        className: classNames[classId],
        pixels,
        loss: own,
        share: own / loss,
        crossEntropyShare: sumOf(crossEntropy, classId) / allCrossEntropy,
      };
    });
}
