import { describe, expect, it } from 'vitest';
import { answer, questionsOf, superiority } from '../../lib/claims/contrasts';
import type { Contrast } from '../../lib/claims/contrasts';
import { claimRuns, madeUpRun } from './madeUpRuns';
import type { Skill } from './madeUpRuns';

const pat = { name: 'pat', temperature: 1 } as const;
const crossEntropy = { name: 'crossEntropy' } as const;
const contrast = (dataset: string): Contrast => {
  return { dataset, network: 'segnet', left: pat, right: crossEntropy, score: 'tailIoU' };
};
const records = (dataset: string, skill: Skill, seeds = [0, 1]) =>
  [pat, crossEntropy].flatMap((loss) =>
    seeds.map((seed) => madeUpRun({ dataset, network: 'segnet', loss }, skill, { seed })),
  );
/** PAT better on rare classes by `gain`. */
const gain =
  (points: number): Skill =>
  ({ loss }, rank) =>
    0.6 - 0.3 * rank + (loss.name === 'pat' ? points * rank : 0);

describe('answer', () => {
  it('tells gains, losses and neither apart', () => {
    const runs = claimRuns([
      ...records('camvid', gain(0.1)),
      ...records('nyuv2', gain(-0.1)),
      ...records('oxfordPet', gain(0)),
    ]);
    const questions = questionsOf(['camvid', 'nyuv2', 'oxfordPet'].map(contrast));
    const { compared, missing } = answer(runs, questions);
    expect(missing).toEqual([]);
    expect(compared.map(({ outcome }) => outcome)).toEqual(['above', 'below', 'undecided']);
    expect(compared[0]).toMatchObject({
      label: 'CamVid, SegNet: PAT − CE',
      seeds: 2,
      images: 20,
    });
    for (const { low, value, high } of compared) {
      expect(low).toBeLessThan(value);
      expect(value).toBeLessThan(high);
    }
    expect(compared[0].value).toBeGreaterThan(4); // points, not shares
  });

  it('names the runs that are missing, and those with too few seeds', () => {
    const runs = claimRuns([
      ...records('camvid', gain(0), [0]),
      ...records('nyuv2', gain(0)).slice(0, 2),
    ]);
    const { compared, missing } = answer(runs, questionsOf(['camvid', 'nyuv2'].map(contrast)));
    expect(compared).toEqual([]);
    expect(missing).toEqual([
      'camvid/segnet: PAT, τ = 1 (1 of 2 seeds)',
      'camvid/segnet: CE (1 of 2 seeds)',
      'nyuv2/segnet: CE',
    ]);
  });

  it('has wider intervals where a claim makes more comparisons', () => {
    const all = ['camvid', 'nyuv2', 'oxfordPet'];
    const runs = claimRuns(
      all.flatMap((dataset) => records(dataset, gain(0))),
      2000,
    );
    const [alone] = answer(runs, questionsOf([contrast('camvid')])).compared;
    const [together] = answer(runs, questionsOf(all.map(contrast))).compared;
    expect(together.value).toBe(alone.value);
    expect(together.high - together.low).toBeGreaterThan(alone.high - alone.low);
  });
});

describe('superiority', () => {
  const judged = (gains: Record<string, number>, needed?: number) => {
    const runs = claimRuns(
      Object.entries(gains).flatMap(([dataset, points]) => records(dataset, gain(points))),
    );
    const questions = questionsOf(['camvid', 'nyuv2'].map(contrast));
    return superiority(answer(runs, questions), 'tail mIoU', needed);
  };

  it('holds, holds in part, does not hold, is not testable', () => {
    expect(judged({ camvid: 0.1, nyuv2: 0.1 }).verdict).toBe('holds');
    expect(judged({ camvid: 0.1, nyuv2: -0.1 }).verdict).toBe('holds in part');
    expect(judged({ camvid: 0, nyuv2: -0.1 }).verdict).toBe('contradicted');
    const nothing = judged({});
    expect(nothing.verdict).toBe('not testable here');
    expect(nothing.measured).toMatch(/^runs missing: camvid\/segnet: PAT, τ = 1; .* and 1 more$/);
  });

  it('asks for the share it is told', () => {
    expect(judged({ camvid: 0.1, nyuv2: 0 }, 0.5).verdict).toBe('holds');
    expect(judged({ camvid: 0.1, nyuv2: 0 }, 0.8).verdict).toBe('holds in part');
  });

  it('holds in part at most while runs are missing', () => {
    const part = judged({ camvid: 0.1 });
    expect(part.verdict).toBe('holds in part');
    expect(part.measured).toContain('runs missing: nyuv2/segnet: PAT, τ = 1; nyuv2/segnet: CE');
  });
});
