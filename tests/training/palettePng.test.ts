import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPngHeader } from '../../lib/datasets/decode/png';
import { palettePng } from '../../lib/training/palettePng';

const palette = [
  [10, 20, 30],
  [255, 0, 0],
  [0, 128, 255],
] as const;

describe('palettePng', () => {
  it('is read back with its colours by another decoder', async () => {
    const ids = [0, 1, 2, 2, 1, 0];
    const png = palettePng(ids, { height: 2, width: 3, palette });
    expect(readPngHeader('test', 'a.png', png)).toMatchObject({
      height: 2,
      width: 3,
      bitDepth: 8,
      colour: 'palette',
      palette: Buffer.from(palette.flat()),
    });
    const { data } = await sharp(png, { failOn: 'warning' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual(ids.flatMap((id) => [...palette[id]]));
  });

  it('refuses ids without a colour and a wrong number of ids', () => {
    const size = { height: 1, width: 2, palette };
    expect(() => palettePng([0, 3], size)).toThrow('ids[1] must be a class id 0 … 2, got 3');
    expect(() => palettePng([0], size)).toThrow('ids must be 1·2 class ids, got 1 values');
  });
});
