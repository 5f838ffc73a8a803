import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { hasNativeDecoder, nativeDecode } from '../../../lib/datasets/decode/nativeDecoder';
import { Random } from '../../../lib/random';

const [height, width] = [37, 50];
const random = new Random(7);
/** Smooth noise: neighbours differ by up to 40. */
const noise = Buffer.from(
  Array.from({ length: height * width * 3 }, (_, i) =>
    Math.round(100 + 60 * Math.sin(i / 90) + random.uniform(-20, 20)),
  ),
);
const picture = () => sharp(noise, { raw: { height, width, channels: 3 } });

/** The triangle filter written as its definition: every output pixel a weighted mean of all input. */
function resizedByDefinition(source: Uint8Array, [toHeight, toWidth]: readonly [number, number]) {
  const weights = (from: number, to: number) =>
    Array.from({ length: to }, (_, i) => {
      const reach = Math.max(from / to, 1);
      const row = Array.from({ length: from }, (_, k) =>
        Math.max(0, 1 - Math.abs(k + 0.5 - ((i + 0.5) * from) / to) / reach),
      );
      const sum = row.reduce((total, weight) => total + weight, 0);
      return row.map((weight) => weight / sum);
    });
  const columns = weights(width, toWidth);
  return weights(height, toHeight).flatMap((rows) =>
    columns.flatMap((column) =>
      [0, 1, 2].map((c) => {
        let sum = 0;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++)
            sum += rows[y] * column[x] * source[3 * (y * width + x) + c];
        }
        return sum;
      }),
    ),
  );
}

describe.skipIf(!hasNativeDecoder)('nativeDecode (needs the decoder that setup builds)', () => {
  it('gives the bytes that sharp gives: JPEG of every kind, PNG', async () => {
    const jpegs = [
      await picture().jpeg({ quality: 92 }).toBuffer(),
      await picture().jpeg({ quality: 60, progressive: true }).toBuffer(),
      await picture().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
      await picture().toColourspace('b-w').jpeg().toBuffer(),
    ];
    for (const bytes of jpegs) {
      const expected = await sharp(bytes).toColourspace('srgb').raw().toBuffer();
      const decoded = await nativeDecode(bytes, 'jpeg', 3);
      expect(decoded).toMatchObject({ height, width, fileHeight: height, fileWidth: width });
      expect(Buffer.compare(decoded!.data, expected)).toBe(0);
    }
    for (const progressive of [false, true]) {
      const png = await picture().png({ progressive }).toBuffer();
      expect(Buffer.compare((await nativeDecode(png, 'png', 3))!.data, noise)).toBe(0);
    }
    const ids = Buffer.from(Array.from({ length: height * width }, (_, i) => (i * 7) % 256));
    const raw = { height, width, channels: 1 } as const;
    const grey = await sharp(ids, { raw }).toColourspace('b-w').png().toBuffer();
    expect(Buffer.compare((await nativeDecode(grey, 'png', 1))!.data, ids)).toBe(0);
  });

  it.each([
    [12, 17],
    [36, 49],
    [37, 20],
    [80, 25],
    [74, 100],
    [1, 1],
  ] as const)('resizes to %ix%i by the triangle filter', async (...size) => {
    const png = await picture().png().toBuffer();
    const decoded = await nativeDecode(png, 'png', 3, size);
    expect(decoded).toMatchObject({ height: size[0], width: size[1], fileHeight: height });
    const expected = resizedByDefinition(noise, size);
    expect(decoded!.data).toHaveLength(expected.length);
    const errors = expected.map((value, i) => Math.abs(value - decoded!.data[i]));
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.501);
  });

  it('gives the same whether one or many are decoded at once', async () => {
    const bytes = await picture().jpeg().toBuffer();
    const alone = await nativeDecode(bytes, 'jpeg', 3, [16, 16]);
    const all = Array.from({ length: 40 }, () => nativeDecode(bytes, 'jpeg', 3, [16, 16]));
    for (const one of await Promise.all(all)) expect(one).toEqual(alone);
  });

  it('refuses what is cut or damaged', async () => {
    const png = await picture().png().toBuffer();
    const damaged = Buffer.from(png);
    damaged[Math.floor(png.length / 2)] ^= 255;
    const jpeg = await picture().jpeg().toBuffer();
    expect(await nativeDecode(png.subarray(0, 200), 'png', 3)).toBeUndefined();
    expect(await nativeDecode(damaged, 'png', 3)).toBeUndefined();
    expect(await nativeDecode(Buffer.alloc(0), 'jpeg', 3)).toBeUndefined();
    expect(await nativeDecode(jpeg.subarray(0, 30), 'jpeg', 3)).toBeUndefined();
  });
});
