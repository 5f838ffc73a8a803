/** Samples read from pairs of an image file and a label file. */
import { InputError } from '../check';
import { decodeImage, readImageHeader } from './decode/image';
import type { FilePair } from './listing';
import { decodeMask } from './decode/mask';
import type { MaskLabels } from './decode/mask';
import { prefetch } from './prefetch';
import type { SampleSource, SkippedSample } from './types';

/** Reads the pairs at `size`, or at each file's own size. */
export function pairSource(
  pairs: readonly FilePair[],
  labels: MaskLabels,
  size: readonly [number, number] | undefined,
): SampleSource {
  return {
    length: pairs.length,
    async sample(index) {
      const pair = pairs[index];
      const [decoded, mask] = await Promise.all([
        decodeImage(pair.image, { size }),
        decodeMask(pair.mask, { ...labels, size }),
      ]);
      if (decoded.fileHeight !== mask.fileHeight || decoded.fileWidth !== mask.fileWidth) {
        throw await unequalSizes(pair, mask);
      }
      const { height, width, image } = decoded;
      return { name: pair.name, height, width, image, labels: mask.labels };
    },
    async labelMap(index) {
      const pair = pairs[index];
      const [header, mask] = await Promise.all([
        readImageHeader(pair.image),
        decodeMask(pair.mask, { ...labels, size }),
      ]);
      if (header.height !== mask.fileHeight || header.width !== mask.fileWidth) {
        throw await unequalSizes(pair, mask);
      }
      const { height, width, labels: ids } = mask;
      return { name: pair.name, height, width, labels: ids };
    },
  };
}

/**
 * Decodes every pair once and tells the good ones from the bad: a header alone does not show a
 * truncated image or a label value that must not occur. Holds four samples of memory at a time for
 * each load under way.
 */
export async function readablePairs(
  pairs: readonly FilePair[],
  labels: MaskLabels,
  size: readonly [number, number] | undefined,
): Promise<{ good: FilePair[]; bad: SkippedSample[] }> {
  const source = pairSource(pairs, labels, size);
  const good: FilePair[] = [];
  const bad: SkippedSample[] = [];
  const load = (index: number) =>
    source.sample(index).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof InputError) return error.message;
        throw error;
      },
    );
  let index = 0;
  for await (const reason of prefetch([...pairs.keys()], load, { ahead: 16 })) {
    const pair = pairs[index++];
    if (reason === undefined) good.push(pair);
    else bad.push({ name: pair.name, reason });
  }
  return { good, bad };
}

async function unequalSizes(
  pair: FilePair,
  mask: { fileHeight: number; fileWidth: number },
): Promise<InputError> {
  const image = await readImageHeader(pair.image);
  const remedy =
    image.orientation > 1
      ? `The image's EXIF orientation ${image.orientation} is not applied: save it upright.`
      : 'Replace one of the two files.';
  return new InputError(
    `sample: mask size must equal its image's, got ${mask.fileHeight}x${mask.fileWidth} in ` +
      `${pair.mask} and ${image.height}x${image.width} in ${pair.image} (height x width). ${remedy}`,
  );
}
