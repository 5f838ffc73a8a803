/**
 * Decodes label maps: the numbers stored in the PNG, untouched by colours, scaling or colour
 * management.
 */
import { invalid } from '../../check';
import { notAllowed, placeOf, readStoredLabels, wrongColour } from './storedLabels';
import type { MaskLabels } from './storedLabels';

export { notAllowed };
export type { MaskLabels };

/** Label ids, row-major `[height, width] uint8`, and the size of the file they came from. */
export interface DecodedMask {
  height: number;
  width: number;
  labels: Uint8Array;
  fileHeight: number;
  fileWidth: number;
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
  const { size } = options;
  const stored = await readStoredLabels('decodeMask', file, options);
  const { values, height: fileHeight, width: fileWidth, palette } = stored;
  const [height, width] = size ?? [fileHeight, fileWidth];
  const labelTable = stored.labelTable ?? options.labelTable;
  if (!stored.checked) checkValues(file, values, fileWidth, labelTable, palette);
  const labels = translateNearest(values, labelTable, [fileHeight, fileWidth], [height, width]);
  return { height, width, labels, fileHeight, fileWidth };
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
export function centre(index: number, outputs: number, inputs: number): number {
  return Math.floor(((2 * index + 1) * inputs) / (2 * outputs));
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
