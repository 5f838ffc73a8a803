import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ConfusionMatrix,
  fineGrainedScores,
  imageClassScores,
  meanOverClasses,
  meanOverImages,
} from '../../lib/metrics';
import type { PerImageCounts } from '../../lib/metrics';
import { expectClose } from '../support/closeness';

interface Image {
  labels: number[];
  predictions: number[];
}

/** The counts that a run stores of such images. */
function countsOf(images: readonly Image[], numClasses: number): PerImageCounts {
  const counts: PerImageCounts = { names: [], hits: [], labelled: [], predicted: [] };
  images.forEach(({ labels, predictions }, i) => {
    const matrix = new ConfusionMatrix(numClasses);
    matrix.update(labels, predictions);
    const { hits, labelled, predicted } = matrix.classCounts();
    counts.names.push(`image ${i}`);
    counts.hits.push(hits);
    counts.labelled.push(labelled);
    counts.predicted.push(predicted);
  });
  return counts;
}

/** The scores have these keys and values, null where null is expected. */
function expectScores(
  scores: Record<string, number | null>,
  expected: Record<string, number | null>,
): void {
  expect(Object.keys(scores).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, value] of Object.entries(expected)) {
    if (value === null) expect(scores[key], key).toBeNull();
    else expectClose(scores[key] ?? NaN, value, { relative: 1e-9 });
  }
}

const pixel = fc.tuple(fc.constantFrom(0, 1, 2, 3, 255), fc.integer({ min: 0, max: 3 }));
const image = fc.array(pixel, { maxLength: 12 }).map((pixels): Image => {
  const [labels, predictions] = [0, 1].map((side) => pixels.map((pair) => pair[side]));
  return { labels, predictions };
});
const images = fc.array(image, { minLength: 1, maxLength: 8 });

describe('fineGrainedScores', () => {
  // Class 0: IoU 1 and 1/2; class 1: 0, and 1/4 of the set; class 2 is predicted only.
  const two = countsOf(
    [
      { labels: [0, 0, 1, 255], predictions: [0, 0, 2, 1] },
      { labels: [0, 0, 1, 1], predictions: [0, 1, 1, 2] },
    ],
    3,
  );

  it('scores by hand', () => {
    const scores = fineGrainedScores(two, { worst: [50] });
    expectScores(scores, {
      meanIoUD: (3 / 4 + 1 / 4) / 2,
      meanIoUI: (1 / 2 + 5 / 12) / 2,
      meanIoUC: (3 / 4 + 1 / 6) / 2,
      meanIoUI50: 5 / 12,
      meanIoUC50: (1 / 2 + 0) / 2,
      meanIoUIQ: (9 * (5 / 12) + 11 / 24) / 10,
      meanIoUCQ: (9 * (1 / 4) + 11 / 24) / 10,
      meanDiceD: (6 / 7 + 2 / 5) / 2,
      meanDiceI: (1 / 2 + 7 / 12) / 2,
      meanDiceC: (5 / 6 + 1 / 4) / 2,
      meanDiceI50: 1 / 2,
      meanDiceC50: (2 / 3 + 0) / 2,
      meanDiceIQ: (9 * (1 / 2) + 13 / 24) / 10,
      meanDiceCQ: (9 * (1 / 3) + 13 / 24) / 10,
    });
  });

  it('has the worst 1, 5 and 10 % by default, and takes ⌊q/100·n⌋ images for the worst q', () => {
    expect(Object.keys(fineGrainedScores(two)).filter((key) => /\d$/.test(key))).toHaveLength(12);
    // 62 of 90 images have 0, the others 1. 70 % are 63 images; in floats 70/100·90 is below 63.
    const many = Array.from({ length: 90 }, (_, i) => ({
      labels: [0],
      predictions: [i < 62 ? 1 : 0],
    }));
    const scores = fineGrainedScores(countsOf(many, 2), { worst: [70, 1] });
    expectClose(scores.meanIoUI70 ?? NaN, 1 / 63);
    expect(scores.meanIoUC1).toBe(0);
  });

  it('is null where nothing is left', () => {
    const nothing = countsOf([{ labels: [255], predictions: [1] }], 2);
    for (const counts of [nothing, countsOf([], 2)]) {
      const scores = fineGrainedScores(counts);
      expect(Object.keys(scores)).toHaveLength(22);
      expect(new Set(Object.values(scores))).toEqual(new Set([null]));
    }
  });

  it.each([0, -1, 101, NaN])('refuses the worst %d percent', (percent) => {
    expect(() => fineGrainedScores(two, { worst: [percent] })).toThrow(
      /fineGrainedScores: worst must be a number > 0 and <= 100/,
    );
  });

  it('does not depend on the order of images or of classes', () => {
    fc.assert(
      fc.property(images, fc.infiniteStream(fc.double({ noNaN: true })), (drawn, keys) => {
        const shuffled = <Value>(values: readonly Value[]) =>
          values
            .map((value) => ({ value, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ value }) => value);
        const scores = fineGrainedScores(countsOf(drawn, 4));
        const classes = shuffled([0, 1, 2, 3]);
        const renamed = shuffled(drawn).map(({ labels, predictions }) => ({
          labels: labels.map((id) => classes[id] ?? id),
          predictions: predictions.map((id) => classes[id]),
        }));
        expectScores(fineGrainedScores(countsOf(renamed, 4)), scores);
      }),
    );
  });

  it('is the same by D, I and C, and among the worst, for one image and for equal images', () => {
    fc.assert(
      fc.property(image, fc.integer({ min: 1, max: 5 }), (one, times) => {
        const scores = fineGrainedScores(countsOf(new Array<Image>(times).fill(one), 4));
        for (const [key, value] of Object.entries(scores)) {
          const whole = scores[key.startsWith('meanIoU') ? 'meanIoUD' : 'meanDiceD'];
          if (whole === null) expect(value, key).toBeNull();
          else expectClose(value ?? NaN, whole, { relative: 1e-12 });
        }
      }),
    );
  });

  it('gives the scores of drawn images from rows of the table', () => {
    fc.assert(
      fc.property(images, fc.array(fc.nat(), { minLength: 1 }), (drawn, picks) => {
        const table = imageClassScores(countsOf(drawn, 4)).iou;
        const indices = picks.map((pick) => pick % drawn.length);
        const rows = indices.map((i) => table[i]);
        const direct = fineGrainedScores(
          countsOf(
            indices.map((i) => drawn[i]),
            4,
          ),
        );
        expect(meanOverImages(rows)).toEqual(direct.meanIoUI);
        expect(meanOverClasses(rows, 10)).toEqual(direct.meanIoUC10);
      }),
    );
  });
});

interface CountsCase extends Omit<PerImageCounts, 'names'> {
  name: string;
  worst: number[];
  expected: Record<string, number | null>;
}

describe('fineGrainedScores equal NumPy', () => {
  const fixture = path.join(__dirname, '..', 'fixtures', 'fine-grained.json');
  const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: CountsCase[] };
  it.each(cases)('$name', ({ worst, expected, ...counts }) => {
    expectScores(fineGrainedScores({ ...counts, names: [] }, { worst }), expected);
  });
});

interface ImagesCase {
  numClasses: number;
  images: Image[];
  expected: Record<string, number>;
}

const reference = [
  path.join(process.env.PAT_DATA_DIR ?? '', '..', 'reference', 'fine-grained.json'),
  path.join(__dirname, '..', '..', '..', 'shared', 'reference', 'fine-grained.json'),
].find((file) => existsSync(file));

describe('fineGrainedScores equal the shared reference', () => {
  const reason = reference ? '' : ' (skipped: no ../shared/reference)';
  it.skipIf(!reference)(`to 1e-9${reason}`, () => {
    const text = readFileSync(reference ?? '', 'utf8');
    for (const { numClasses, images: given, expected } of (
      JSON.parse(text) as { metrics: ImagesCase[] }
    ).metrics) {
      expectScores(fineGrainedScores(countsOf(given, numClasses)), expected);
    }
  });
});
