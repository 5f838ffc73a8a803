import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, readImageHeader } from '../../../lib/datasets/decode/image';
import { pngBytes, withFolder } from '../files';

async function decode(bytes: Buffer, size?: [number, number]) {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'picture.jpg');
    await writeFile(file, bytes);
    return decodeImage(file, { size });
  });
}

const solid = (background: { r: number; g: number; b: number; alpha?: number }) =>
  sharp({ create: { width: 6, height: 4, channels: background.alpha ? 4 : 3, background } });

describe('decodeImage', () => {
  it('reads RGB bytes exactly, in the order of the file', async () => {
    const pixels = Buffer.from(Array.from({ length: 36 }, (_, i) => (i * 7) % 256));
    const png = await sharp(pixels, { raw: { width: 4, height: 3, channels: 3 } })
      .png()
      .toBuffer();
    const { height, width, image, fileHeight, fileWidth } = await decode(png);
    expect([height, width, fileHeight, fileWidth]).toEqual([3, 4, 3, 4]);
    expect([...image]).toEqual([...pixels]);
  });

  it('goes by the bytes, not by the name: PNG, GIF and WebP under a .jpg name', async () => {
    const red = { r: 255, g: 0, b: 0 };
    for (const format of ['png', 'gif', 'webp'] as const) {
      const bytes = await solid(red).toFormat(format, { lossless: true }).toBuffer();
      const { image } = await decode(bytes);
      expect(image).toHaveLength(6 * 4 * 3);
      expect([image[0], image[1], image[2]]).toEqual([255, 0, 0]);
    }
  });

  it('repeats grey, cuts 16 bits to 8, converts CMYK', async () => {
    const grey = await decode(pngBytes({ width: 2, height: 1, values: [5, 250] }));
    expect([...grey.image]).toEqual([5, 5, 5, 250, 250, 250]);
    const deep = await decode(
      pngBytes({ width: 2, height: 1, bitDepth: 16, values: [256, 65535] }),
    );
    expect([...deep.image]).toEqual([1, 1, 1, 255, 255, 255]);
    const print = await solid({ r: 200, g: 100, b: 50 }).toColourspace('cmyk').jpeg().toBuffer();
    const { image } = await decode(print);
    for (const [c, value] of [200, 100, 50].entries()) {
      expect(Math.abs(image[c] - value), `channel ${c}: ${image[c]}`).toBeLessThanOrEqual(20);
    }
  });

  it('drops alpha without blending, resized or not', async () => {
    const png = await solid({ r: 200, g: 100, b: 50, alpha: 0.01 }).png().toBuffer();
    expect([...(await decode(png)).image.subarray(0, 3)]).toEqual([200, 100, 50]);
    expect([...(await decode(png, [2, 3])).image.subarray(0, 3)]).toEqual([200, 100, 50]);
  });

  it('resizes with pixel centres aligned: a ramp stays the same ramp', async () => {
    const [h, w] = [48, 64];
    const ramp = Buffer.from(
      Array.from({ length: h * w }, (_, i) => [4 * (i % w), 5 * Math.floor(i / w), 0]).flat(),
    );
    const raw = { raw: { width: w, height: h, channels: 3 } } as const;
    const png = await sharp(ramp, raw).png().toBuffer();
    const jpeg = await sharp(ramp, raw)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    for (const [bytes, tolerance] of [
      [png, 1.5],
      [jpeg, 4],
    ] as const) {
      for (const [height, width] of [
        [12, 16],
        [20, 30],
        [10, 64],
      ]) {
        const { image } = await decode(bytes, [height, width]);
        for (let y = 1; y < height - 1; y++) {
          for (let x = 1; x < width - 1; x++) {
            const column = 4 * (((x + 0.5) * w) / width - 0.5);
            const row = 5 * (((y + 0.5) * h) / height - 0.5);
            const at = 3 * (y * width + x);
            const error = Math.max(Math.abs(image[at] - column), Math.abs(image[at + 1] - row));
            expect(error, `${height}x${width} at ${y},${x}`).toBeLessThanOrEqual(tolerance);
          }
        }
      }
    }
  });

  it('keeps rows as stored when EXIF asks for a rotation, and reports it', async () => {
    const jpeg = await solid({ r: 9, g: 9, b: 9 })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { height, width } = await decode(jpeg);
    expect([height, width]).toEqual([4, 6]);
    await withFolder(async (folder) => {
      const file = path.join(folder, 'turned.jpg');
      await writeFile(file, jpeg);
      expect(await readImageHeader(file)).toEqual({
        height: 4,
        width: 6,
        orientation: 6,
        bitDepth: 8,
      });
    });
  });

  it('refuses a JPEG cut anywhere, resized or not, and names the file', async () => {
    const pixels = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i) % 255));
    const whole = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    for (const part of [0, 0.02, 0.3, 0.6, 0.95]) {
      const cut = whole.subarray(0, Math.floor(part * whole.length));
      const message = /complete, undamaged image, got '.*picture\.jpg'/;
      await expect(decode(cut), `${part}`).rejects.toThrow(message);
      await expect(decode(cut, [8, 8]), `${part}`).rejects.toThrow(message);
    }
  });

  it('names a file that is no image, or not there', async () => {
    await expect(decode(Buffer.from('not an image'))).rejects.toThrow(/picture\.jpg.*decoder says/);
    await expect(decodeImage('/nowhere/a.jpg')).rejects.toThrow(/'\/nowhere\/a\.jpg'.*not exist/);
    await expect(decodeImage('/')).rejects.toThrow(/a readable image file, got '\/'/);
  });
});
