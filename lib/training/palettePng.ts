/** Label maps as PNG files whose pixels are class ids and whose palette holds the classes' colours. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { checkNumber, described, invalid } from '../check';
import { makeFolder, pathBelow, toldPlainly } from '../files';
import { pngChunk } from '../datasets/decode/png';
import type { Colour } from '../datasets/datasetTypes';

/**
 * Writes `palettePng` as `NAME.png` below `folder`; names may hold folders.
 *
 * @throws InputError for a name that leads out of `folder`, and where the file system refuses
 */
export async function writePalettePng(
  where: string,
  folder: string,
  name: string,
  ...png: Parameters<typeof palettePng>
): Promise<void> {
  const file = await pathBelow(where, folder, `${name}.png`);
  await makeFolder(where, path.dirname(file));
  await toldPlainly(where, file, () => writeFile(file, palettePng(...png)));
}

/**
 * Encodes `[height, width]` class ids, row-major, as an indexed 8-bit PNG (PNG specification, third edition, §11). A
 * viewer shows the colours, a reader of the indexes gets the ids.
 *
 * @throws InputError for more than 256 colours, a wrong number of ids, or an id without a colour.
 */
export function palettePng(
  ids: ArrayLike<number>,
  { height, width, palette }: { height: number; width: number; palette: readonly Colour[] },
): Buffer {
  const where = 'palettePng';
  checkNumber(where, 'palette.length', palette.length, { integer: true, min: 1, max: 256 });
  if (ids.length !== height * width) {
    const expected = `${height}·${width} class ids`;
    throw invalid(where, 'ids', expected, described(`${ids.length} values`));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits
  header[9] = 3; // indexed
  const rows = Buffer.alloc((width + 1) * height); // each row begins with its filter, 0
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (palette[id] === undefined) {
      const expected = `a class id 0 … ${palette.length - 1}`;
      throw invalid(where, `ids[${i}]`, expected, id, 'Give a colour for each class.');
    }
    rows[i + Math.floor(i / width) + 1] = id;
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('PLTE', Buffer.from(palette.flat())),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}
