/**
 * The decoder of JPEG and PNG that setup builds from native/decoder.cc: less than half the time of
 * sharp, which stays the decoder of all else, and of everything where there is no native one.
 */
import { ownAddon } from '../../ownAddon';

/** Pixels, row-major `[height, width, channels] uint8`, and the size of the file they came from. */
export interface DecodedPixels {
  height: number;
  width: number;
  fileHeight: number;
  fileWidth: number;
  data: Uint8Array;
}

type Decode = (
  bytes: Uint8Array,
  format: 'jpeg' | 'png',
  channels: 1 | 3,
  height: number,
  width: number,
) => Promise<DecodedPixels>;

const decode = ownAddon<{ decode: Decode }>('image_decoder.node')?.decode;

/** Whether setup built it. */
export const hasNativeDecoder = decode !== undefined;

/**
 * Decodes in the thread pool to 1 or 3 channels, at the file's own size or resized to
 * `[height, width]` as `decodeImage` says.
 *
 * @returns undefined for bytes that it refuses, and where it was not built: the caller asks sharp,
 *   whose errors say more.
 */
export async function nativeDecode(
  bytes: Uint8Array,
  format: 'jpeg' | 'png',
  channels: 1 | 3,
  [height, width]: readonly [number, number] = [0, 0],
): Promise<DecodedPixels | undefined> {
  return decode?.(bytes, format, channels, height, width).catch(() => undefined);
}
