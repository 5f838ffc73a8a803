/** The facts of a PNG file that decoders hide: bit depth, kind of colour, palette, completeness. */
import { invalid } from '../../check';
import { checkPixels } from './limits';
import { exifOrientation } from './exif';
import { foreignFormat } from './format';

export interface PngHeader {
  height: number;
  width: number;
  /** Bits per channel as stored: 1, 2, 4, 8 or 16. */
  bitDepth: number;
  colour: 'grey' | 'rgb' | 'palette';
  /** Whether each pixel has an opacity of its own (grey or RGB with alpha). */
  storesAlpha: boolean;
  /** Whether decoders add a channel of opacity: by the kind of colour or by a tRNS chunk. */
  hasAlpha: boolean;
  /** EXIF orientation, 1 (upright) when there is none. */
  orientation: number;
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
 * @throws InputError that names the file when it is no PNG, ends before its IEND chunk, or is too large to be decoded.
 */
export function readPngHeader(where: string, file: string, bytes: Buffer): PngHeader {
  if (!isPng(bytes)) {
    const { got, remedy } = foreignFormat(file, bytes);
    const lossless = 'Label maps must be lossless: save the class ids as an 8-bit grey PNG.';
    throw invalid(where, 'file', 'a PNG', got, remedy ?? lossless);
  }
  const header = findPngHeader(bytes);
  if (header === undefined) {
    const remedy = 'The file is truncated or damaged: fetch or copy it again.';
    throw invalid(where, 'file', 'a complete PNG', file, remedy);
  }
  checkPixels(where, file, header);
  return header;
}

/** As `readPngHeader`, but undefined for bytes that are no PNG, or not all of one, or whose palette is no list of colours. */
export function findPngHeader(bytes: Buffer): PngHeader | undefined {
  if (!isPng(bytes)) return undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let orientation = 1;
  const storesAlpha = bytes[25] === 4 || bytes[25] === 6;
  let hasAlpha = storesAlpha;
  let isWhole = false;
  for (const { type, content } of chunks(bytes)) {
    if (type === 'tRNS') hasAlpha = true;
    if (type === 'PLTE') {
      // One decoder refuses such a file and the other reads on: neither may, whatever the kind of colour.
      if (content.length % 3 !== 0 || content.length === 0 || content.length > 768)
        return undefined;
      palette = content;
    }
    if (type === 'eXIf') orientation = exifOrientation(content);
    isWhole = type === 'IEND';
  }
  const colour = colourTypes[bytes[25]];
  if (!isWhole || colour === undefined) return undefined;
  return {
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    bitDepth: bytes[24],
    colour,
    storesAlpha,
    hasAlpha,
    orientation,
    palette,
  };
}

/**
 * The same pixels as a grey PNG without anything that could change their values on the way: the indexes of a palette
 * become grey levels (both are stored alike), and palette, transparent values, gamma and colour profiles are left out.
 */
export function greyPng(bytes: Buffer): Buffer {
  const kept: Buffer[] = [signature];
  for (const { type, content } of chunks(bytes)) {
    if (type === 'IHDR') {
      const header = Buffer.from(content);
      if (header[9] === 3) header[9] = 0;
      kept.push(pngChunk(type, header));
    } else if (type === 'IDAT' || type === 'IEND') {
      // With its length, its type and its check, which stay as they are in the file.
      kept.push(
        bytes.subarray(content.byteOffset - bytes.byteOffset - 8).subarray(0, content.length + 12),
      );
    }
  }
  return Buffer.concat(kept);
}

/** A chunk of a PNG file: its length, type, content and check. */
export function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The chunks of a file up to IEND, as far as they are whole. */
function* chunks(bytes: Buffer): Generator<{ type: string; content: Buffer }> {
  let offset = 8;
  for (let type = ''; type !== 'IEND' && offset + 12 <= bytes.length;) {
    const end = offset + 12 + bytes.readUInt32BE(offset);
    if (end > bytes.length) return;
    type = bytes.toString('latin1', offset + 4, offset + 8);
    yield { type, content: bytes.subarray(offset + 8, end - 4) };
    offset = end;
  }
}

/** CRC-32 as PNG has it (annex D); zlib's is missing before Node 20.15. */
function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(signature);
