/** Reads what label files store: numbers of any PNG with one channel, or the ids that colours stand for. */
import sharp from 'sharp';
import { described, invalid } from '../../check';
import type { InputError } from '../../check';
import { strict, undecodable } from './image';
import { nativeDecode } from './nativeDecoder';
import { greyPng, readPngHeader } from './png';
import type { PngHeader } from './png';
import { readBytes } from './readBytes';

/** `labelTable` entry of a value that must not occur in a file. */
export const notAllowed = -1;

/** A colour as `MaskLabels.colours` has it. */
export const colourKey = (red: number, green: number, blue: number): number =>
  (red << 16) | (green << 8) | blue;

/** What the values or colours of a label file mean. */
export interface MaskLabels {
  /** Label id for each stored value 0–255; `notAllowed` for values that must not occur. */
  labelTable: Int16Array;
  /** Label id for each colour (`colourKey`) of a colour-coded file. */
  colours?: ReadonlyMap<number, number>;
  /** Read palette PNGs by their colours, as RGB ones (default false: by their indexes). */
  paletteColours?: boolean;
}

/** What a label file stores, row-major `[height, width]`. */
export interface StoredLabels {
  height: number;
  width: number;
  values: Uint8Array | Uint16Array;
  /** Label id of each value, where the file itself says it by colours (default: the reader's own table). */
  labelTable?: Int16Array;
  /** Where the values are indexes of it that stand for their colours. */
  palette?: Uint8Array;
  /** Every value is known to be in the table. */
  checked: boolean;
}

/**
 * Reads the numbers of a label file, or the ids that its colours stand for, without asking which of them are allowed.
 *
 * @throws InputError as `decodeMask`, but for numbers that are not allowed.
 */
export async function readStoredLabels(
  where: string,
  file: string,
  { colours, paletteColours = false }: Pick<MaskLabels, 'colours' | 'paletteColours'>,
): Promise<StoredLabels> {
  const bytes = await readBytes(where, file, 'a readable label file');
  const header = readPngHeader(where, file, bytes);
  const { height, width, colour, palette } = header;
  if (colour === 'rgb' && colours) {
    const values = await colourLabels(file, bytes, header, colours);
    return { height, width, values, labelTable: identity, checked: true };
  }
  const values = await storedValues(file, bytes, header);
  const byColour = colour === 'palette' && paletteColours ? colours : undefined;
  if (byColour === undefined) return { height, width, values, checked: false };
  const labelTable = paletteTable(palette, byColour);
  return { height, width, values, labelTable, palette, checked: false };
}

const identity = Int16Array.from({ length: 256 }, (_, id) => id);

/** The label ids of a colour-coded file. */
async function colourLabels(
  file: string,
  bytes: Buffer,
  { width, bitDepth, hasAlpha }: PngHeader,
  colours: ReadonlyMap<number, number>,
): Promise<Uint8Array> {
  const plain = bitDepth === 8 && !hasAlpha ? await nativeDecode(bytes, 'png', 3) : undefined;
  const data = plain?.data ?? (await sharpColours(file, bytes));
  const labels = new Uint8Array(data.length / 3);
  let last = -1;
  let label = 0;
  for (let i = 0, from = 0; i < labels.length; i++, from += 3) {
    const colour = colourKey(data[from], data[from + 1], data[from + 2]);
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

async function sharpColours(file: string, bytes: Buffer): Promise<Uint8Array> {
  return sharp(bytes, strict)
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer()
    .catch((error: unknown) => {
      throw undecodable('decodeMask', file, error);
    });
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
    return colours.get(colourKey(red, green, blue)) ?? notAllowed;
  });
}

/** The first pixel of a bad value, as a remedy begins. */
export const placeOf = (index: number, width: number) =>
  `It occurs first at row ${Math.floor(index / width)}, column ${index % width}.`;

/** Ids that were saved in all three channels are told apart from colours that are not in the list. */
export function wrongColour(
  file: string,
  [red, green, blue]: Uint8Array,
  place: string,
): InputError {
  const isGrey = red === green && green === blue;
  const remedy = isGrey ? ' If it is a class id, save the labels as 8-bit grey PNGs.' : '';
  const got = described(`[${red}, ${green}, ${blue}]`);
  return invalid(
    'decodeMask',
    `a colour in ${file}`,
    'that of one of the classes',
    got,
    place + remedy,
  );
}
