import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaries, boundaryWidth } from '../../lib/judge/boundary';
import { drawnJudgeScorer, drawnJudgeScores } from '../../lib/judge/drawnScores';
import { numberRule } from '../../lib/judge/idRule';
import { scoreImage } from '../../lib/judge/scoreImage';
import type { ImageScores, StepScores } from '../../lib/judge/scoreImage';
import { judgeScoresOf } from '../../lib/judge/scores';
import { classThirdsBy } from '../../lib/metrics';
import type { JudgedRun } from '../../lib/judge/scores';
import { createMap, ignoreUnlabelled, pairCounts, tally, tallyPairs } from '../../lib/judge/tally';
import { ConfusionMatrix } from '../../lib/metrics';
import { expectClose } from '../support/closeness';
import { greyPng, inFolder } from './files';

const CLASSES = 4;
const rule = numberRule(CLASSES, 255);
const rules = {
  labels: rule,
  predictions: rule,
  layout: 'hwc',
  values: 'probabilities',
  boundary: true,
} as const;

interface Pair {
  height: number;
  width: number;
  labels: number[];
  predictions: number[];
}

/** Maps of areas: a few rectangles over a ground, of any shape, with void. */
const pair = fc
  .record({ height: fc.integer({ min: 1, max: 70 }), width: fc.integer({ min: 1, max: 70 }) })
  .chain(({ height, width }) => {
    const box = fc.record({
      top: fc.nat(height - 1),
      left: fc.nat(width - 1),
      rows: fc.integer({ min: 1, max: height }),
      columns: fc.integer({ min: 1, max: width }),
      id: fc.constantFrom(0, 1, 2, 3, 255),
    });
    const map = fc.array(box, { maxLength: 6 }).map((boxes) => {
      const ids = new Array<number>(height * width).fill(0);
      for (const { top, left, rows, columns, id } of boxes) {
        for (let y = top; y < Math.min(height, top + rows); y++) {
          ids.fill(id, y * width + left, y * width + Math.min(width, left + columns));
        }
      }
      return ids;
    });
    return fc.tuple(map, map).map(([labels, predictions]): Pair => {
      return { height, width, labels, predictions: predictions.map((id) => id % 255) };
    });
  });

/** As the judge scores it: the prediction through a file. */
async function scored({ height, width, labels, predictions }: Pair): Promise<ImageScores> {
  const files = { 'p.png': greyPng({ height, width, ids: predictions }) };
  return inFolder(files, (folder) =>
    scoreImage(
      {
        name: 'one',
        labels: { map: Uint8Array.from(labels), height, width },
        predictions: [{ kind: 'map', file: `${folder}/p.png`, steps: [] }],
      },
      rules,
    ),
  );
}

const stepOf = ({ predictions: [one] }: ImageScores): StepScores => {
  if ('refused' in one) throw new Error(one.refused.text);
  return one.steps[0];
};

function runOf(images: readonly ImageScores[]): JudgedRun {
  const steps = images.map(stepOf);
  const names = images.map((_, i) => `image ${i}`);
  const counts = (all: readonly StepScores[]) => ({
    names,
    hits: all.map(({ hits }) => hits),
    labelled: all.map(({ labelled }) => labelled),
    predicted: all.map(({ predicted }) => predicted),
  });
  const pixels = Array.from({ length: CLASSES }, (_, c) =>
    steps.reduce((sum, { labelled }) => sum + labelled[c], 0),
  );
  return {
    method: 'one',
    seed: 0,
    perImage: counts(steps),
    boundary: counts(steps.map((one) => one.boundary ?? one)),
    overlaps: false,
    dataset: '',
    thirds: classThirdsBy(pixels),
  };
}

const some = fc.array(pair, { minLength: 1, maxLength: 5 });
const trials = { numRuns: 25 };

describe('judge', () => {
  it('gives labels judged by themselves 1 in every score', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (pairs) => {
        const own = pairs.map(({ labels, ...size }) => ({ ...size, labels, predictions: labels }));
        const run = runOf(await Promise.all(own.map(scored)));
        const values = Object.values(judgeScoresOf(run)).filter((value) => value !== null);
        for (const value of values) expect(value).toBe(1);
        const isLabelled = pairs.some(({ labels }) => labels.some((id) => id !== 255));
        expect(values.length > 0).toBe(isLabelled);
      }),
      trials,
    );
  });

  it('does not depend on the order of the images', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (pairs) => {
        const images = await Promise.all(pairs.map(scored));
        const [scores, turned] = [images, [...images].reverse()].map((all) =>
          Object.values(judgeScoresOf(runOf(all))),
        );
        scores.forEach((value, i) => {
          if (value === null) expect(turned[i]).toBeNull();
          else expectClose(turned[i] ?? NaN, value, { relative: 1e-12, absolute: 1e-15 });
        });
      }),
      trials,
    );
  });

  it('never counts void, in areas or outlines', async () => {
    await fc.assert(
      fc.asyncProperty(pair, fc.constantFrom(0, 3, 255, 7), async (one, other) => {
        const changed = one.predictions.map((id, i) => (one.labels[i] === 255 ? other : id));
        const [first, second] = await Promise.all(
          [one, { ...one, predictions: changed }].map(scored),
        );
        expect(second).toEqual(first);
      }),
      trials,
    );
  });

  it('scores drawn sets as it scores those sets, all that it draws', async () => {
    await fc.assert(
      fc.asyncProperty(
        some,
        fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }),
        async (pairs, draw) => {
          const images = await Promise.all(pairs.map(scored));
          const drawn = draw.map((i) => i % images.length);
          const times = images.map((_, i) => drawn.filter((one) => one === i).length);
          const run = runOf(images);
          const got = drawnJudgeScorer(
            run,
            images.map((_, i) => i),
          )(times);
          const expected = judgeScoresOf({
            ...runOf(drawn.map((i) => images[i])),
            thirds: run.thirds,
          });
          drawnJudgeScores.forEach((score, i) => {
            const value = expected[score];
            if (value === null) expect(got[i]).toBeNaN();
            else expectClose(got[i], value, { relative: 1e-12, absolute: 1e-15 });
          });
        },
      ),
      trials,
    );
  });
});

describe('tally', () => {
  it.each([
    ['8 bits', 4],
    ['16 bits', 300],
  ])('counts as the confusion matrix does, %s', (_, numClasses) => {
    fc.assert(
      fc.property(pair, ({ labels, predictions }) => {
        const matrix = new ConfusionMatrix(numClasses);
        const guesses = predictions.map((id) => id % 4);
        matrix.update(labels, guesses);
        const none = numClasses === 4 ? 255 : 65_535;
        const [truth, own] = [
          createMap(numClasses, labels.length),
          createMap(numClasses, labels.length),
        ];
        truth.set(labels.map((id) => (id === 255 ? none : id)));
        own.set(guesses);
        ignoreUnlabelled(own, truth, none);
        expect(tally(truth, own, numClasses)).toEqual({ ...matrix.classCounts(), outside: 0 });
      }),
      trials,
    );
  });
});

describe('tallyPairs', () => {
  it('counts what files store as tally counts the ids that it stands for', () => {
    const bytes = fc.array(fc.nat(255), { minLength: 1, maxLength: 70 });
    const ids = fc.array(fc.constantFrom(0, 1, 2, 254, 255), { minLength: 256, maxLength: 256 });
    fc.assert(
      fc.property(bytes, bytes, ids, ids, (a, b, labelList, predictionList) => {
        const length = Math.min(a.length, b.length);
        const [labels, guesses] = [a, b].map((one) => Uint8Array.from(one.slice(0, length)));
        const [labelIds, predictionIds] = [labelList, predictionList].map((l) =>
          Uint16Array.from(l),
        );
        const truth = labels.map((value) => labelIds[value]);
        const own = guesses.map((value) => predictionIds[value]);
        ignoreUnlabelled(own, truth, 255);
        const pairs = pairCounts(labels, guesses);
        expect(tallyPairs(pairs, 3, { labelIds, predictionIds })).toEqual(tally(truth, own, 3));
      }),
      trials,
    );
  });
});

describe('boundaries', () => {
  it('are what is left of each mask by erosion with a square, void and the edge being outside', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 5 }), ({ height, width, labels }, distance) => {
        const map = Uint8Array.from(labels);
        const found = boundaries(map, { height, width, distance, none: 255 });
        const at = (y: number, x: number) =>
          y < 0 || x < 0 || y >= height || x >= width ? -1 : labels[y * width + x];
        const expected = labels.map((id, i) => {
          const [y, x] = [Math.floor(i / width), i % width];
          for (let dy = -distance; dy <= distance; dy++) {
            for (let dx = -distance; dx <= distance; dx++) if (at(y + dy, x + dx) !== id) return id;
          }
          return 255;
        });
        expect(Array.from(found)).toEqual(expected);
      }),
      trials,
    );
  });

  it('are as wide as Python rounds 2 % of the diagonal', () => {
    expect([boundaryWidth(75, 100), boundaryWidth(45, 60), boundaryWidth(1, 1)]).toEqual([2, 2, 1]);
    expect(boundaryWidth(1024, 2048)).toBe(46);
  });
});
