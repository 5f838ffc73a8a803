import { describe, expect, it } from 'vitest';
import { imageHash, nearDuplicates, nearDuplicateText } from '../../lib/datasets/nearDuplicates';
import type { HashedImage } from '../../lib/datasets/nearDuplicates';
import { Random } from '../../lib/random';

/** A picture of 12 grey rectangles, drawn by `seed`; `noise` and `brightness` change it as another exposure would. */
async function picture(
  name: string,
  seed: number,
  { noise = 0, brightness = 0, shift = 0, size = [60, 80] } = {},
): Promise<HashedImage> {
  const [height, width] = size;
  const random = new Random(seed);
  const other = new Random(seed + 1000);
  const boxes = Array.from({ length: 12 }, () => ({
    top: random.uniform(0, 0.8),
    left: random.uniform(0, 0.8),
    height: random.uniform(0.1, 0.5),
    width: random.uniform(0.1, 0.5),
    grey: random.uniform(30, 220),
  }));
  const image = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [v, u] = [y / height, x / width + shift];
      const grey = boxes.reduce(
        (value, box) => {
          const inside =
            v >= box.top && v < box.top + box.height && u >= box.left && u < box.left + box.width;
          return inside ? box.grey : value;
        },
        20 + 200 * u,
      );
      const value = grey + brightness + noise * other.uniform(-1, 1);
      image.fill(Math.min(255, Math.max(0, value)), 3 * (y * width + x), 3 * (y * width + x) + 3);
    }
  }
  return { name, hash: await imageHash({ image, height, width }) };
}

describe('nearDuplicates', () => {
  it('finds a picture again at another size, brighter, noisy and a little aside; not another one', async () => {
    const train = await Promise.all([1, 2, 3, 4].map((seed) => picture(`train ${seed}`, seed)));
    const valid = [
      await picture('the same', 1),
      await picture('smaller', 2, { size: [45, 60] }),
      await picture('other exposure', 3, { brightness: 20, noise: 6 }),
      await picture('aside', 4, { shift: 0.01 }),
      await picture('another', 5),
    ];
    const [found, ...more] = nearDuplicates({ train, valid });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ split: 'valid', other: 'train', count: 4, of: 5 });
    expect(found.nearest).toEqual({ names: ['the same', 'train 1'], bits: 0 });
    expect(nearDuplicateText('Films', found)).toMatch(
      /^4 of 5 images of the valid split of Films look almost like one of the train split \(e\.g\. 'the same' and 'train 1'\)/,
    );
  });

  it('compares test with both others, and says nothing of flat pictures', async () => {
    const same = [await picture('a', 7)];
    expect(
      nearDuplicates({ train: same, valid: same, test: same }).map(({ split, other }) => [
        split,
        other,
      ]),
    ).toEqual([
      ['valid', 'train'],
      ['test', 'train'],
      ['test', 'valid'],
    ]);
    const flat = { image: new Uint8Array(300).fill(9), height: 10, width: 10 };
    const black = { name: 'flat', hash: await imageHash(flat) };
    expect(nearDuplicates({ train: [black], test: [black] })).toEqual([]);
    expect(nearDuplicates({ train: same })).toEqual([]);
  });
});
