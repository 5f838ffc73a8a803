import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import {
  drawTransform,
  identity,
  isIdentity,
  resolveAugmentation,
  transformBatch,
} from '../../lib/datasets/augment';
import type { AugmentationOptions, GeometricTransform } from '../../lib/datasets/augment';
import { Random } from '../../lib/random';

interface Pixels {
  height: number;
  width: number;
  /** `[B,H,W,3]` */
  image: number[];
  /** `[B,H,W]` */
  labels: number[];
}

/** Transforms a batch given as numbers, and frees everything. */
function apply({ height, width, image, labels }: Pixels, transforms: GeometricTransform[]): Pixels {
  const count = transforms.length;
  return tf.tidy(() => {
    const result = transformBatch(
      tf.tensor4d(image, [count, height, width, 3]),
      tf.tensor3d(labels, [count, height, width], 'int32'),
      transforms,
    );
    expect([result.images.dtype, result.labels.dtype]).toEqual(['float32', 'int32']);
    expect(result.images.shape).toEqual([count, height, width, 3]);
    return {
      height,
      width,
      image: [...result.images.dataSync()],
      labels: [...result.labels.dataSync()],
    };
  });
}

const move = (change: Partial<GeometricTransform>): GeometricTransform => ({
  ...identity,
  ...change,
});

const byte = fc.integer({ min: 0, max: 255 }).map((value) => Math.fround(value / 255));

/** Random pixels of a random size. */
const pixels = (count: number) =>
  fc
    .record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) })
    .chain(({ height, width }) => {
      const size = count * height * width;
      return fc.record({
        height: fc.constant(height),
        width: fc.constant(width),
        image: fc.array(byte, {
          minLength: 3 * size,
          maxLength: 3 * size,
        }),
        labels: fc.array(fc.constantFrom(0, 3, 11, 255), { minLength: size, maxLength: size }),
      });
    });

const transform = fc.record<GeometricTransform>({
  flip: fc.boolean(),
  shiftX: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  shiftY: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  scale: fc.double({ min: 0.5, max: 2, noNaN: true }),
  rotate: fc.double({ min: -180, max: 180, noNaN: true }),
});

/** One row of pixels whose three channels are equal. */
const row = (values: number[], labels: number[]): Pixels => ({
  height: 1,
  width: values.length,
  image: values.flatMap((value) => [value, value, value]),
  labels,
});
const red = ({ image }: Pixels): number[] => image.filter((_, i) => i % 3 === 0);

describe('transformBatch: hand-checked', () => {
  it('flips, and shifts to the right by whole pixels: mirrored pixels are void', () => {
    const flipped = apply(row([1, 2, 3, 4], [5, 6, 7, 8]), [move({ flip: true })]);
    expect([red(flipped), flipped.labels]).toEqual([
      [4, 3, 2, 1],
      [8, 7, 6, 5],
    ]);
    const shifted = apply(row([1, 2, 3, 4], [5, 6, 7, 8]), [move({ shiftX: 0.5 })]);
    expect([red(shifted), shifted.labels]).toEqual([
      [2, 1, 1, 2],
      [255, 255, 5, 6],
    ]);
  });

  it('flips before it shifts', () => {
    const both = apply(row([1, 2, 3, 4], [5, 6, 7, 8]), [move({ flip: true, shiftX: 0.25 })]);
    expect([red(both), both.labels]).toEqual([
      [4, 4, 3, 2],
      [255, 8, 7, 6],
    ]);
  });

  it('shifts down by a part of the height; half a pixel blends images, not labels', () => {
    const column: Pixels = { ...row([1, 2, 3, 4], [5, 6, 7, 8]), height: 4, width: 1 };
    const shifted = apply(column, [move({ shiftY: 0.25 })]);
    expect([red(shifted), shifted.labels]).toEqual([
      [1, 1, 2, 3],
      [255, 5, 6, 7],
    ]);
    const half = apply(column, [move({ shiftY: 0.1 })]);
    red(half).forEach((value, i) => expect(value).toBeCloseTo([1, 1.6, 2.6, 3.6][i], 5));
    expect(half.labels).toEqual([5, 6, 7, 8]);
  });

  it('magnifies about the centre', () => {
    const large = apply(row([0, 3, 6, 9], [1, 2, 3, 4]), [move({ scale: 3 })]);
    red(large).forEach((value, i) => expect(value).toBeCloseTo([3, 4, 5, 6][i], 5));
    const small = apply(row([0, 3, 6, 9], [1, 2, 3, 4]), [move({ scale: 1 / 3 })]);
    expect(small.labels).toEqual([255, 1, 4, 255]);
  });

  it('turns counter-clockwise about the centre', () => {
    const corners = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const square: Pixels = { ...row(corners, corners), height: 3, width: 3 };
    const turned = apply(square, [move({ rotate: 90 })]);
    expect(turned.labels).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    red(turned).forEach((value, i) => expect(value).toBeCloseTo(turned.labels[i], 5));
  });
});

describe('transformBatch: properties', () => {
  it('identity is the identity, and two flips are one, bit for bit', () => {
    fc.assert(
      fc.property(pixels(2), (batch) => {
        expect(apply(batch, [identity, identity])).toEqual(batch);
        const flips = [move({ flip: true }), identity];
        const once = apply(batch, flips);
        expect(apply(once, flips)).toEqual(batch);
      }),
      { numRuns: 40 },
    );
  });

  it('makes no label but those there were and 255, no brightness beyond those there were', () => {
    fc.assert(
      fc.property(pixels(2), transform, transform, (batch, first, second) => {
        const { image, labels } = apply(batch, [first, second]);
        const allowed = new Set([...batch.labels, 255]);
        expect(labels.filter((label) => !allowed.has(label))).toEqual([]);
        const low = Math.min(...batch.image) - 1e-6;
        const high = Math.max(...batch.image) + 1e-6;
        expect(image.filter((value) => !(value >= low && value <= high))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('transforms each sample by its own numbers, whatever else is in the batch', () => {
    fc.assert(
      fc.property(pixels(2), transform, transform, (batch, first, second) => {
        const both = apply(batch, [first, second]);
        const size = batch.height * batch.width;
        const part = (from: Pixels, start: number): Pixels => ({
          ...from,
          image: from.image.slice(3 * start * size, 3 * (start + 1) * size),
          labels: from.labels.slice(start * size, (start + 1) * size),
        });
        expect(apply(part(batch, 0), [first])).toEqual(part(both, 0));
        expect(apply(part(batch, 1), [second])).toEqual(part(both, 1));
      }),
      { numRuns: 40 },
    );
  });

  it('frees all but its results', () => {
    const before = tf.memory().numTensors;
    apply(row([1, 2], [3, 4]), [move({ rotate: 2 })]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('drawTransform', () => {
  const draws = (options: AugmentationOptions, count = 4000) => {
    const random = new Random(1).stream('augmentation');
    const limits = resolveAugmentation(options)!;
    return Array.from({ length: count }, (_, i) => drawTransform(random.stream(`${i}`), limits));
  };

  it("has the paper's probabilities and limits by default", () => {
    const drawn = draws({});
    const share = (test: (each: GeometricTransform) => boolean) =>
      drawn.filter(test).length / drawn.length;
    expect(share(({ flip }) => flip)).toBeCloseTo(0.2, 1);
    const moved = drawn.filter(({ scale }) => scale !== 1);
    expect(moved.length / drawn.length).toBeCloseTo(0.5, 1);
    expect(share((each) => isIdentity(each))).toBeCloseTo(0.4, 1);
    const limits = { shiftX: 0.0625, shiftY: 0.0625, scale: 0.1, rotate: 3 };
    for (const name of ['shiftX', 'shiftY', 'scale', 'rotate'] as const) {
      const values = moved.map((each) => each[name] - (name === 'scale' ? 1 : 0));
      expect(Math.max(...values)).toBeLessThanOrEqual(limits[name]);
      expect(Math.max(...values)).toBeGreaterThan(0.99 * limits[name]);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(-limits[name]);
      expect(Math.min(...values)).toBeLessThan(-0.99 * limits[name]);
    }
  });

  it('does as told: always, never, and other limits', () => {
    const never = draws({ flip: 0, shiftScaleRotate: 0 }, 50);
    expect(never.every(isIdentity)).toBe(true);
    const always = draws({ flip: 1, shiftScaleRotate: 1, shift: 0, scale: 0, rotate: 0 }, 50);
    expect(always).toEqual(Array(50).fill({ ...identity, flip: true }));
    const wide = draws({ shiftScaleRotate: 1, shift: 0.4, scale: 0.5, rotate: 90 }, 400);
    expect(Math.max(...wide.map(({ rotate }) => rotate))).toBeGreaterThan(80);
    expect(Math.min(...wide.map(({ scale }) => scale))).toBeLessThan(0.6);
    expect(Math.max(...wide.map(({ shiftY }) => shiftY))).toBeGreaterThan(0.35);
  });

  it.each([
    [{ flip: 1.1 }, /augment\.flip must be a number >= 0 and <= 1, got 1\.1/],
    [{ scale: 1 }, /augment\.scale must be a number >= 0 and <= 0\.99, got 1/],
    [{ rotation: 3 }, /option must be one of .*got 'rotation'/],
    ['yes', /augment must be true, false or an object of options, got 'yes'/],
  ])('refuses %j', (options, message) => {
    expect(() => resolveAugmentation(options as AugmentationOptions)).toThrow(message);
  });
});
