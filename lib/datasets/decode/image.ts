/**
 * Decodes image files to RGB bytes, outside the main thread: plain JPEG and PNG by the native
 * decoder, all else by sharp. The format is read from the bytes, not from the name.
 */
import fs from 'node:fs';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { invalid } from '../../check';
import type { InputError } from '../../check';
import { readJpegFrame } from './jpeg';
import type { JpegFrame } from './jpeg';
import { nativeDecode } from './nativeDecoder';
import type { DecodedPixels } from './nativeDecoder';
import { findPngHeader } from './png';

/**
 * sharp would keep decoded operations for reuse; data sets never decode the same bytes twice in a
 * row.
 */
sharp.cache(false);

/**
 * How every file is opened: a truncated or damaged file is an error, a mere warning is not; an
 * embedded colour profile is not applied (pixel values as stored, as in the Python loaders); of an
 * animation, the first frame is taken.
 */
export const strict: SharpOptions = { failOn: 'error', ignoreIcc: true };

/** Image pixels, row-major `[height, width, 3] uint8`, and the size of the file they came from. */
export interface DecodedImage {
  height: number;
  width: number;
  image: Uint8Array;
  fileHeight: number;
  fileWidth: number;
}

/** What an image's header says. */
export interface ImageHeader {
  height: number;
  width: number;
  /** EXIF orientation, 1 (upright) when there is none. The decoders do not apply it. */
  orientation: number;
}

/**
 * Decodes an image to RGB: grey is repeated, CMYK converted, alpha dropped (not blended), 16 bits
 * cut to the upper 8. Rows and columns are as stored: an EXIF orientation is not applied, because
 * the label maps of the public data sets follow the stored pixels.
 *
 * Option `size`: `[height, width]` to resize to, ignoring the aspect ratio: a triangle filter as
 *   wide as the reduction; enlarging is bilinear. Pixel centres align: output (y, x) is centred on
 *   ((y + ½)·H/h, (x + ½)·W/w) of the file, as in `decodeMask`. JPEG and 8-bit PNG get the values of
 *   Pillow's `BILINEAR` within ±1. What sharp decodes gets libvips' kernel `'linear'`: the same
 *   filter, computed more coarsely (single pixels at sharp edges differ by up to 17).
 * @throws InputError that names the file when it is missing, unreadable, truncated or no image.
 */
export async function decodeImage(
  file: string,
  { size }: { size?: readonly [number, number] } = {},
): Promise<DecodedImage> {
  const bytes = await readBytes('decodeImage', file);
  const frame = readJpegFrame(bytes);
  const plain = await decodePlain(bytes, frame, size);
  if (plain !== undefined) {
    const { data, ...sizes } = plain;
    return { ...sizes, image: data };
  }
  // A JPEG has no alpha: its size is all there is to know, and it costs nothing to read.
  const header = frame ?? (await metadata('decodeImage', file, bytes));
  const resize = size !== undefined && (size[0] !== header.height || size[1] !== header.width);
  let source = sharp(bytes, strict);
  if (resize && 'hasAlpha' in header && header.hasAlpha) {
    // sharp resizes RGB premultiplied by alpha; drop alpha first.
    const { data, info } = await rgb('decodeImage', file, source);
    const { width, height, channels } = info;
    source = sharp(data, { raw: { width, height, channels } });
  }
  if (resize) source = source.resize(size[1], size[0], { fit: 'fill', kernel: 'linear' });
  const { data, info } = await rgb('decodeImage', file, source);
  return {
    height: info.height,
    width: info.width,
    image: data,
    fileHeight: header.height,
    fileWidth: header.width,
  };
}

const endOfJpeg = Buffer.of(0xff, 0xd9);

/** JPEG of 8 bits, grey or colour, and PNG likewise, without alpha; undefined for all else. */
async function decodePlain(
  bytes: Buffer,
  frame: JpegFrame | undefined,
  size: readonly [number, number] | undefined,
): Promise<DecodedPixels | undefined> {
  if (frame !== undefined) {
    // TensorFlow prints a line about a truncated file; sharp is asked at once.
    const whole = bytes.subarray(-2).equals(endOfJpeg);
    const plain = frame.bitDepth === 8 && (frame.components === 1 || frame.components === 3);
    return plain && whole ? nativeDecode(bytes, 'jpeg', 3, size) : undefined;
  }
  const png = findPngHeader(bytes);
  const plain = png?.bitDepth === 8 && png.colour !== 'palette' && !png.hasAlpha;
  return plain ? nativeDecode(bytes, 'png', 3, size) : undefined;
}

/** Reads an image's size and EXIF orientation without decoding its pixels. */
export async function readImageHeader(file: string): Promise<ImageHeader> {
  const bytes = await readBytes('readImageHeader', file);
  const { height, width, orientation = 1 } = await metadata('readImageHeader', file, bytes);
  return { height, width, orientation };
}

const read = promisify(fs.read);

/**
 * The file's bytes; an InputError that names the file when it cannot be read. One task in the thread
 * pool a file, where `fs.promises.readFile` takes four and eight times the main thread's time.
 */
export async function readBytes(where: string, file: string): Promise<Buffer> {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(file, 'r');
    const { size } = fs.fstatSync(descriptor);
    const bytes = Buffer.allocUnsafeSlow(size);
    let length = 0;
    for (let part = 1; part > 0 && length < size; length += part) {
      part = (await read(descriptor, bytes, length, size - length, length)).bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'The file does not exist.' : `${message}.`;
    throw invalid(where, 'file', 'a readable image file', file, why);
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** The error for bytes that sharp cannot decode. */
export function undecodable(where: string, file: string, error: unknown): InputError {
  const reason = (error as Error).message.trim().replace(/\s*\n\s*/g, '; ');
  const remedy = `The decoder says: ${reason}. Fetch or copy the file again.`;
  return invalid(where, 'file', 'a complete, undamaged image', file, remedy);
}

async function metadata(where: string, file: string, bytes: Buffer): Promise<Metadata> {
  try {
    return await sharp(bytes, strict).metadata();
  } catch (error) {
    throw undecodable(where, file, error);
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
