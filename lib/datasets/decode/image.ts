/**
 * Decodes image files to RGB bytes, outside the main thread: plain JPEG and PNG by the native
 * decoder, all else by sharp. The format is read from the bytes, not from the name.
 */
import sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { InputError, invalid } from '../../check';
import { foreignFormat } from './format';
import { readJpegFrame } from './jpeg';
import { checkDepth, checkPixels } from './limits';
import { nativeDecode } from './nativeDecoder';
import { findPngHeader } from './png';
import { readBytes } from './readBytes';

/**
 * sharp would keep decoded operations for reuse; data sets never decode the same bytes twice in a
 * row.
 */
sharp.cache(false);

/**
 * How every file is opened: a truncated or damaged file is an error, a mere warning is not; an
 * embedded colour profile is not applied (pixel values as stored, as in the Python loaders); of an
 * animation, the first frame is taken. Sizes are checked by `checkPixels`, on this route and on the native one.
 */
export const strict: SharpOptions = { failOn: 'error', ignoreIcc: true, limitInputPixels: false };

/** Image pixels, row-major `[height, width, 3] uint8`, and the size of the file they came from. */
export interface DecodedImage {
  height: number;
  width: number;
  image: Uint8Array;
  /** Of the file, turned upright if `upright` asks for it. */
  fileHeight: number;
  fileWidth: number;
  /** See `ImageHeader`. */
  orientation: number;
  bitDepth: 8 | 16;
}

/** What an image's header says. */
export interface ImageHeader {
  height: number;
  width: number;
  /** EXIF orientation, 1 (upright) when there is none. */
  orientation: number;
  /** Bits of a channel; lower depths count as 8. */
  bitDepth: 8 | 16;
}

/** The formats that are read. */
const formats = ['jpeg', 'png', 'webp', 'tiff', 'gif'];

/**
 * Decodes an image to RGB: grey is repeated, CMYK converted, alpha dropped (not blended), 16 bits
 * cut to the upper 8.
 *
 * Option `size`: `[height, width]` to resize to, ignoring the aspect ratio: a triangle filter as
 *   wide as the reduction; enlarging is bilinear. Pixel centres align: output (y, x) is centred on
 *   ((y + ½)·H/h, (x + ½)·W/w) of the file, as in `decodeMask`. JPEG and 8-bit PNG get the values of
 *   Pillow's `BILINEAR` within ±1. What sharp decodes gets libvips' kernel `'linear'`: the same
 *   filter, computed more coarsely (single pixels at sharp edges differ by up to 17).
 * Option `upright`: turn and mirror the image as its EXIF orientation asks for (default false: rows and columns as
 *   stored, which the label maps of the public data sets follow).
 * @throws InputError that names the file when it is missing, unreadable, truncated, of another format or no image, has
 *   more than 268 megapixels, or numbers of more than 16 bits.
 */
export async function decodeImage(
  file: string,
  { size, upright = false }: { size?: readonly [number, number]; upright?: boolean } = {},
): Promise<DecodedImage> {
  const bytes = await readBytes('decodeImage', file);
  const header = await headerOf('decodeImage', file, bytes);
  const { bitDepth, orientation, hasAlpha, plain } = header;
  const turned = upright && orientation > 1;
  if (plain !== undefined && !turned) {
    const decoded = await nativeDecode(bytes, plain, 3, size);
    if (decoded !== undefined) {
      const { data, ...sizes } = decoded;
      return { ...sizes, image: data, orientation, bitDepth };
    }
  }
  const { height: fileHeight, width: fileWidth } = turned ? uprightSize(header) : header;
  const resize = size !== undefined && (size[0] !== fileHeight || size[1] !== fileWidth);
  let source = sharp(bytes, strict);
  if (turned) source = source.rotate();
  if (resize && hasAlpha) {
    // sharp resizes RGB premultiplied by alpha; drop alpha first.
    const { data, info } = await rgb('decodeImage', file, source);
    const { width, height, channels } = info;
    source = sharp(data, { raw: { width, height, channels } });
  }
  if (resize) source = source.resize(size[1], size[0], { fit: 'fill', kernel: 'linear' });
  const { data, info } = await rgb('decodeImage', file, source);
  const { height, width } = info;
  return { height, width, image: data, fileHeight, fileWidth, orientation, bitDepth };
}

/** Reads an image's size, EXIF orientation and depth without decoding its pixels. @throws InputError as `decodeImage`. */
export async function readImageHeader(file: string): Promise<ImageHeader> {
  const bytes = await readBytes('readImageHeader', file);
  const { height, width, orientation, bitDepth } = await headerOf('readImageHeader', file, bytes);
  return { height, width, orientation, bitDepth };
}

/** Height and width of an image once it is turned upright: orientations from 5 on exchange them. */
export function uprightSize<Size extends { height: number; width: number; orientation: number }>(
  header: Size,
): { height: number; width: number } {
  const { height, width, orientation } = header;
  return orientation >= 5 ? { height: width, width: height } : { height, width };
}

/** The header, and how its pixels are best decoded: natively as `plain`, else by sharp. */
interface FileHeader extends ImageHeader {
  hasAlpha: boolean;
  plain?: 'jpeg' | 'png';
}

const endOfJpeg = Buffer.of(0xff, 0xd9);

async function headerOf(where: string, file: string, bytes: Buffer): Promise<FileHeader> {
  const header = jpegHeader(bytes) ?? pngHeader(bytes) ?? (await sharpHeader(where, file, bytes));
  checkPixels(where, file, header);
  return header;
}

/** Natively: 8 bits, grey or colour. Of a truncated file TensorFlow prints a line; sharp is asked at once. */
function jpegHeader(bytes: Buffer): FileHeader | undefined {
  const frame = readJpegFrame(bytes);
  if (frame === undefined || frame.bitDepth !== 8) return undefined;
  const { height, width, orientation, components } = frame;
  const whole = bytes.subarray(-2).equals(endOfJpeg);
  const plain = whole && (components === 1 || components === 3) ? 'jpeg' : undefined;
  return { height, width, orientation, bitDepth: 8, hasAlpha: false, plain };
}

/** Natively: 8 bits, grey or colour, without alpha. */
function pngHeader(bytes: Buffer): FileHeader | undefined {
  const png = findPngHeader(bytes);
  if (png === undefined) return undefined;
  const { height, width, orientation, hasAlpha } = png;
  const plain = png.bitDepth === 8 && png.colour !== 'palette' && !hasAlpha ? 'png' : undefined;
  return { height, width, orientation, bitDepth: png.bitDepth === 16 ? 16 : 8, hasAlpha, plain };
}

async function sharpHeader(where: string, file: string, bytes: Buffer): Promise<FileHeader> {
  try {
    const metadata = await sharp(bytes, strict).metadata();
    const { format, height, width, orientation = 1, hasAlpha = false, depth } = metadata;
    if (!formats.includes(format)) throw new Error(`${format} is not read`);
    return { height, width, orientation, bitDepth: checkDepth(where, file, depth), hasAlpha };
  } catch (error) {
    throw undecodable(where, file, error, bytes);
  }
}

async function rgb(where: string, file: string, source: Sharp) {
  try {
    const pipeline = source.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' });
    return await pipeline.toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw undecodable(where, file, error);
  }
}

/** The error for bytes that sharp cannot decode, or that are of a format that is not read. */
export function undecodable(
  where: string,
  file: string,
  error: unknown,
  bytes?: Buffer,
): InputError {
  if (error instanceof InputError) return error;
  const expected = 'a complete, undamaged image';
  const foreign = bytes && foreignFormat(file, bytes);
  if (foreign?.remedy !== undefined) {
    return invalid(where, 'file', expected, foreign.got, foreign.remedy);
  }
  const reason = (error as Error).message.trim().replace(/\s*\n\s*/g, '; ');
  const remedy = `The decoder says: ${reason}. Fetch or copy the file again.`;
  return invalid(where, 'file', expected, file, remedy);
}
