/**
 * Decodes label maps: the numbers stored in the PNG, untouched by colours, scaling or colour
 * management.
 */
import sharp from 'sharp';
import { described, invalid } from '../../check';
import type { InputError } from '../../check';
import { strict, undecodable } from './image';
import { nativeDecode } from './nativeDecoder';
import { greyPng, readPngHeader } from './png';
import type { PngHeader } from './png';
import { readBytes } from './readBytes';

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
 * colours) of a palette PNG, those beyond the end of its palette included. RGB PNGs (alpha is not looked at) are read by `colours` where given.
 * Formats that change values (JPEG) and, without `colours`, colour PNGs are refused.
 *
 * Options `labelTable`, `colours`: what values and colours mean; checked for every pixel
 *   of the file, whatever `size` is.
 * Option `size`: `[height, width]` to resize to, by nearest neighbour with centre sampling:
 *   output (y, x) is the file's pixel (⌊(y + ½)·H/h⌋, ⌊(x + ½)·W/w⌋), so no value arises that is
 *   not in the file. (Own code: libvips' nearest kernel does not sample at pixel centres.)
 * @throws InputError that names the file: missing, unreadable, truncated, not a single-channel PNG, over 268 megapixels,
 *   or with a value or colour that is not allowed (with its first position).
 */
export async function decodeMask(
  file: string,
  options: MaskLabels & { size?: readonly [number, number] },
): Promise<DecodedMask> {
  const { colours, paletteColours = false, size } = options;
  const bytes = await readBytes('decodeMask', file, 'a readable label file');
  const header = readPngHeader('decodeMask', file, bytes);
  const { height: fileHeight, width: fileWidth } = header;
  const [height, width] = size ?? [fileHeight, fileWidth];
  let values: Uint8Array | Uint16Array;
  let labelTable = options.labelTable;
  if (header.colour === 'rgb' && colours) {
    values = await colourLabels(file, bytes, fileWidth, colours);
    labelTable = identity;
  } else {
    values = await storedValues(file, bytes, header);
    const byColour = header.colour === 'palette' && paletteColours ? colours : undefined;
    if (byColour) labelTable = paletteTable(header.palette, byColour);
    checkValues(file, values, fileWidth, labelTable, byColour && header.palette);
  }
  const labels = translateNearest(values, labelTable, [fileHeight, fileWidth], [height, width]);
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
        throw wrongColour(file, data.subarray(from, from + 3), placeOf(i, width));
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

/** The numbers in the file, whatever decoders make of them: grey levels, or the indexes of a palette. */
async function storedValues(
  file: string,
  bytes: Buffer,
  { bitDepth, colour, hasAlpha, storesAlpha }: PngHeader,
): Promise<Uint8Array | Uint16Array> {
  if (colour === 'rgb') {
    const remedy = 'Save the class ids as an 8-bit grey or a palette PNG.';
    throw invalid('decodeMask', 'file', 'a single-channel PNG', `${file} in colour`, remedy);
  }
  const asStored = colour === 'grey' && bitDepth === 8 && !hasAlpha;
  const grey = asStored ? bytes : greyPng(bytes);
  if (asStored || (bitDepth <= 8 && !storesAlpha)) {
    const plain = await nativeDecode(grey, 'png', 1);
    if (plain !== undefined) return unstretched(plain.data, bitDepth);
  }
  try {
    const image = sharp(grey, strict);
    const levels = storesAlpha ? image.extractChannel(0) : image;
    if (bitDepth === 16) {
      const wide = await levels.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
      return new Uint16Array(wide.buffer, wide.byteOffset, wide.byteLength / 2);
    }
    return unstretched(await levels.toColourspace('b-w').raw().toBuffer(), bitDepth);
  } catch (error) {
    throw undecodable('decodeMask', file, error);
  }
}

/** Decoders stretch 1, 2 and 4-bit greys to 0–255: undoes that, in place. */
function unstretched(data: Uint8Array, bitDepth: number): Uint8Array {
  const step = 255 / (2 ** bitDepth - 1);
  if (bitDepth < 8) for (let i = 0; i < data.length; i++) data[i] /= step;
  return data;
}

/** The label id of each index of a palette whose colours stand for classes; other indexes are not allowed. */
function paletteTable(palette: Uint8Array, colours: ReadonlyMap<number, number>): Int16Array {
  return Int16Array.from({ length: 256 }, (_, index) => {
    if (3 * index >= palette.length) return notAllowed;
    const [red, green, blue] = palette.subarray(3 * index);
    return colours.get((red << 16) | (green << 8) | blue) ?? notAllowed;
  });
}

/** Throws at the first value that is not allowed; with `palette` the values are its indexes, read by their colours. */
function checkValues(
  file: string,
  values: Uint8Array | Uint16Array,
  width: number,
  labelTable: Int16Array,
  palette?: Uint8Array,
): void {
  if (values instanceof Uint8Array && allAllowed(values, labelTable)) return;
  const bad = values.findIndex((value) => value > 255 || labelTable[value] === notAllowed);
  if (bad < 0) return;
  const place = placeOf(bad, width);
  const value = values[bad];
  if (palette === undefined) {
    const remedy = value > 255 ? `${place} Class ids go up to 255.` : place;
    const expected = `one of ${ranges(labelTable)}`;
    throw invalid('decodeMask', `label value in ${file}`, expected, value, remedy);
  }
  if (3 * value < palette.length) {
    throw wrongColour(file, palette.subarray(3 * value, 3 * value + 3), place);
  }
  const expected = `one of its palette, 0–${palette.length / 3 - 1}`;
  throw invalid('decodeMask', `index in ${file}`, expected, value, place);
}

const placeOf = (index: number, width: number) =>
  `It occurs first at row ${Math.floor(index / width)}, column ${index % width}.`;

/** Ids that were saved in all three channels are told apart from colours that are not in the list. */
function wrongColour(file: string, [red, green, blue]: Uint8Array, place: string): InputError {
  const isGrey = red === green && green === blue;
  const remedy = isGrey ? ' If it is a class id, save the labels as 8-bit grey PNGs.' : '';
  const got = described(`[${red}, ${green}, ${blue}]`);
  return invalid('decodeMask', `colour in ${file}`, 'one of a class', got, place + remedy);
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
