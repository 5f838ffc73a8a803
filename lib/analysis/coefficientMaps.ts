/**
 * The β tensor of a real image as maps (Fig. 3b): for some classes, p, β and the loss β·(−log p)·y at every pixel.
 * Where the pixel's label is another class, or ignored, y = 0 nullifies the loss, whatever β is there.
 */
import { tf } from '../backend';
import { checkNumber, invalid } from '../check';
import type { PatCoefficientOptions } from '../losses/pat';
import { patVectors } from './pixelPredictions';
import type { PredictedImage, PredictedImages } from './pixelPredictions';

/** Maps of one class, rows of the image from top to bottom. */
export interface CoefficientMap {
  classId: number;
  className: string;
  /** Pixels of the class among those shown. */
  pixels: number;
  /** p, `[rows][columns]`. */
  probability: number[][];
  /** β. */
  coefficient: number[][];
  /** β·(−log p), null where y = 0. */
  loss: (number | null)[][];
}

export interface CoefficientMaps {
  /** Title of the data set. */
  title: string;
  split: string;
  image: string;
  /** Every `stride`-th row and column of the image is shown. */
  stride: number;
  options: PatCoefficientOptions;
  maps: CoefficientMap[];
  /** Share of the tensor's entries that y = 0 nullifies, over all classes. */
  nullifiedShare: number;
}

export interface CoefficientMapsOptions extends PatCoefficientOptions {
  /** Index into the predicted images (default 0). */
  imageIndex?: number;
  /** Class ids; default: the commonest, the median and the rarest class of the image, and one that is absent. */
  classIds?: readonly number[];
  /** Rows shown at most (default 45); sets the stride. */
  maxRows?: number;
}

/** @throws InputError when the image index or a class id does not exist. */
export async function coefficientMaps(
  predicted: PredictedImages,
  { imageIndex = 0, classIds, maxRows = 45, ...options }: CoefficientMapsOptions = {},
): Promise<CoefficientMaps> {
  const { images, classNames } = predicted;
  checkNumber('coefficientMaps', 'maxRows', maxRows, { min: 1, integer: true });
  const bounds = { min: 0, max: images.length - 1, integer: true };
  const image = images[checkNumber('coefficientMaps', 'imageIndex', imageIndex, bounds)];
  const shown = classIds ?? typicalClasses(image, classNames.length);
  if (shown.length === 0) throw invalid('coefficientMaps', 'classIds', 'a non-empty array', '[]');
  shown.forEach((id) =>
    checkNumber('coefficientMaps', 'classId', id, {
      min: 0,
      max: classNames.length - 1,
      integer: true,
    }),
  );

  const stride = Math.ceil(image.height / maxRows);
  const logits = tf.tidy(() =>
    tf
      .tensor4d(image.logits, [1, image.height, image.width, classNames.length])
      .stridedSlice(
        [0, 0, 0, 0],
        [1, image.height, image.width, classNames.length],
        [1, stride, stride, 1],
      ),
  ) as tf.Tensor4D; // [1,H,W,C] → [1,H/stride,W/stride,C]
  const [, rows, columns, channels] = logits.shape;
  const vectors = await patVectors(logits, options);
  logits.dispose();

  const labelAt = (row: number, column: number) =>
    image.labels[row * stride * image.width + column * stride];
  const grid = <T>(value: (row: number, column: number) => T): T[][] =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_value, column) => value(row, column)),
    );
  const maps = shown.map((classId): CoefficientMap => {
    const at = (row: number, column: number) => (row * columns + column) * channels + classId;
    const isTrue = (row: number, column: number) => labelAt(row, column) === classId;
    const loss = grid((r, c) =>
      isTrue(r, c) ? vectors.coefficient[at(r, c)] * vectors.crossEntropy[at(r, c)] : null,
    );
    return {
      classId,
      className: classNames[classId],
      pixels: loss.flat().filter((value) => value !== null).length,
      probability: grid((r, c) => vectors.probability[at(r, c)]),
      coefficient: grid((r, c) => vectors.coefficient[at(r, c)]),
      loss,
    };
  });
  const labelled = grid(labelAt)
    .flat()
    .filter((label) => label < channels).length;
  const nullifiedShare = 1 - labelled / (rows * columns * channels);
  const { title, split } = predicted;
  return { title, split, image: image.name, stride, options, maps, nullifiedShare };
}

/** The commonest, the median and the rarest class of the image, then the first one that it lacks. */
function typicalClasses({ labels }: PredictedImage, numClasses: number): number[] {
  const counts = new Array<number>(256).fill(0);
  for (const label of labels) counts[label]++;
  const ids = Array.from({ length: numClasses }, (_, id) => id);
  const present = ids.filter((id) => counts[id] > 0).sort((a, b) => counts[b] - counts[a] || a - b);
  const middle = present[Math.floor(present.length / 2)];
  const absent = ids.filter((id) => counts[id] === 0).slice(0, 1);
  const chosen = [present[0], middle, present[present.length - 1], ...absent];
  return [...new Set(chosen.filter((id) => id !== undefined))];
}
