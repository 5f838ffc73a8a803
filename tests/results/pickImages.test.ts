import { describe, expect, it } from 'vitest';
import { pickImages } from '../../lib/results/pickImages';
import type { PickRule } from '../../lib/results/pickImages';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const scores = [0.3, 0.9, null, 0.1, 0.5, 0.4];
/** Class 1 is nowhere; class 2 is the rarest with 7 pixels, most of them in `f`. */
const labelled = [
  [90, 0, 2],
  [90, 0, 0],
  [0, 0, 0],
  [70, 0, 1],
  [80, 0, 0],
  [50, 0, 4],
];

const picks = (rules?: readonly PickRule[]) =>
  pickImages({ names, scores, labelled }, rules).map(({ name, rules: by }) => [name, ...by]);

describe('pickImages', () => {
  it('picks the best, the median, the worst, and the one with most of the rarest class', () => {
    // Sorted: 0.9, 0.5, 0.4, 0.3, 0.1.
    expect(picks()).toEqual([
      ['b', 'best'],
      ['f', 'median', 'rarest class'],
      ['d', 'worst'],
    ]);
    expect(pickImages({ names, scores, labelled })[1]).toEqual({
      index: 5,
      name: 'f',
      score: 0.4,
      rules: ['median', 'rarest class'],
      rarestClass: 2,
    });
  });

  it('follows the order of the rules given, and needs no pixels without the rarest class', () => {
    expect(picks(['worst', 'best'])).toEqual([
      ['d', 'worst'],
      ['b', 'best'],
    ]);
    expect(pickImages({ names, scores }, ['median'])).toEqual([
      { index: 5, name: 'f', score: 0.4, rules: ['median'] },
    ]);
  });

  it('takes the better of two medians, and the first of equals', () => {
    const of = (values: number[], rule: PickRule) =>
      pickImages({ names: names.slice(0, values.length), scores: values }, [rule])[0].index;
    expect(of([0.1, 0.2, 0.3, 0.4], 'median')).toBe(2);
    expect(of([0.5, 0.5, 0.5], 'best')).toBe(0);
    expect(of([0.9, 0.1, 0.1], 'worst')).toBe(1);
    const tied = { names: ['x', 'y'], scores: [0.1, 0.2], labelled: [[3], [3]] };
    expect(pickImages(tied, ['rarest class'])[0].index).toBe(0);
  });

  it('shows one image once, whatever the rules', () => {
    const one = pickImages({ names: ['a'], scores: [0], labelled: [[4, 0]] });
    expect(one).toHaveLength(1);
    expect(one[0]).toMatchObject({ rules: ['best', 'median', 'worst', 'rarest class'] });
    expect(one[0].rarestClass).toBe(0);
  });

  it('does not pick an image without a score, even if it has the most of the rarest class', () => {
    const images = { names: ['a', 'b'], scores: [null, 0.5], labelled: [[9], [1]] };
    expect(pickImages(images, ['rarest class'])[0].name).toBe('b');
  });

  it('throws for wrong lists, rules, and nothing to pick from', () => {
    expect(() => pickImages({ names, scores: [1] })).toThrow('pickImages: scores must be one');
    expect(() => pickImages({ names, scores, labelled: [] })).toThrow('pickImages: labelled');
    expect(() => pickImages({ names: ['a'], scores: [null] })).toThrow('images with a score');
    expect(() => pickImages({ names: ['a'], scores: [1] })).toThrow('labelled must be pixels');
    expect(() => picks(['nicest' as PickRule])).toThrow('pickImages: rule must be one of');
  });
});
