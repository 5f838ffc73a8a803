import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorsMeanIoU, authorsMeanIoUOf, ConfusionMatrix } from '../../lib/metrics';
import type { PerImageCounts } from '../../lib/metrics';
import { authorsClassIds } from '../../lib/paper/authorsClasses';
import { expectClose } from '../support/closeness';

describe('authorsMeanIoU', () => {
  it('means over batches, whose sizes do not count, of the classes present in each', () => {
    const batches = [
      { labels: [0, 0, 0, 0], predictions: [0, 0, 0, 1] }, // class 0 only: 3/4
      { labels: [1, 255], predictions: [1, 0] }, // class 1 only: 1
      { labels: [255, 255], predictions: [1, 0] }, // no valid pixel: left out
    ];
    expectClose(authorsMeanIoU(batches, 2), (3 / 4 + 1) / 2);
    expect(authorsMeanIoU([], 2)).toBeNaN();
    expectClose(
      authorsMeanIoU([{ labels: [0, 9], predictions: [0, 1] }], 2, { ignoreIndex: 9 }),
      1,
    );
  });

  it('scores the ids 0, 1, 2 by default; others are pixels of other classes', () => {
    // Class 0: 1 of 1 labelled, 1 more predicted where 7 is; class 2: none of 1; class 7 itself is not scored.
    const labels = [0, 7, 2, 7];
    const predictions = [0, 0, 19, 7];
    expectClose(authorsMeanIoU([{ labels, predictions }]), (1 / 2 + 0) / 2);
    expectClose(authorsMeanIoU([{ labels, predictions }], 8), (1 / 2 + 0 + 1 / 2) / 3);
    // A batch of other classes only has no score, and the others' mean stands.
    const other = { labels: [7, 7], predictions: [7, 0] };
    expectClose(authorsMeanIoU([{ labels, predictions }, other]), 1 / 4);
    expect(authorsMeanIoU([other])).toBeNaN();
  });

  it('refuses maps of unequal size and what is no class id', () => {
    const of = (labels: number[], predictions: number[]) => () =>
      authorsMeanIoU([{ labels, predictions }]);
    expect(of([0, 1], [0])).toThrow(/authorsMeanIoU: predictions must be as long as labels \(2\)/);
    expect(of([-1], [0])).toThrow(/authorsMeanIoU: labels\[0\] must be a class id.*-1/);
    expect(of([0, 1], [0, 0.5])).toThrow(/predictions\[1\] must be a class id.*0\.5/);
    expect(() => authorsMeanIoU([], 0)).toThrow(/numClasses must be an integer >= 1/);
  });
});

describe('authorsMeanIoUOf', () => {
  const pixels = 6;
  const map = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: pixels, maxLength: pixels });
  const images = fc.array(fc.record({ labels: map, predictions: map }), {
    minLength: 1,
    maxLength: 9,
  });
  const countsOf = (maps: { labels: number[]; predictions: number[] }[]): PerImageCounts => {
    const each = maps.map(({ labels, predictions }) => {
      const matrix = new ConfusionMatrix(5);
      matrix.update(labels, predictions);
      return matrix.classCounts();
    });
    return {
      names: maps.map((_, i) => String(i)),
      hits: each.map(({ hits }) => hits),
      labelled: each.map(({ labelled }) => labelled),
      predicted: each.map(({ predicted }) => predicted),
    };
  };

  it('is authorsMeanIoU of the maps, cut into batches in their order and renumbered', () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(images, order, fc.integer({ min: 1, max: 4 }), (maps, classIds, batchSize) => {
        const renumbered = (ids: number[]) =>
          ids.map((id) => (classIds.includes(id) ? classIds.indexOf(id) : 3 + id));
        const batches = [];
        for (let from = 0; from < maps.length; from += batchSize) {
          const batch = maps.slice(from, from + batchSize);
          batches.push({
            labels: batch.flatMap(({ labels }) => renumbered(labels)),
            predictions: batch.flatMap(({ predictions }) => renumbered(predictions)),
          });
        }
        const expected = authorsMeanIoU(batches);
        const got = authorsMeanIoUOf(countsOf(maps), { batchSize, classIds });
        if (Number.isNaN(expected)) expect(got).toBeNull();
        else expectClose(got ?? NaN, expected, { relative: 1e-12 });
      }),
    );
  });

  it('leaves out a class that our labels lack', () => {
    const counts = countsOf([{ labels: [0, 0, 1, 1, 4, 4], predictions: [0, 1, 1, 1, 4, 4] }]);
    const classIds = [undefined, 0, 1];
    expectClose(authorsMeanIoUOf(counts, { batchSize: 4, classIds }) ?? NaN, (1 / 2 + 2 / 3) / 2);
    expect(authorsMeanIoUOf(counts, { batchSize: 4, classIds: [undefined, 2] })).toBeNull();
    expect(() => authorsMeanIoUOf(counts, { batchSize: 0, classIds })).toThrow(/batchSize/);
    expect(() => authorsMeanIoUOf(counts, { batchSize: 1, classIds: [5] })).toThrow(
      /authorsMeanIoUOf: classIds must be an integer >= 0 and <= 4, got 5/,
    );
  });
});

describe('authorsClassIds', () => {
  it('finds the authors’ ids 0, 1, 2 by name', () => {
    expect(authorsClassIds('oxfordPet', ['pet', 'background', 'border'])).toEqual([0, 1, 2]);
    expect(authorsClassIds('camvid', ['Sky', 'Building', 'Pole', 'Road', 'Pavement'])).toEqual([
      3, 4, 1,
    ]);
    expect(authorsClassIds('nyuv2', ['bed', 'books', 'ceiling'])).toEqual([undefined, 0, 1]);
    expect(authorsClassIds('nyuv2', ['bed', 'books', 'ceiling', 'Void'])).toEqual([3, 0, 1]);
    expect(authorsClassIds('synthetic', ['a', 'b'])).toEqual([]);
  });
});
