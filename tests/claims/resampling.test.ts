import { describe, expect, it } from 'vitest';
import { claimScores, drawnInterval, Resampling } from '../../lib/claims/resampling';
import type { ClaimScore } from '../../lib/claims/resampling';
import { classGroups } from '../../lib/metrics';
import { Random } from '../../lib/random';
import { bootstrapInterval, groupCells, spread } from '../../lib/results';
import type { Cell, PerImageCounts, ResultRecord } from '../../lib/results';
import { setScorer } from '../../lib/results/perImage';
import { madeUpRun } from './madeUpRuns';
import type { MadeUpOptions } from './madeUpRuns';

const place = { dataset: 'camvid', network: 'segnet', loss: { name: 'pat' } } as const;
const other = { ...place, loss: { name: 'crossEntropy' } } as const;
const skill = () => 0.6;
const cellOf = (runs: ResultRecord[]): Cell => groupCells(runs).cells[0];
const cell = (which: typeof place | typeof other, seeds: number[], options: MadeUpOptions = {}) =>
  cellOf(seeds.map((seed) => madeUpRun(which, skill, { ...options, seed })));
const only = ([value]: readonly number[]) => value;
const difference = ([a, b]: readonly number[]) => a - b;
const width = (draws: Float64Array | undefined) => {
  const interval = drawnInterval(draws as Float64Array);
  return interval ? interval.high - interval.low : NaN;
};

describe('Resampling', () => {
  it('scores the split as the metrics do', () => {
    const one = cell(place, [0]);
    const { scores, counts } = one.runs[0];
    const groups = classGroups(counts, scores.iou);
    const expected: Record<ClaimScore, number | null> = {
      meanIoU: scores.meanIoU,
      pixelAccuracy: scores.pixelAccuracy,
      meanDice: scores.meanDice,
      headIoU: groups[0].meanIoU,
      tailIoU: groups[2].meanIoU,
    };
    const resampling = new Resampling({ resamples: 10 });
    for (const score of claimScores) {
      expect(resampling.draw([one], score, only)?.value).toBeCloseTo(expected[score] ?? NaN, 12);
    }
    expect(groups[2].classes).toEqual([4, 5]);
  });

  it('draws images as bootstrapInterval does, where there is one seed', () => {
    const one = cell(place, [0]);
    const drawn = new Resampling({ resamples: 4000 }).draw([one], 'meanIoU', only);
    const interval = drawnInterval(drawn?.draws as Float64Array);
    const { perImage } = one.runs[0];
    const scoresOf = setScorer(perImage as PerImageCounts);
    const reference = bootstrapInterval(20, (images) => scoresOf(images).meanIoU, {
      random: new Random(5),
      resamples: 4000,
    });
    expect(Math.abs((interval?.low ?? 0) - (reference?.low ?? 1))).toBeLessThan(0.002);
    expect(Math.abs((interval?.high ?? 0) - (reference?.high ?? 1))).toBeLessThan(0.002);
  });

  it('pairs cells: the same runs differ by nothing in any draw', () => {
    const records = [0, 1].map((seed) => madeUpRun(place, skill, { seed }));
    const twin = records.map((record) => ({ ...record }));
    const drawn = new Resampling({ resamples: 200 }).draw(
      [cellOf(records), cellOf(twin)],
      'tailIoU',
      difference,
    );
    expect(drawn?.value).toBe(0);
    expect(drawn?.draws.every((value) => value === 0)).toBe(true);
  });

  it('has narrower intervals for a paired difference than for a score', () => {
    const cells = [cell(place, [0, 1]), cell(other, [0, 1])];
    const resampling = new Resampling({ resamples: 1000 });
    const paired = resampling.draw(cells, 'meanIoU', difference);
    const score = resampling.draw([cells[0]], 'meanIoU', only);
    expect(width(paired?.draws)).toBeLessThan(width(score?.draws) / 2);
  });

  it('adds noise between seeds: alone, Student’s interval of the pooled variance', () => {
    const options = { seedNoise: 0.02, imageNoise: 0, images: 2 };
    const cells = [place, other].map((which) => cell(which, [0, 1, 2], options));
    const resampling = new Resampling({ resamples: 20_000 });
    const noise = resampling.seedNoise(cells, 'pixelAccuracy');
    const deviations = cells.map(({ runs }) => {
      return spread(runs.map(({ scores }) => scores.pixelAccuracy))?.deviation ?? NaN;
    });
    expect(noise.degrees).toBe(4);
    expect(noise.variance).toBeCloseTo((deviations[0] ** 2 + deviations[1] ** 2) / 2, 12);
    expect(resampling.seedNoise([...cells, ...cells], 'pixelAccuracy')).toEqual(noise);
    const of = (added?: typeof noise) =>
      resampling.draw(cells, 'pixelAccuracy', difference, added)?.draws;
    // t_4 at 97.5 % is 2.776; of the two images there is next to no paired noise.
    const student = 2 * 2.776 * Math.sqrt((2 * noise.variance) / 3);
    expect(width(of(noise)) / student).toBeGreaterThan(0.95);
    expect(width(of(noise)) / student).toBeLessThan(1.1);
    expect(width(of())).toBeLessThan(student / 3);
  });

  it('compares on the seeds in common, and not at all on other images', () => {
    const resampling = new Resampling({ resamples: 10 });
    const shared = resampling.draw(
      [cell(place, [0, 1]), cell(other, [1, 2])],
      'meanIoU',
      difference,
    );
    expect(shared?.seeds).toEqual([1]);
    const elsewhere = cell(other, [0], { tag: 'b' });
    expect(resampling.draw([cell(place, [0]), elsewhere], 'meanIoU', difference)).toBeNull();
  });

  it('gives the same draws for the same seed, others for another', () => {
    const one = cell(place, [0, 1]);
    const draws = (seed: number) =>
      new Resampling({ resamples: 50, seed }).draw([one], 'meanIoU', only)?.draws;
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
  });
});
