/** One contrast: a difference with the interval and the p of the same score, by images and seeds. */
import { describe, expect, it } from 'vitest';
import type { LossName } from '../../lib/losses';
import { Random } from '../../lib/random';
import { isDefined, Results, runScores, spread } from '../../lib/results';
import type { Cell, Compared, Contrast, ResultRecord, RunScore } from '../../lib/results';
import { intervalOf } from '../../lib/results/contrast';
import { Resampling } from '../../lib/results/resampling';
import { drawnScores, runScoring } from '../../lib/results/scorer';
import { simulatedRuns } from './simulatedRuns';
import type { Design } from './simulatedRuns';

const draws = { resamples: 499 };
const resultsOf = (records: readonly ResultRecord[]) => new Results(records, draws);
const world = (design: Design = {}, number = 1) => resultsOf(simulatedRuns(number, design));
const named = ({ cells }: Results, name: string) =>
  cells.find(({ loss }) => loss.name === name) as Cell;
const whole = (compared: Compared): Contrast => {
  if (!isDefined(compared)) throw new Error(compared.reason);
  return compared;
};
const pair = (results: Results, score: RunScore = 'meanIoU') =>
  whole(results.contrast(named(results, 'pat'), named(results, 'crossEntropy'), { score }));
const width = ({ low, high }: { low: number | null; high: number | null }) =>
  (high ?? NaN) - (low ?? NaN);

describe('intervalOf', () => {
  it('has the ends and the p of a list counted by hand', () => {
    const list = Array.from({ length: 39 }, (_, i) => i - 3); // −3 … 35: 4 not above 0
    const p = (2 * 5) / 40;
    expect(intervalOf(list, 0.74)).toEqual({ low: 1, high: 31, p }); // p < 0.26
    expect(intervalOf(list, 0.75)).toEqual({ low: 0, high: 32, p }); // p = 0.25
    expect(intervalOf(list, 0.5)).toEqual({ low: 5, high: 27, p });
    expect(intervalOf([NaN, ...[...list].reverse(), NaN], 0.75)).toEqual(intervalOf(list, 0.75));
    const none = intervalOf([0, 0, 0, 0], 0.95);
    expect(none).toEqual({ low: 0, high: 0, p: 1 });
  });

  it('leaves 0 out exactly where p is below 1 − level (wrong today 2: two statistics)', () => {
    const random = new Random(2);
    let [inside, outside] = [0, 0];
    for (let n = 0; n < 3000; n++) {
      const size = random.integer(20, 400);
      const center = random.normal(0, 2);
      const isCoarse = random.chance(0.3);
      const list = Array.from({ length: size }, () => {
        const value = random.normal(center, 1);
        return isCoarse ? Math.round(value) : value; // ties, and draws that are 0
      });
      const alpha = random.uniform(2.001 / (size + 1), 0.9);
      const { low, high, p } = intervalOf(list, 1 - alpha);
      const leavesOut = low > 0 || high < 0;
      expect(leavesOut, JSON.stringify({ size, alpha, low, high, p })).toBe(p < alpha - 1e-12);
      expect(low).toBeLessThanOrEqual(high);
      if (leavesOut) outside += 1;
      else inside += 1;
    }
    expect(Math.min(inside, outside)).toBeGreaterThan(500);
  });
});

describe('Results.contrast', () => {
  it('is of one score: difference, interval and p (wrong today 2: Δ of one score, p of another)', () => {
    const results = world();
    for (const score of drawnScores) {
      const compared = pair(results, score);
      const mean = (name: string) => {
        return spread(results.values(named(results, name), score))?.mean ?? NaN;
      };
      expect(compared.score).toBe(score);
      expect(compared.value).toBeCloseTo(mean('pat') - mean('crossEntropy'), 12);
      const { low, high, p, value } = compared as Required<Contrast> & {
        low: number;
        high: number;
      };
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
      expect((p ?? NaN) < 0.05).toBe(low > 0 || high < 0);
      expect(compared).toMatchObject({ seeds: 3, clusters: 16 });
    }
    expect(drawnScores.map((score) => pair(results, score).value)).not.toContain(0);
  });

  it('of a − b is that of b − a, mirrored', () => {
    for (const number of [1, 2, 3, 4, 5]) {
      const results = world({ gain: (loss) => (loss === 'pat' ? 0.02 * (number - 3) : 0) }, number);
      const [a, b] = [named(results, 'pat'), named(results, 'crossEntropy')];
      for (const score of drawnScores) {
        const one = whole(results.contrast(a, b, { score }));
        const other = whole(results.contrast(b, a, { score }));
        expect(other.value).toBe(-one.value);
        expect([other.low, other.high]).toEqual([-Number(one.high), -Number(one.low)]);
        expect(other.p).toBe(one.p);
        const mirror = { above: 'below', below: 'above', equal: 'equal', undecided: 'undecided' };
        expect(other.outcome).toBe(mirror[one.outcome]);
      }
    }
  });

  it('is the same whatever the order of the records, and in another one of the draws near it', () => {
    const records = simulatedRuns(3);
    const shuffled = new Random(4).permutation(records.length).map((i) => records[i]);
    expect(pair(resultsOf(shuffled))).toEqual(pair(resultsOf(records)));
    const again = new Results(records, { ...draws, seed: 1 });
    expect(pair(again).value).toBe(pair(resultsOf(records)).value);
    expect(pair(again).low).not.toBe(pair(resultsOf(records)).low);
    expect(width(pair(again)) / width(pair(resultsOf(records)))).toBeCloseTo(1, 0);
  });

  it('tells gains, losses, no difference and not decided apart', () => {
    const quiet = { seedNoise: 0.002, interaction: 0.004, lossByCluster: 0 };
    const of = (points: number, rest: Design = quiet) =>
      pair(world({ ...rest, gain: (loss) => (loss === 'pat' ? points : 0) })).outcome;
    expect(of(0.05)).toBe('above');
    expect(of(-0.05)).toBe('below');
    expect(of(0)).toBe('equal');
    expect(of(0, { seedNoise: 0.03 })).toBe('undecided');
  });

  it('takes the margin that it is told', () => {
    const records = simulatedRuns(1, { seedNoise: 0.002, interaction: 0.004, lossByCluster: 0 });
    expect(pair(new Results(records, { ...draws, margin: 1e-4 })).outcome).toBe('undecided');
    expect(pair(new Results(records, { ...draws, margin: 0.2 })).outcome).toBe('equal');
  });

  it('of a cell with itself is nothing, in every draw', () => {
    const results = world();
    const cell = named(results, 'pat');
    for (const score of drawnScores) {
      const { value, low, high, p, outcome } = whole(results.contrast(cell, cell, { score }));
      expect([value, low, high, p, outcome]).toEqual([0, 0, 0, 1, 'equal']);
    }
  });

  it('counts a lower cross-entropy as above, and never as equal by the margin of shares', () => {
    const of = (ours: number) => {
      const records = simulatedRuns(1).map((record) => {
        const base = record.config.loss.name === 'pat' ? ours : 1;
        return { ...record, crossEntropy: base + 0.001 * record.config.seed };
      });
      return pair(resultsOf(records), 'crossEntropy');
    };
    expect(of(0.9)).toMatchObject({ outcome: 'above', clusters: 0, seeds: 3 });
    expect(of(0.9).value).toBeCloseTo(-0.1, 12);
    expect(of(1.1).outcome).toBe('below');
    expect(of(1).outcome).toBe('undecided');
  });

  it('goes by the seeds alone without counts of each image', () => {
    const bare = simulatedRuns(1).map((record) => ({ ...record, perImage: undefined }));
    const compared = pair(resultsOf(bare));
    expect(compared).toMatchObject({ clusters: 0, seeds: 3 });
    expect(width(compared)).toBeGreaterThan(0);
    expect(compared.value).toBeCloseTo(pair(world()).value, 12);
    expect(isDefined(resultsOf(bare).contrast(...both(bare), { score: 'meanIoUI' }))).toBe(false);
  });

  it('knows no noise with one seed in every cell: no interval, no p, not decided', () => {
    const compared = pair(world({ seeds: 1 }));
    expect(compared).toMatchObject({ low: null, high: null, p: null, outcome: 'undecided' });
    expect(compared.value).not.toBe(0);
    const some = simulatedRuns(1).filter(
      ({ config }) => config.seed === 0 || config.loss.name === 'ldam',
    );
    expect(pair(resultsOf(some))).toMatchObject({ seeds: 1, clusters: 16 });
    expect(pair(resultsOf(some)).low).not.toBeNull(); // the noise of LDAM's seeds stands for all
  });

  it('gives a reason in place of a number where images differ or a score is not there (wrong today 6)', () => {
    const records = simulatedRuns(1);
    const elsewhere = records.map((record) => {
      if (record.config.loss.name !== 'pat') return record;
      const perImage = record.perImage as NonNullable<ResultRecord['perImage']>;
      return { ...record, perImage: { ...perImage, names: perImage.names.map((n) => `${n}1`) } };
    });
    const compare = (own: ResultRecord[], score: RunScore) =>
      resultsOf(own).contrast(...both(own), { score });
    const reason = 'segnet of camvid: counts of the same images';
    expect(compare(elsewhere, 'meanIoU')).toEqual({ reason });
    expect(compare(records, 'crossEntropy')).toEqual({ reason: 'segnet of camvid: cross-entropy' });
  });

  /** The cells of PAT and cross-entropy. */
  function both(records: readonly ResultRecord[]): [Cell, Cell] {
    const results = resultsOf(records);
    return [named(results, 'pat'), named(results, 'crossEntropy')];
  }

  it('widens by the noise between seeds alone as Student’s t of the loss’s own variance, moderated (wrong today 8)', () => {
    // No image effect that seeds do not share.
    const design = { interaction: 0, lossByCluster: 0, seedNoise: 0.02 };
    const records = simulatedRuns(1, design);
    const results = new Results(records, { resamples: 20_000 });
    const variances = results.cells.map((cell) => {
      return (spread(results.values(cell, 'pixelAccuracy'))?.deviation ?? NaN) ** 2;
    });
    const pooled = variances.reduce((sum, one) => sum + one, 0) / variances.length;
    const resampling = new Resampling(runScoring, { resamples: 500 });
    const noise = resampling.seedVariance(results.cells, 'pixelAccuracy');
    expect(noise.degrees).toBe(8);
    expect(noise.variance / pooled).toBeCloseTo(1, 1);
    // A loss's own 2 degrees of freedom and 4 of all losses'; 2.435 is the 97.5 % quantile of (t₆ + t₆′)/√2.
    const of = (name: LossName) => {
      const own = variances[results.cells.findIndex(({ loss }) => loss.name === name)];
      return (2 * own + 4 * pooled) / 6;
    };
    const student = 2 * 2.435 * Math.sqrt((of('pat') + of('crossEntropy')) / 3);
    expect(width(pair(results, 'pixelAccuracy')) / student).toBeGreaterThan(0.95);
    expect(width(pair(results, 'pixelAccuracy')) / student).toBeLessThan(1.08);
  });

  it('takes what the same images add to the variance between seeds out of it', () => {
    // No seed has an effect of its own: all their variance is that of the images.
    const design = { seedNoise: 0, interaction: 0.15, lossByCluster: 0, seeds: 8 };
    const results = world(design);
    const resampling = new Resampling(runScoring, { resamples: 500 });
    const left = resampling.seedVariance(results.cells, 'meanIoU').variance;
    const plain = results.cells.map(
      (cell) => (spread(results.values(cell, 'meanIoU'))?.deviation ?? NaN) ** 2,
    );
    expect(left).toBeLessThan((0.5 * plain.reduce((sum, one) => sum + one, 0)) / plain.length);
  });

  it('is wider for few clusters than for as many images one by one', () => {
    const records = simulatedRuns(1, { clusters: 8, images: 6, lossByCluster: 0.06 });
    const apart = records.map((record) => {
      const perImage = record.perImage as NonNullable<ResultRecord['perImage']>;
      return { ...record, perImage: { ...perImage, names: perImage.names.map((_, i) => `i${i}`) } };
    });
    expect(pair(resultsOf(records)).clusters).toBe(8);
    expect(pair(resultsOf(apart)).clusters).toBe(48);
    expect(width(pair(resultsOf(records)))).toBeGreaterThan(1.3 * width(pair(resultsOf(apart))));
  });

  it('has wider intervals at a higher level', () => {
    const results = world();
    const at = (level: number) =>
      width(
        whole(
          results.contrast(named(results, 'pat'), named(results, 'ldam'), {
            score: 'meanIoU',
            level,
          }),
        ),
      );
    expect(at(0.99)).toBeGreaterThan(at(0.95));
    expect(at(0.95)).toBeGreaterThan(at(0.5));
  });
});

describe('Results.average', () => {
  const twoNetworks = () => {
    const unet = simulatedRuns(2, { gain: (loss) => (loss === 'pat' ? 0.04 : 0) });
    const second = unet.map((record) => ({
      ...record,
      file: record.file.replace('segnet', 'unet'),
      config: { ...record.config, model: { ...record.config.model, name: 'unet' as const } },
    }));
    return resultsOf([...simulatedRuns(1), ...second]);
  };

  it('is the mean of the differences, with a narrower interval than theirs', () => {
    const results = twoNetworks();
    const pairs = (['segnet', 'unet'] as const).map((network): [Cell, Cell] => {
      const of = (name: string) =>
        results.cells.find((one) => one.network === network && one.loss.name === name) as Cell;
      return [of('pat'), of('crossEntropy')];
    });
    const each = pairs.map(([a, b]) => whole(results.contrast(a, b, { score: 'meanIoU' })));
    const mean = whole(results.average(pairs, { score: 'meanIoU' }));
    expect(mean.value).toBeCloseTo((each[0].value + each[1].value) / 2, 12);
    expect(width(mean)).toBeLessThan(Math.max(...each.map(width)));
    const [first] = pairs;
    expect(whole(results.average([first], { score: 'meanIoU' }))).toEqual(each[0]);
  });
});

describe('Results.estimate', () => {
  it('has an interval around the mean, a share’s within 0 … 1', () => {
    const results = world();
    for (const cell of results.cells) {
      for (const score of drawnScores) {
        const found = results.estimate(cell, { score });
        expect(found?.value).toBeCloseTo(spread(results.values(cell, score))?.mean ?? NaN, 12);
        expect(found?.low).toBeLessThan(found?.value ?? NaN);
        expect(found?.high).toBeGreaterThan(found?.value ?? NaN);
      }
    }
    const perfect = world({ gain: () => 0.55, clusterNoise: 0.1, seedNoise: 0.2 });
    const ends = drawnScores.map((score) => perfect.estimate(perfect.cells[0], { score }));
    expect(ends.some((one) => one?.high === 1)).toBe(true);
    for (const one of ends) {
      expect(one?.low).toBeGreaterThanOrEqual(0);
      expect(one?.high).toBeLessThanOrEqual(1);
    }
    expect(results.estimate(results.cells[0], { score: 'crossEntropy' })).toBeNull();
    expect(runScores).toContain('crossEntropy');
  });
});

describe('Results.statistic', () => {
  const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

  it('does not shift the interval of a range up by the noise (the percentile interval would)', () => {
    // Four equal losses: the true range is 0. What is drawn around the means scatters them further.
    let [low, high, value] = [0, 0, 0];
    const worlds = 30;
    for (let n = 0; n < worlds; n++) {
      const results = world({ seedNoise: 0.02, clusters: 8 }, n);
      const found = whole(results.statistic(results.cells, range, { score: 'meanIoU' }));
      value += found.value / worlds;
      low += Number(found.low) / worlds;
      high += Number(found.high) / worlds;
    }
    expect(low).toBeLessThan(0);
    expect(value - low).toBeGreaterThan(high - value); // down, not up
  });

  it('holds the true range of losses that differ by much more than the noise', () => {
    const gains = { crossEntropy: 0, focal: 0.05, ldam: 0.1, pat: 0.15 } as Record<string, number>;
    let covered = 0;
    for (let n = 0; n < 40; n++) {
      const results = world({ seedNoise: 0.01, gain: (loss) => gains[loss] }, n);
      const found = whole(results.statistic(results.cells, range, { score: 'pixelAccuracy' }));
      if (Number(found.low) < 0.15 && Number(found.high) > 0.15) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(35); // of 40 at 95 %
  });
});
