import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Colour } from '../../../lib/datasets/datasetTypes';
import { predictionPanel } from '../../../lib/training/tensorboard/predictionPanel';

const palette: Colour[] = [
  [10, 20, 30],
  [40, 50, 60],
];

describe('predictionPanel', () => {
  it('shows image, label (ignored pixels black) and prediction', async () => {
    const sample = {
      name: 'two',
      height: 1,
      width: 2,
      image: Uint8Array.from([1, 2, 3, 4, 5, 6]),
      labels: Uint8Array.from([1, 255]),
    };
    const { png, width, height } = await predictionPanel(sample, [0, 1], palette);
    expect({ width, height }).toEqual({ width: 6, height: 1 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width, height, channels: 3 });
    const expected = [1, 2, 3, 4, 5, 6, 40, 50, 60, 0, 0, 0, 10, 20, 30, 40, 50, 60];
    expect(Array.from(data)).toEqual(expected);
  });

  it('takes every n-th row and column of a large sample', async () => {
    const [height, width] = [5, 1025];
    const labels = Uint8Array.from({ length: height * width }, (_, i) => (i % width) % 2);
    const image = new Uint8Array(3 * height * width);
    const panel = await predictionPanel(
      { name: '', height, width, image, labels },
      labels,
      palette,
    );
    expect(panel).toMatchObject({ height: 2, width: 3 * 342 });
    const data = await sharp(panel.png).raw().toBuffer();
    const row = Array.from({ length: 342 }, (_, column) => data[3 * (342 + column)]);
    expect(row).toEqual(Array.from({ length: 342 }, (_, c) => palette[(3 * c) % 2][0]));
  });
});
