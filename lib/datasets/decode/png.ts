/** The facts of a PNG file that decoders hide: bit depth, kind of colour, palette, completeness. */
import { invalid } from '../../check';

export interface PngHeader {
  height: number;
  width: number;
  /** Bits per channel as stored: 1, 2, 4, 8 or 16. */
  bitDepth: number;
  colour: 'grey' | 'rgb' | 'palette';
  /** Whether decoders add a channel of opacity: by the kind of colour or by a tRNS chunk. */
  hasAlpha: boolean;
  /** Red, green, blue of each palette entry; empty unless `colour` is `'palette'`. */
  palette: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const colourTypes: Record<number, PngHeader['colour']> = {
  0: 'grey',
  2: 'rgb',
  3: 'palette',
  4: 'grey',
  6: 'rgb',
};

/**
 * Reads the IHDR and PLTE chunks and walks to the end of the file (PNG specification, third
 * edition, §5 and §11).
 *
 * @throws InputError that names the file when it is no PNG or ends before its IEND chunk.
 */
export function readPngHeader(where: string, file: string, bytes: Buffer): PngHeader {
  if (!isPng(bytes)) {
    const remedy = 'Label maps must be lossless: save the class ids as an 8-bit grey PNG.';
    throw invalid(where, 'file', 'a PNG', file, remedy);
  }
  const header = findPngHeader(bytes);
  if (header === undefined) {
    const remedy = 'The file is truncated: fetch or copy it again.';
    throw invalid(where, 'file', 'a complete PNG', file, remedy);
  }
  return header;
}

/** As `readPngHeader`, but undefined for bytes that are no PNG, or not all of one. */
export function findPngHeader(bytes: Buffer): PngHeader | undefined {
  if (!isPng(bytes)) return undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let hasAlpha = bytes[25] === 4 || bytes[25] === 6;
  let offset = 8;
  for (let type = ''; type !== 'IEND';) {
    if (offset + 12 > bytes.length) return undefined;
    const length = bytes.readUInt32BE(offset);
    type = bytes.toString('latin1', offset + 4, offset + 8);
    const end = offset + 12 + length;
    if (end > bytes.length) return undefined;
    if (type === 'tRNS') hasAlpha = true;
    if (type === 'PLTE') palette = bytes.subarray(offset + 8, end - 4);
    offset = end;
  }
  return {
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    bitDepth: bytes[24],
    colour: colourTypes[bytes[25]],
    hasAlpha,
    palette,
  };
}

const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(signature);
