/** Samples read from pairs of an image file and a label file. */
import { described, InputError, invalid } from '../check';
import { decodeImage, readImageHeader, uprightSize } from './decode/image';
import type { ImageHeader } from './decode/image';
import { decodeMask } from './decode/mask';
import type { MaskLabels } from './decode/mask';
import type { FilePair } from './listing';
import { prefetch } from './prefetch';
import type { SampleSource, SkippedSample } from './datasetTypes';

/**
 * What an image's EXIF orientation means for its labels: they follow the pixels as stored; they follow the picture as
 * viewers show it, turned upright; or nobody said, and an image with one is refused.
 */
export type OrientationRule = 'stored' | 'upright' | 'refused';

/** How the files of a data set are read. */
export interface PairReading {
  labels: MaskLabels;
  orientation: OrientationRule;
  /** `[height, width]`; without it, each file's own. */
  size?: readonly [number, number];
}

/** Reads the pairs; `doubts` are the first of its remarks. */
export function pairSource(
  pairs: readonly FilePair[],
  reading: PairReading,
  doubts: readonly string[] = [],
): SampleSource {
  const { labels, orientation, size } = reading;
  const upright = orientation === 'upright';
  const remarks = [...doubts];
  const remarked = new Set<string>();
  const decode = async (file: string) => {
    const decoded = await decodeImage(file, { size, upright });
    if (decoded.bitDepth === 16 && !remarked.has(file)) {
      remarked.add(file);
      remarks.push(...narrowRange(file, decoded.image));
    }
    return decoded;
  };
  return {
    length: pairs.length,
    remarks,
    async sample(index) {
      const pair = pairs[index];
      const [decoded, mask] = await Promise.all([
        decode(pair.image),
        decodeMask(pair.mask, { ...labels, size }),
      ]);
      if (orientation === 'refused') checkUpright(pair.image, decoded);
      if (decoded.fileHeight !== mask.fileHeight || decoded.fileWidth !== mask.fileWidth) {
        const { fileHeight, fileWidth } = decoded;
        const turned = upright ? 1 : decoded.orientation;
        throw unequalSizes(
          pair,
          { height: fileHeight, width: fileWidth, orientation: turned },
          mask,
        );
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
      if (orientation === 'refused') checkUpright(pair.image, header);
      // Only its pixels tell how much of their range it uses.
      if (header.bitDepth === 16 && !remarked.has(pair.image)) await decode(pair.image);
      const image = upright ? { ...uprightSize(header), orientation: 1 } : header;
      if (image.height !== mask.fileHeight || image.width !== mask.fileWidth) {
        throw unequalSizes(pair, image, mask);
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
  reading: PairReading,
): Promise<{ good: FilePair[]; bad: SkippedSample[] }> {
  const source = pairSource(pairs, reading);
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

/** Images of 16 bits are cut to the upper 8: of 12-bit numbers, 16 levels are left. */
const narrowLevels = 64;

function narrowRange(file: string, image: Uint8Array): string[] {
  let [low, high] = [255, 0];
  for (let i = 0; i < image.length; i++) {
    if (image[i] < low) low = image[i];
    if (image[i] > high) high = image[i];
  }
  if (high - low >= narrowLevels) return [];
  return [
    `${file} has 16 bits a channel and uses a small part of their range: it is read as ${low} to ${high} of 255. ` +
      'Rescale it to 8 bits, all images alike.',
  ];
}

function checkUpright(file: string, { orientation }: Pick<ImageHeader, 'orientation'>): void {
  if (orientation === 1) return;
  throw invalid(
    'sample',
    'EXIF orientation',
    '1 (upright)',
    described(`${orientation} in ${file}`),
    'Viewers turn such an image, its label file stays as it is. Save it upright, or say in classes.json which of the ' +
      'two the label files lie on: "orientation": "stored" (the pixels as stored) or "upright" (as viewers show them).',
  );
}

function unequalSizes(
  pair: FilePair,
  image: Pick<ImageHeader, 'height' | 'width' | 'orientation'>,
  mask: { fileHeight: number; fileWidth: number },
): InputError {
  const remedy =
    image.orientation > 1
      ? `The image's EXIF orientation ${image.orientation} is not applied: save it upright.`
      : 'Replace one of the two files.';
  return new InputError(
    `sample: mask size must equal its image's, got ${mask.fileHeight}x${mask.fileWidth} in ` +
      `${pair.mask} and ${image.height}x${image.width} in ${pair.image} (height x width). ${remedy}`,
  );
}
