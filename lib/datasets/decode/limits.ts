/** How large an image may be, and how deep. */
import { described, InputError, invalid } from '../../check';

/** Pixels of the largest image that is decoded, on every route: 268 megapixels, the limit of libvips' loaders. */
export const maxPixels = 0x3fff * 0x3fff;

/** @throws InputError that names the file when it has more than `maxPixels`, before any of them is decoded. */
export function checkPixels(
  where: string,
  file: string,
  { height, width }: { height: number; width: number },
): void {
  if (height * width <= maxPixels) return;
  const got = described(`${height}x${width} (height x width) in ${file}`);
  const remedy = 'Cut it into tiles, or save it smaller.';
  throw invalid(where, 'image', 'of at most 268 megapixels', got, remedy);
}

/** What sharp calls the numbers of a channel that are neither 8 nor 16 bits without a sign. */
const otherDepths: Record<string, string> = {
  char: 'signed 8-bit',
  short: 'signed 16-bit',
  uint: '32-bit',
  int: '32-bit',
  float: '32-bit floating-point',
  double: '64-bit floating-point',
  complex: 'complex',
  dpcomplex: 'complex',
};

/** Bits of a channel, 8 or 16. @throws InputError that names the file for numbers of any other kind. */
export function checkDepth(where: string, file: string, depth = 'uchar'): 8 | 16 {
  if (depth === 'uchar') return 8;
  if (depth === 'ushort') return 16;
  throw new InputError(
    `${where}: image must have 8 or 16 bits a channel, got ${otherDepths[depth] ?? depth} numbers in '${file}'. ` +
      'What is white in them is not known: rescale to 8 bits, all images alike.',
  );
}
