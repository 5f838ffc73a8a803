import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyzeMasks } from '../../lib/analysis/maskImbalance';
import { openDataset } from '../../lib/datasets';

const open = (options: object = {}) => openDataset({ name: 'synthetic', ...options });

describe('synthetic scenes', () => {
  it('have the stated defaults', async () => {
    const lengths = await Promise.all(
      (['train', 'valid', 'test'] as const).map(async (split) => (await open({ split })).length),
    );
    expect(lengths).toEqual([200, 40, 40]);
    const dataset = await open();
    expect([dataset.numClasses, dataset.real, dataset.ignoreIndex]).toEqual([12, false, 255]);
    const { height, width, image, labels, name } = await dataset.sample(7);
    expect([height, width, image.length, labels.length]).toEqual([128, 160, 61440, 20480]);
    expect(name).toBe('scene-train-0007');
  });

  it('are as imbalanced as real data: classes, mask sizes, missing classes, little void', async () => {
    const { classes, images, totalPixels, ignoredPixels } = await analyzeMasks(await open());
    const shares = classes.map(({ share }) => share);
    expect(Math.log10(Math.max(...shares) / Math.min(...shares))).toBeGreaterThan(2.5);
    const pixels = totalPixels / images.length;
    const masks = classes.flatMap(({ maskShares }) => maskShares);
    expect(Math.min(...masks) * pixels).toBeLessThanOrEqual(2);
    expect(Math.max(...masks)).toBeGreaterThan(0.5);
    expect(Math.log10(Math.max(...masks) / Math.min(...masks))).toBeGreaterThanOrEqual(4);
    const lacking = images.filter(({ missing }) => missing > 0);
    expect(lacking.length).toBeGreaterThan(0.9 * images.length);
    expect(classes.every(({ presence }) => presence > 0)).toBe(true);
    expect(ignoredPixels / totalPixels).toBeGreaterThan(0.002);
    expect(ignoredPixels / totalPixels).toBeLessThan(0.05);
  });

  it('are the same from the memory cache', async () => {
    const options = { size: [24, 32], length: 3 };
    const cached = await open({ ...options, cache: 'memory' });
    const first = await cached.sample(2);
    const kept = await cached.sample(2);
    expect(kept).toEqual(first);
    expect(kept).toEqual(await (await open(options)).sample(2));
  });

  it('depend on seed, split and index alone, not on what was read before', async () => {
    const dataset = await open({ size: [24, 32] });
    const inOrder = [await dataset.sample(0), await dataset.sample(1), await dataset.sample(2)];
    const again = await open({ size: [24, 32] });
    for (const index of [2, 0, 1, 2]) {
      expect(await again.sample(index)).toEqual(inOrder[index]);
      expect((await again.labelMap(index)).labels).toEqual(inOrder[index].labels);
    }
    const pictures = [
      inOrder[0],
      inOrder[1],
      await (await open({ size: [24, 32], seed: 1 })).sample(0),
      await (await open({ size: [24, 32], split: 'valid' })).sample(0),
    ].map(({ image }) => Buffer.from(image).toString('hex'));
    expect(new Set(pictures).size).toBe(4);
  });

  it('have valid labels and names for every number of classes and size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer(),
        async (numClasses, height, width, seed) => {
          const dataset = await open({ numClasses, size: [height, width], seed, length: 1 });
          expect(dataset.classNames).toHaveLength(numClasses);
          expect(new Set(dataset.classNames).size).toBe(numClasses);
          expect(new Set(dataset.palette.map(String)).size).toBe(numClasses);
          const { labels, image } = await dataset.sample(0);
          expect(image).toHaveLength(height * width * 3);
          expect(labels.every((id) => id < numClasses || id === 255)).toBe(true);
          expect(labels.some((id) => id < numClasses)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('show every one of 40 classes in 300 scenes', async () => {
    const dataset = await open({ numClasses: 40, length: 300, size: [64, 80] });
    const { classes } = await analyzeMasks(dataset);
    expect(classes.filter(({ presence }) => presence === 0).map(({ name }) => name)).toEqual([]);
  });

  it('count void as the last class when asked to', async () => {
    const ignore = await (await open({ numClasses: 6 })).labelMap(0);
    const dataset = await open({ numClasses: 6, voidAs: 'class' });
    const { labels } = await dataset.labelMap(0);
    expect([dataset.numClasses, dataset.classNames[6]]).toEqual([7, 'Void']);
    expect([...labels]).toEqual([...ignore.labels].map((id) => (id === 255 ? 6 : id)));
    expect(ignore.labels).toContain(255);
  });

  it.each([
    [{ numClasses: 1 }, /numClasses must be an integer >= 2 and <= 40, got 1/],
    [{ numClasses: 41 }, /numClasses must be/],
    [{ length: 0 }, /length must be an integer >= 1 and <= 1000000, got 0/],
    [{ size: [0, 4] }, /size must be \[height, width\] .* got \[0,4\]/],
    [{ size: 64 }, /size must be/],
    [{ seed: 0.5 }, /seed must be an integer/],
    [{ length: 1e9 }, /length must be an integer .* <= 1000000, got 1000000000/],
    [{ size: [65535, 65535] }, /size must be .*at most 268 megapixels, got \[65535,65535\]/],
    [{ classes: 3 }, /option must be one of .*numClasses, length, cache, got 'classes'/],
  ])('refuse %j', async (options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });

  it('refuse an index outside the split', async () => {
    const dataset = await open({ length: 3 });
    await expect(dataset.sample(3)).rejects.toThrow(
      /index must be an integer >= 0 and <= 2, got 3/,
    );
    await expect(dataset.labelMap(-1)).rejects.toThrow(/got -1/);
  });
});
