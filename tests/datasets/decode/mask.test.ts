import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeMask, notAllowed } from '../../../lib/datasets/decode/mask';
import { pngChunk } from '../../../lib/datasets/decode/png';
import { pngBytes, withFolder } from '../files';
import type { RawPng } from '../files';

const identity = Int16Array.from({ length: 256 }, (_, value) => value);
/** 0–10 stay, 11 becomes 255, all else is refused. */
const camvid = Int16Array.from({ length: 256 }, (_, v) =>
  v < 11 ? v : v === 11 ? 255 : notAllowed,
);

async function decode(png: RawPng | Buffer, labelTable = identity, size?: [number, number]) {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'mask.png');
    await writeFile(file, Buffer.isBuffer(png) ? png : pngBytes(png));
    return decodeMask(file, { labelTable, size });
  });
}

const range = (length: number) => Array.from({ length }, (_, i) => i);

describe('decodeMask: stored values', () => {
  it('reads every 8-bit grey level as it is, whatever gamma the file declares', async () => {
    const gamma = Buffer.alloc(4);
    gamma.writeUInt32BE(100000);
    const png = { width: 16, height: 16, values: range(256) };
    for (const extra of [[], [['gAMA', gamma] as const], [['sRGB', Buffer.from([0])] as const]]) {
      const { labels, height, width } = await decode({ ...png, extra });
      expect([height, width]).toEqual([16, 16]);
      expect([...labels]).toEqual(range(256));
    }
  });

  it.each([1, 2, 4])(
    'reads %i-bit greys as the numbers stored, not as brightness',
    async (bits) => {
      const values = range(2 ** bits);
      const { labels } = await decode({ width: values.length, height: 1, bitDepth: bits, values });
      expect([...labels]).toEqual(values);
    },
  );

  it('reads 16-bit greys, and refuses values above 255', async () => {
    const { labels } = await decode({ width: 3, height: 1, bitDepth: 16, values: [0, 7, 255] });
    expect([...labels]).toEqual([0, 7, 255]);
    const high = { width: 3, height: 1, bitDepth: 16, values: [0, 7, 256] };
    await expect(decode(high)).rejects.toThrow(/got 256\. It occurs first at row 0, column 2/);
  });

  it.each([1, 2, 4, 8])('reads the indexes of a %i-bit palette, not its colours', async (bits) => {
    const count = Math.min(2 ** bits, 200);
    const palette = range(count).flatMap((i) => [(90 * i) % 256, (7 * i) % 256, 255 - i]);
    const values = range(count).reverse();
    const { labels } = await decode({ width: count, height: 1, bitDepth: bits, values, palette });
    expect([...labels]).toEqual(values);
  });

  it('tells indexes of one colour apart, and those beyond the palette', async () => {
    const palette = [9, 9, 9, 0, 0, 0, 9, 9, 9];
    const { labels } = await decode({ width: 4, height: 1, values: [2, 1, 0, 255], palette });
    expect([...labels]).toEqual([2, 1, 0, 255]);
    const beyond = decode({ width: 4, height: 1, values: [2, 1, 0, 12], palette }, camvid);
    await expect(beyond).rejects.toThrow(/label value in .*mask\.png must be one of 0–11, got 12/);
  });

  it('reads a palette by its colours, where an index beyond it has none', async () => {
    const palette = [9, 9, 9, 0, 0, 0, 9, 9, 9];
    const colours = new Map([[0x090909, 3]]);
    const read = (values: number[]) =>
      withFolder(async (folder) => {
        const file = path.join(folder, 'mask.png');
        await writeFile(file, pngBytes({ width: 2, height: 1, values, palette }));
        return decodeMask(file, { labelTable: identity, colours, paletteColours: true });
      });
    expect([...(await read([2, 0])).labels]).toEqual([3, 3]);
    await expect(read([0, 1])).rejects.toThrow(
      /colour in .*mask\.png .*got \[0, 0, 0\]\. .*column 1/,
    );
    await expect(read([0, 5])).rejects.toThrow(
      /index in .* one of its palette, 0–2, got 5\. .*column 1/,
    );
  });

  it('reads greys with a transparent value as stored', async () => {
    const extra = [['tRNS', Buffer.of(0, 3)]] as const;
    const { labels } = await decode({ width: 5, height: 1, values: [0, 3, 3, 7, 255], extra });
    expect([...labels]).toEqual([0, 3, 3, 7, 255]);
  });

  it('checks every pixel, whatever the length and the place', async () => {
    for (let length = 1; length < 12; length++) {
      for (let at = 0; at < length; at++) {
        const values = range(length).map((i) => (i === at ? 12 : 5));
        const mask = decode({ width: length, height: 1, values }, camvid, [1, 1]);
        await expect(mask).rejects.toThrow(`got 12. It occurs first at row 0, column ${at}.`);
      }
    }
  });

  it('translates by the table', async () => {
    const { labels } = await decode({ width: 3, height: 1, values: [0, 10, 11] }, camvid);
    expect([...labels]).toEqual([0, 10, 255]);
  });
});

describe('decodeMask: resizing', () => {
  it('samples at pixel centres (hand-checked)', async () => {
    // 7 columns to 3: centres at 7/6, 21/6, 35/6 → columns 1, 3, 5.
    const down = await decode({ width: 7, height: 1, values: range(7) }, identity, [1, 3]);
    expect([...down.labels]).toEqual([1, 3, 5]);
    const up = await decode({ width: 2, height: 2, values: [1, 2, 3, 4] }, identity, [3, 5]);
    expect([...up.labels]).toEqual([1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 3, 3, 4, 4, 4]);
    expect([up.height, up.width, up.fileHeight, up.fileWidth]).toEqual([3, 5, 2, 2]);
  });

  it('gives no value that is not in the file, and the file itself at its own size', async () => {
    const side = fc.integer({ min: 1, max: 20 });
    await fc.assert(
      fc.asyncProperty(
        side,
        side,
        side,
        side,
        fc.infiniteStream(fc.constantFrom<number>(0, 3, 11)),
        async (h, w, height, width, stream) => {
          const values = [...stream.take(h * w)];
          const resized = await decode({ width: w, height: h, values }, identity, [height, width]);
          expect(resized.labels).toHaveLength(height * width);
          expect([...new Set(resized.labels)].every((value) => values.includes(value))).toBe(true);
          const own = await decode({ width: w, height: h, values }, identity, [h, w]);
          expect([...own.labels]).toEqual(values);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('decodeMask: faults', () => {
  it('names the file, the value and its first position, even where resizing would skip it', async () => {
    const values = range(64).map((i) => (i === 19 || i === 20 ? 37 : 0));
    const mask = { width: 8, height: 8, values };
    const message =
      /label value in .*mask\.png must be one of 0–11, got 37\. It occurs first at row 2, column 3/;
    await expect(decode(mask, camvid)).rejects.toThrow(message);
    await expect(decode(mask, camvid, [1, 1])).rejects.toThrow(message);
  });

  it('refuses colour PNGs and JPEGs', async () => {
    const create = { width: 2, height: 2, channels: 3, background: '#010101' } as const;
    const image = sharp({ create });
    await expect(decode(await image.png().toBuffer())).rejects.toThrow(/single-channel.*in colour/);
    await expect(decode(await image.jpeg().toBuffer())).rejects.toThrow(
      /a PNG.*mask\.png.*lossless/,
    );
  });

  it('refuses a file cut anywhere', async () => {
    const noise = range(900).map((i) => (i * i * 31) % 251);
    const whole = pngBytes({ width: 30, height: 30, values: noise });
    for (const length of [0, 5, 20, 40, whole.length >> 1, whole.length - 13, whole.length - 1]) {
      const cut = decode(whole.subarray(0, length));
      await expect(cut, `${length} bytes`).rejects.toThrow(/file must be .*PNG, got '.*mask\.png'/);
    }
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 60, 90);
    await expect(decode(damaged)).rejects.toThrow(/undamaged image, got '.*mask\.png'/);
  });

  it('gives values or one error that names the file, whatever the bytes', async () => {
    const seeds = [
      pngBytes({ width: 5, height: 4, values: range(20) }),
      pngBytes({
        width: 5,
        height: 4,
        bitDepth: 2,
        values: range(20).map((i) => i % 4),
        palette: [1, 2, 3],
      }),
      pngBytes({ width: 5, height: 4, bitDepth: 16, values: range(20) }),
    ];
    const change = fc.tuple(fc.nat(120), fc.nat(255));
    const bytes = fc
      .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 }), fc.nat(120))
      .map(([seed, changes, cut]) => {
        const copy = Buffer.from(seed);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy.subarray(0, cut > 60 ? copy.length : cut);
      });
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const result = await decode(content, camvid).catch((error: unknown) => error as Error);
        if (result instanceof Error) {
          expect(result.name, result.stack).toBe('InputError');
          expect(result.message).toContain('mask.png');
        } else {
          expect(result.labels).toHaveLength(result.height * result.width);
          expect(result.labels.every((id) => id < 11 || id === 255)).toBe(true);
        }
      }),
      { numRuns: Number(process.env.PAT_FUZZ ?? 300) },
    );
  });

  it('refuses more than 268 megapixels before it decodes one', async () => {
    const large = pngBytes({ width: 1, height: 1, values: [0] });
    const header = Buffer.from(large.subarray(16, 29));
    header.writeUInt32BE(22000, 0);
    header.writeUInt32BE(22000, 4);
    const file = Buffer.concat([
      large.subarray(0, 8),
      pngChunk('IHDR', header),
      large.subarray(33),
    ]);
    await expect(decode(file)).rejects.toThrow(
      /at most 268 megapixels, got 22000x22000 .*mask\.png/,
    );
  });

  it('names a file that does not exist', async () => {
    const missing = decodeMask('/nowhere/mask.png', { labelTable: identity });
    await expect(missing).rejects.toThrow(/readable.*'\/nowhere\/mask\.png'.*does not exist/);
  });
});
