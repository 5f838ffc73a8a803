/** One picture of a sample: image, label and prediction side by side. */
import sharp from 'sharp';
import type { Colour, Sample } from '../../datasets/datasetTypes';
import type { EncodedImage } from './event';

/** Larger samples are shown by every n-th row and column. */
const MAX_WIDTH = 512;

/**
 * Draws `sample` beside its label and `prediction` (class ids, `[height,width]` row-major) in the classes' colours.
 * Pixels without a class, the ignored ones of the label, are black.
 */
export async function predictionPanel(
  { image, labels, height, width }: Sample,
  prediction: ArrayLike<number>,
  palette: readonly Colour[],
): Promise<EncodedImage> {
  const stride = Math.ceil(width / MAX_WIDTH);
  const columns = Math.ceil(width / stride);
  const rows = Math.ceil(height / stride);
  const black: Colour = [0, 0, 0];
  const pixels = Buffer.alloc(rows * 3 * columns * 3);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = row * stride * width + column * stride;
      const to = (row * 3 * columns + column) * 3;
      pixels.set(image.subarray(3 * from, 3 * from + 3), to);
      pixels.set(palette[labels[from]] ?? black, to + 3 * columns);
      pixels.set(palette[prediction[from]] ?? black, to + 6 * columns);
    }
  }
  const raw = { width: 3 * columns, height: rows, channels: 3 as const };
  const png = await sharp(pixels, { raw }).png({ compressionLevel: 6 }).toBuffer();
  return { width: raw.width, height: raw.height, png };
}
