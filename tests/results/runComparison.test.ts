import { describe, expect, it } from 'vitest';
import { ConfusionMatrix } from '../../lib/metrics';
import type { RunRecord } from '../../lib/training/experiment';
import {
  compareClasses,
  compareGroups,
  constantBaseline,
  scoredAlike,
} from '../../lib/results/runComparison';

const classNames = ['Sky', 'Road', 'Pole', 'Fence'];

/** Labels: 2 Sky, 6 Road, 1 Pole, no Fence. */
const labels = [0, 0, 1, 1, 1, 1, 1, 1, 2];

function scored(predictions: number[], of = labels) {
  const matrix = new ConfusionMatrix(4);
  matrix.update(of, predictions);
  return { counts: matrix.counts(), scores: matrix.scores(), classNames };
}

const perfect = scored(labels);
const allRoad = scored(labels.map(() => 1));

describe('constantBaseline', () => {
  it('scores what predicting the commonest class everywhere scores', () => {
    const baseline = constantBaseline(perfect);
    expect(baseline).toMatchObject({ classId: 1, className: 'Road' });
    expect(baseline.meanIoU).toBeCloseTo(allRoad.scores.meanIoU as number, 12); // (6/9) / 3 classes
    expect(baseline.pixelAccuracy).toBeCloseTo(allRoad.scores.pixelAccuracy as number, 12);
    expect(baseline.meanIoU).toBeCloseTo(2 / 9, 12);
  });

  it('throws without labelled pixels', () => {
    expect(() => constantBaseline({ counts: [[0]], classNames: ['a'] })).toThrow(
      'constantBaseline: counts must be labelled pixels',
    );
  });
});

describe('compareClasses and compareGroups', () => {
  it('list the classes in the labels, most pixels first, second less first', () => {
    const rows = compareClasses(allRoad, perfect);
    expect(rows.map(({ className, pixels, group }) => [className, pixels, group])).toEqual([
      ['Road', 6, 'head'],
      ['Sky', 2, 'body'],
      ['Pole', 1, 'tail'],
    ]);
    expect(rows[0].iou[0]).toBeCloseTo(6 / 9, 12);
    expect(rows.map(({ difference }) => Number(difference.toFixed(6)))).toEqual([0.333333, 1, 1]);
  });

  it('average over groups', () => {
    const groups = compareGroups(allRoad, perfect);
    expect(groups.map(({ name, classNames: names }) => [name, ...names])).toEqual([
      ['head', 'Road'],
      ['body', 'Sky'],
      ['tail', 'Pole'],
    ]);
    expect(groups[2]).toMatchObject({ meanIoU: [0, 1], difference: 1 });
  });

  it('group by other pixels, such as the training split’s; a class without labels here has no row', () => {
    const training = [1, 2, 9, 5]; // Pole most, then Fence, which no label here has
    const rows = compareClasses(allRoad, perfect, training);
    expect(rows.map(({ className, pixels, group }) => [className, pixels, group])).toEqual([
      ['Pole', 9, 'head'],
      ['Road', 2, 'body'],
      ['Sky', 1, 'tail'],
    ]);
    const [head, , tail] = compareGroups(allRoad, perfect, training);
    expect(head).toMatchObject({ classNames: ['Pole', 'Fence'], meanIoU: [0, 1] });
    expect(tail).toMatchObject({ classNames: ['Sky'], meanIoU: [0, 1] });
  });

  it('throw for runs on other labels', () => {
    const other = scored([0, 1], [0, 1]);
    expect(() => compareClasses(perfect, other)).toThrow('compareClasses: second must be a run');
    expect(() => compareGroups(perfect, other)).toThrow('compareGroups: second must be a run');
  });
});

describe('scoredAlike', () => {
  const run = (test?: object) => ({ record: { ...perfect, test } as unknown as RunRecord });

  it('takes the test split where both runs have it, else the validation split', () => {
    const { counts, scores } = allRoad;
    const both = scoredAlike([run({ counts, scores }), run({ counts, scores })]);
    expect([both.split, both.scored[1].scores.meanIoU]).toEqual(['test', scores.meanIoU]);
    const one = scoredAlike([run({ counts, scores }), run()]);
    expect(one.split).toBe('valid');
    expect(one.scored.map(({ scores: { meanIoU } }) => meanIoU)).toEqual([1, 1]);
  });
});
