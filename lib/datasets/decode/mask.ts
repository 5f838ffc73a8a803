/**
 * Decodes label maps: the numbers stored in the PNG, untouched by colours, scaling or colour
 * management.
 */
import sharp from 'sharp';
import { described, InputError, invalid } from '../../check';
import { readBytes, strict, undecodable } from './image';
import { nativeDecode } from './nativeDecoder';
import { readPngHeader } from './png';
import type { PngHeader } from './png';

/** Label ids, row-major `[height, width] uint8`, and the size of the file they came from. */
export interface DecodedMask {
  height: number;
  width: number;
  labels: Uint8Array;
  fileHeight: number;
  fileWidth: number;
}

/** `labelTable` entry of a value that must not occur in a file. */
export const notAllowed = -1;

/** What the values or colours of a label file mean. */
export interface MaskLabels {
  /** Label id for each stored value 0–255; `notAllowed` for values that must not occur. */
  labelTable: Int16Array;
  /** Label id for each colour (`256·256·red + 256·green + blue`) of a colour-coded file. */
  colours?: ReadonlyMap<number, number>;
  /** Read palette PNGs by their colours, as RGB ones (default false: by their indexes). */
  paletteColours?: boolean;
}

/**
 * Decodes a label map and translates its values.
 *
 * The values are those stored: grey levels of 1, 2, 4, 8 or 16 bits, or the indexes (not the
 * colours) of a palette PNG. RGB PNGs (alpha is not looked at) are read by `colours` where given.
 * Formats that change values (JPEG) and, without `colours`, colour PNGs are refused.
 *
 * Options `labelTable`, `colours`: what values and colours mean; checked for every pixel
 *   of the file, whatever `size` is.
 * Option `size`: `[height, width]` to resize to, by nearest neighbour with centre sampling:
 *   output (y, x) is the file's pixel (⌊(y + ½)·H/h⌋, ⌊(x + ½)·W/w⌋), so no value arises that is
 *   not in the file. (Own code: libvips' nearest kernel does not sample at pixel centres.)
 * @throws InputError that names the file: missing, unreadable, truncated, not a single-channel PNG,
 *   or with a value that is not allowed (the value and its first position).
 */
export async function decodeMask(
  file: string,
  options: MaskLabels & { size?: readonly [number, number] },
): Promise<DecodedMask> {
  const { labelTable, colours, paletteColours = false, size } = options;
  const bytes = await readBytes('decodeMask', file);
  const header = readPngHeader('decodeMask', file, bytes);
  const { height: fileHeight, width: fileWidth } = header;
  const [height, width] = size ?? [fileHeight, fileWidth];
  const coloured = header.colour === 'rgb' || (header.colour === 'palette' && paletteColours);
  let values: Uint8Array | Uint16Array;
  if (coloured && colours) values = await colourLabels(file, bytes, fileWidth, colours);
  else checkValues(file, (values = await storedValues(file, bytes, header)), fileWidth, labelTable);
  const table = coloured && colours ? identity : labelTable;
  const labels = translateNearest(values, table, [fileHeight, fileWidth], [height, width]);
  return { height, width, labels, fileHeight, fileWidth };
}

const identity = Int16Array.from({ length: 256 }, (_, id) => id);

/** The label ids of a colour-coded file. */
async function colourLabels(
  file: string,
  bytes: Buffer,
  width: number,
  colours: ReadonlyMap<number, number>,
): Promise<Uint8Array> {
  const { data } = await sharp(bytes, strict)
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw undecodable('decodeMask', file, error);
    });
  const labels = new Uint8Array(data.length / 3);
  let last = -1;
  let label = 0;
  for (let i = 0, from = 0; i < labels.length; i++, from += 3) {
    const colour = (data[from] << 16) | (data[from + 1] << 8) | data[from + 2];
    if (colour !== last) {
      const found = colours.get(colour);
      if (found === undefined) {
        const got = described(`[${data[from]}, ${data[from + 1]}, ${data[from + 2]}]`);
        const place = `It occurs first at row ${Math.floor(i / width)}, column ${i % width}.`;
        throw invalid('decodeMask', `colour in ${file}`, 'one of a class', got, place);
      }
      last = colour;
      label = found;
    }
    labels[i] = label;
  }
  return labels;
}

/** The label ids of the pixels that remain at the new size; `values` are known to be allowed. */
function translateNearest(
  values: Uint8Array | Uint16Array,
  labelTable: Int16Array,
  [fromHeight, fromWidth]: readonly [number, number],
  [height, width]: readonly [number, number],
): Uint8Array {
  const labels = new Uint8Array(height * width);
  const columns = Int32Array.from({ length: width }, (_, x) => centre(x, width, fromWidth));
  for (let y = 0, to = 0; y < height; y++) {
    const row = centre(y, height, fromHeight) * fromWidth;
    for (let x = 0; x < width; x++, to++) labels[to] = labelTable[values[row + columns[x]]];
  }
  return labels;
}

/** The source index whose pixel covers the centre of output pixel `index`. */
function centre(index: number, outputs: number, inputs: number): number {
  return Math.floor(((2 * index + 1) * inputs) / (2 * outputs));
}

async function storedValues(
  file: string,
  bytes: Buffer,
  header: PngHeader,
): Promise<Uint8Array | Uint16Array> {
  const { bitDepth, colour } = header;
  if (colour === 'rgb') {
    const remedy = 'Save the class ids as an 8-bit grey or a palette PNG.';
    throw invalid('decodeMask', 'file', 'a single-channel PNG', `${file} in colour`, remedy);
  }
  if (colour === 'grey' && bitDepth === 8 && !header.hasAlpha) {
    const plain = await nativeDecode(bytes, 'png', 1);
    if (plain !== undefined) return plain.data;
  }
  try {
    const image = sharp(bytes, strict);
    if (colour === 'palette') {
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
      return indexesOf(file, data, info.channels, header);
    }
    const grey = header.hasAlpha ? image.extractChannel(0) : image;
    if (bitDepth === 16) {
      const wide = await grey.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
      return new Uint16Array(wide.buffer, wide.byteOffset, wide.byteLength / 2);
    }
    const data = await grey.toColourspace('b-w').raw().toBuffer();
    // Decoders stretch 1, 2 and 4-bit greys to 0–255: undo that.
    const step = 255 / (2 ** bitDepth - 1);
    if (step !== 1) for (let i = 0; i < data.length; i++) data[i] /= step;
    return data;
  } catch (error) {
    throw error instanceof InputError ? error : undecodable('decodeMask', file, error);
  }
}

/**
 * Palette indexes from the decoded colours; only possible where the colours in use are distinct.
 */
function indexesOf(
  file: string,
  data: Uint8Array,
  channels: number,
  { palette }: PngHeader,
): Uint8Array {
  const indexOf = new Map<number, number>();
  const repeated = new Set<number>();
  for (let i = 0; i < palette.length / 3; i++) {
    const key = (palette[3 * i] << 16) | (palette[3 * i + 1] << 8) | palette[3 * i + 2];
    if (indexOf.has(key)) repeated.add(key);
    else indexOf.set(key, i);
  }
  const indexes = new Uint8Array(data.length / channels);
  let key = -1;
  let index = 0;
  for (let i = 0, from = 0; i < indexes.length; i++, from += channels) {
    const next = (data[from] << 16) | (data[from + 1] << 8) | data[from + 2];
    if (next !== key) {
      if (repeated.has(next)) {
        const remedy = 'Save the class ids as an 8-bit grey PNG.';
        throw invalid('decodeMask', 'palette', 'of distinct colours', file, remedy);
      }
      key = next;
      index = indexOf.get(next) ?? 0;
    }
    indexes[i] = index;
  }
  return indexes;
}

/** Throws at the first value that is not allowed. */
function checkValues(
  file: string,
  values: Uint8Array | Uint16Array,
  width: number,
  labelTable: Int16Array,
): void {
  if (values instanceof Uint8Array && allAllowed(values, labelTable)) return;
  const bad = values.findIndex((value) => value > 255 || labelTable[value] === notAllowed);
  if (bad < 0) return;
  const expected = `one of ${ranges(labelTable)}`;
  const place = `It occurs first at row ${Math.floor(bad / width)}, column ${bad % width}.`;
  throw invalid('decodeMask', `label value in ${file}`, expected, values[bad], place);
}

/**
 * Four pixels at a time: most words of a label map equal the one before them, so that the table is
 * asked at the outlines only (a sixth of the time of asking it for every pixel).
 */
function allAllowed(values: Uint8Array, labelTable: Int16Array): boolean {
  const { buffer, byteOffset, length } = values;
  const aligned = byteOffset % 4 === 0 ? length >> 2 : 0;
  let signs = 0;
  if (aligned > 0) {
    const words = new Uint32Array(buffer, byteOffset, aligned);
    let last = -1;
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      if (word === last) continue;
      last = word;
      signs |= labelTable[word & 255] | labelTable[(word >>> 8) & 255];
      signs |= labelTable[(word >>> 16) & 255] | labelTable[word >>> 24];
    }
  }
  for (let i = 4 * aligned; i < length; i++) signs |= labelTable[values[i]];
  return signs >= 0;
}

/** The allowed values as text, e.g. `0–11, 255`. */
function ranges(labelTable: Int16Array): string {
  const parts: string[] = [];
  for (let from = 0; from < labelTable.length; from++) {
    if (labelTable[from] === notAllowed) continue;
    let to = from;
    while (to + 1 < labelTable.length && labelTable[to + 1] !== notAllowed) to++;
    parts.push(from === to ? String(from) : `${from}–${to}`);
    from = to;
  }
  return parts.join(', ');
}
