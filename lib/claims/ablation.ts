/** The ablation that the paper lacks: which part of PAT does the work on the rare classes, β or 1/|M|? */
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import { paperDatasets } from '../paper';
import { answer, intervalRule, questionsOf, superiority, superiorityRule } from './contrasts';
import { segnetContrasts } from './places';
import { drawnInterval } from './resampling';
import type { ClaimScore } from './resampling';
import type { ClaimRuns } from './runs';
import type { Claim } from './types';

/** β on or off, 1/|M| on or off, at τ = 1; β is 1/2 everywhere as its sharpness goes to 0. */
export const ablationLosses = {
  neither: { name: 'crossEntropy' },
  coefficient: { name: 'pat', temperature: 1, normalizer: 'pixels' },
  mask: { name: 'pat', temperature: 1, sharpness: 1e-6 },
  both: { name: 'pat', temperature: 1 },
} as const satisfies Record<string, LossConfig>;

export type AblationPart = keyof typeof ablationLosses | 'classBalanced';

export const ablationTitles: Readonly<Record<AblationPart, string>> = {
  neither: 'neither (CE)',
  coefficient: 'β alone',
  mask: '1/|M| alone',
  both: 'both (PAT)',
  classBalanced: 'class-balanced weights',
};

/** One score of one part on one data set, with its interval; a part whose runs are missing has none. */
export interface AblationScore {
  dataset: string;
  part: AblationPart;
  /** Percent. */
  value: number;
  low: number;
  high: number;
  /** Of each seed. */
  seeds: number[];
}

/** Each part's score on SegNet, mean over its seeds, with the 95 % interval over test images. */
export function ablationScores(runs: ClaimRuns, score: ClaimScore = 'tailIoU'): AblationScore[] {
  const network: NetworkName = 'segnet';
  const only = ([value]: readonly number[]) => value;
  return paperDatasets.flatMap((paperName) => {
    const dataset = runs.dataset(paperName);
    const losses = { ...ablationLosses, classBalanced: runs.tuned(dataset, 'classBalanced') };
    return (Object.keys(ablationTitles) as AblationPart[]).flatMap((part): AblationScore[] => {
      const cell = runs.find({ dataset, network, loss: losses[part] });
      const drawn = cell && runs.resampling.draw([cell], score, only);
      const interval = drawn && drawnInterval(drawn.draws);
      if (!cell || !drawn || !interval) return [];
      const seeds = cell.runs.map((run) => {
        return 100 * (runs.resampling.draw([{ ...cell, runs: [run] }], score, only)?.value ?? NaN);
      });
      const { low, high } = interval;
      return [{ dataset, part, value: 100 * drawn.value, low: 100 * low, high: 100 * high, seeds }];
    });
  });
}

/** One part switched on, with and without the other one. */
function partClaim(part: 'coefficient' | 'mask', id: string, claim: string): Claim {
  const other = part === 'mask' ? 'coefficient' : 'mask';
  const { neither, both } = ablationLosses;
  const short = { coefficient: 'β', mask: '1/|M|' };
  return {
    id,
    place: 'this kit',
    claim,
    rule:
      `SegNet, τ = 1: tail mIoU with ${short[part]} − without it, once without and once with ${short[other]}. ` +
      `${superiorityRule} ${intervalRule}`,
    notebook: '09-claims',
    judge: ({ runs }) => {
      const alone = segnetContrasts(
        runs,
        () => ({
          left: ablationLosses[part],
          right: neither,
          title: `${short[part]} alone − neither`,
        }),
        'tailIoU',
      );
      const added = segnetContrasts(
        runs,
        () => ({ left: both, right: ablationLosses[other], title: `both − ${short[other]} alone` }),
        'tailIoU',
      );
      return superiority(answer(runs, questionsOf([...alone, ...added])), 'tail mIoU');
    },
  };
}

export const ablationClaims: readonly Claim[] = [
  partClaim('mask', 'ablation-mask', '1/|M| is what helps the rare classes'),
  partClaim('coefficient', 'ablation-coefficient', 'β is what helps the rare classes'),
  {
    id: 'ablation-class-balanced',
    place: 'this kit',
    claim: 'PAT helps the rare classes more than class-balanced weights do',
    rule: `SegNet: PAT at τ = 1 − CB in tail mIoU. ${superiorityRule} ${intervalRule}`,
    notebook: '09-claims',
    judge: ({ runs }) => {
      const right = (dataset: string) => runs.tuned(dataset, 'classBalanced');
      const pair = (dataset: string) => ({ left: ablationLosses.both, right: right(dataset) });
      const contrasts = segnetContrasts(runs, pair, 'tailIoU');
      return superiority(answer(runs, questionsOf(contrasts)), 'tail mIoU');
    },
  },
];
