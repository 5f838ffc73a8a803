import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { MaskImbalance } from '../../lib/analysis/maskImbalance';
import type { Sample } from '../../lib/datasets/datasetTypes';
import { classSharesFigure } from '../../lib/figures/classShares';
import { imageImbalanceFigure } from '../../lib/figures/imageImbalance';
import { maskSizesFigure } from '../../lib/figures/maskSizes';
import { sampleImagesFigure } from '../../lib/figures/sampleImages';

/** Three images of 1000 pixels: road 600, 800, 500; sign 10, –, 20; tree never; the rest is void. */
function imbalance(title = 'Tiny'): MaskImbalance {
  const image = (name: string, present: number, ratio: number | null, gini: number | null) => ({
    name,
    height: 25,
    width: 40,
    present,
    missing: 3 - present,
    largestToSmallest: ratio,
    gini,
  });
  return {
    dataset: 'tiny',
    title,
    split: 'train',
    images: [image('a', 2, 60, 0.48), image('b', 1, null, null), image('c', 2, 25, 0.46)],
    classes: [
      {
        id: 0,
        name: 'Sign',
        colour: [192, 128, 128],
        pixels: 30,
        share: 0.01,
        presence: 2,
        maskShares: [0.01, 0.02],
      },
      {
        id: 1,
        name: 'Road',
        colour: [128, 64, 128],
        pixels: 1900,
        share: 1900 / 3000,
        presence: 3,
        maskShares: [0.6, 0.8, 0.5],
      },
      {
        id: 2,
        name: 'Tree',
        colour: [128, 128, 0],
        pixels: 0,
        share: 0,
        presence: 0,
        maskShares: [],
      },
    ],
    totalPixels: 3000,
    ignoredPixels: 1070,
    ignoredPresence: 3,
  };
}

function traceNamed(data: object[], name: string): object[] {
  return data.filter((trace) => 'name' in trace && trace.name === name);
}

describe('classSharesFigure', () => {
  it('lists the classes by pixels and draws them in the palette of the data set', () => {
    const { rows, data, caption } = classSharesFigure([imbalance()]);
    expect(rows.map((row) => [row.rank, row.class, row.pixels, row.presence])).toEqual([
      [1, 'Road', 1900, 3],
      [2, 'Sign', 30, 2],
      [3, 'Tree', 0, 0],
    ]);
    expect(data[0]).toMatchObject({
      y: ['Tree', 'Sign', 'Road'],
      x: [null, 1, 63.333],
      text: ['none', '1', '63.3'],
      marker: { color: ['rgb(128,128,0)', 'rgb(192,128,128)', 'rgb(128,64,128)'] },
    });
    expect(data[1]).toMatchObject({ x: [0, 66.667, 100], text: ['0', '2', '3'] });
    expect(caption).toContain('Tiny (train, 3 images)');
    expect(caption).toContain('Tiny: 63.3'); // 1900/30
  });

  it('compares several data sets by rank', () => {
    const { data, caption, rows } = classSharesFigure([imbalance('One'), imbalance('Two')]);
    expect(traceNamed(data, 'Two')).toMatchObject([
      { x: [1, 2], y: [63.333, 1] },
      { x: [1, 2], y: [100, 66.667] },
    ]);
    expect(caption).toContain('One (train, 3 images), Two (train, 3 images)');
    expect(rows).toHaveLength(6);
  });

  it('throws without data sets or without labelled pixels', () => {
    expect(() => classSharesFigure([])).toThrow(
      /classSharesFigure: imbalances must be a non-empty/,
    );
    expect(() => classSharesFigure([{ ...imbalance(), classes: [] }])).toThrow(/labelled pixels/);
  });
});

describe('maskSizesFigure', () => {
  it('gives quantiles by hand, in % of the image, ascending by median', () => {
    const { rows, data, caption } = maskSizesFigure(imbalance());
    expect(rows).toEqual([
      {
        dataset: 'Tiny',
        split: 'train',
        class: 'Sign',
        unit: '% of the image',
        masks: 2,
        minimum: 1,
        q05: 1.05,
        q25: 1.25,
        median: 1.5,
        q75: 1.75,
        q95: 1.95,
        maximum: 2,
      },
      {
        dataset: 'Tiny',
        split: 'train',
        class: 'Road',
        unit: '% of the image',
        masks: 3,
        minimum: 50,
        q05: 51,
        q25: 55,
        median: 60,
        q75: 70,
        q95: 78,
        maximum: 80,
      },
    ]);
    expect(data[1]).toMatchObject({
      type: 'box',
      q1: [55],
      median: [60],
      q3: [70],
      lowerfence: [51],
    });
    expect(data[2]).toMatchObject({ x: [1, 2, 50, 80], y: ['Sign', 'Sign', 'Road', 'Road'] });
    expect(caption).toContain('Tiny (train, 3 images)');
    expect(caption).toContain('factor of 80');
  });

  it('throws when no class has a mask', () => {
    expect(() => maskSizesFigure({ ...imbalance(), classes: [] })).toThrow(/maskSizesFigure/);
  });
});

describe('imageImbalanceFigure', () => {
  it('counts images per bin; images with one class have no ratio', () => {
    const { rows, caption } = imageImbalanceFigure([imbalance()]);
    const filled = rows.filter((row) => Number(row.percentOfImages) > 0);
    expect(filled.map((row) => [row.quantity, row.from, row.to, row.percentOfImages])).toEqual([
      ['largest over smallest mask', 17.783, 31.623, 50],
      ['largest over smallest mask', 56.234, 100, 50],
      ['Gini coefficient of mask sizes', 0.45, 0.5, 100],
      ['classes missing', 0.5, 1.5, 66.667],
      ['classes missing', 1.5, 2.5, 33.333],
    ]);
    expect(caption).toContain('Tiny (train, 3 images)');
  });

  it('draws steps that start and end at 0', () => {
    const { data } = imageImbalanceFigure([imbalance()]);
    expect(data[2]).toMatchObject({ x: [0.5, 0.5, 1.5, 2.5], y: [0, 66.667, 33.333, 0] });
  });

  it('keeps every image when a ratio lies on the edge of a bin', () => {
    const set = imbalance();
    const images = [1, 10, 100].map((largestToSmallest) => ({
      ...set.images[0],
      largestToSmallest,
    }));
    const { rows } = imageImbalanceFigure([{ ...set, images }]);
    const ratios = rows.filter(({ quantity }) => quantity === 'largest over smallest mask');
    const total = ratios.reduce((sum, row) => sum + Number(row.percentOfImages), 0);
    expect(total).toBeCloseTo(100, 2);
  });

  it('throws without data sets or without an image of two classes', () => {
    expect(() => imageImbalanceFigure([])).toThrow(/imageImbalanceFigure: imbalances/);
    const set = imbalance();
    expect(() => imageImbalanceFigure([{ ...set, images: [set.images[1]] }])).toThrow(
      /two classes/,
    );
  });
});

describe('sampleImagesFigure', () => {
  const style = {
    title: 'Tiny',
    split: 'train',
    classNames: ['Sky', 'Road'],
    palette: [
      [128, 128, 128],
      [128, 64, 128],
    ],
    ignoreIndex: 255,
  } as const;
  const sample: Sample = {
    name: 'a',
    height: 8,
    width: 16,
    image: new Uint8Array(8 * 16 * 3).fill(200),
    // The last 8 of the 128 pixels are void.
    labels: new Uint8Array(8 * 16).fill(1).fill(255, 120),
  };

  it('embeds the photograph, and the mask in the palette with void black', async () => {
    const { layout } = await sampleImagesFigure([sample], style);
    const [photograph, mask] = await Promise.all(
      (layout.images ?? []).map(({ source = '' }) => {
        const bytes = Buffer.from(source.split(',')[1], 'base64');
        return sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      }),
    );
    expect(photograph.info).toMatchObject({ width: 16, height: 8 });
    photograph.data.forEach((value, i) =>
      expect(Math.abs(value - sample.image[i])).toBeLessThan(8),
    );
    expect([...mask.data.subarray(0, 3)]).toEqual([128, 64, 128]);
    expect([...mask.data.subarray(-3)]).toEqual([0, 0, 0]);
    expect(mask.data.filter((_, i) => i % 3 === 1 && mask.data[i] === 64)).toHaveLength(120);
  });

  it('lists the pixels and names in the legend the classes that occur', async () => {
    const { rows, data, caption } = await sampleImagesFigure([sample], style);
    expect(rows).toEqual([
      { dataset: 'Tiny', image: 'a', classId: 1, class: 'Road', pixels: 120 },
      { dataset: 'Tiny', image: 'a', classId: 255, class: 'void', pixels: 8 },
    ]);
    expect(data.map((trace) => ('name' in trace ? trace.name : ''))).toEqual([
      'Road',
      'void (ignored)',
    ]);
    expect(caption).toContain('Tiny (train, 1 image)');
  });

  it('throws without samples', async () => {
    await expect(sampleImagesFigure([], style)).rejects.toThrow(/sampleImagesFigure: samples/);
  });
});
