/** Label maps as PNG files whose pixels are class ids and whose palette holds the classes' colours. */
import { deflateSync } from 'node:zlib';
import { checkNumber, described, invalid } from '../check';
import type { Colour } from '../datasets/types';

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
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
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
