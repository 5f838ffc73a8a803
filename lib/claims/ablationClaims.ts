/** Questions that the paper leaves open: which part of PAT does the work on the rare classes, and what makes Table 1's row BMS. */
import type { LossConfig } from '../losses';
import { paperDatasets } from '../paper';
import type { RunScore } from '../results/scorer';
import { ablationLosses } from '../sweeps/presets';
import { comparePairs, intervalRule, judgeMean, meanRule } from './compare';
import { segnetPairs } from './differences';
import type { ClaimRuns } from './claimRuns';
import type { Claim } from './claimTypes';

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

/** Each part's score on SegNet, mean over its seeds, with its 95 % interval. */
export function ablationScores(runs: ClaimRuns, score: RunScore = 'tailIoU'): AblationScore[] {
  return paperDatasets.flatMap((paperName) => {
    const dataset = runs.dataset(paperName);
    const losses = { ...ablationLosses, classBalanced: runs.tuned(dataset, 'classBalanced') };
    return (Object.keys(ablationTitles) as AblationPart[]).flatMap((part): AblationScore[] => {
      const cell = runs.find({ dataset, network: 'segnet', loss: losses[part] });
      const found = cell && runs.results.estimate(cell, { score });
      if (!cell || !found || found.low === null || found.high === null) return [];
      const { value, low, high } = found;
      const seeds = runs.results.values(cell, score).map((one) => 100 * one);
      return [{ dataset, part, value: 100 * value, low: 100 * low, high: 100 * high, seeds }];
    });
  });
}

/** One part switched on, with and without the other one. */
function partClaim(part: 'coefficient' | 'mask', claim: string): Claim {
  const other = part === 'mask' ? 'coefficient' : 'mask';
  const short = { coefficient: 'β', mask: '1/|M|' };
  const { neither, both, [part]: alone, [other]: others } = ablationLosses;
  return {
    id: `ablation-${part}`,
    place: 'this kit',
    claim,
    rule:
      `SegNet, τ = 1: tail mIoU with ${short[part]} − without it, once without and once with ${short[other]}. ` +
      `${meanRule} ${intervalRule}`,
    notebook: '09-claims',
    judge: ({ runs }) => {
      const first = { left: alone, right: neither, title: `${short[part]} alone − neither` };
      const second = { left: both, right: others, title: `both − ${short[other]} alone` };
      const pairs = [first, second].flatMap((pair) => segnetPairs(runs, () => pair));
      return judgeMean(comparePairs(runs, pairs, 'tailIoU'));
    },
  };
}

/** One loss better than another on SegNet. */
function segnetClaim(
  claim: Pick<Claim, 'id' | 'place' | 'claim' | 'notebook'>,
  score: RunScore,
  pair: (runs: ClaimRuns, dataset: string) => { left: LossConfig; right: LossConfig },
): Claim {
  return {
    ...claim,
    rule: `SegNet. ${meanRule} ${intervalRule}`,
    judge: ({ runs }) => {
      const pairs = segnetPairs(runs, (dataset) => pair(runs, dataset));
      return judgeMean(comparePairs(runs, pairs, score));
    },
  };
}

export const ablationClaims: readonly Claim[] = [
  partClaim('mask', '1/|M| is what helps the rare classes'),
  partClaim('coefficient', 'β is what helps the rare classes'),
  segnetClaim(
    {
      id: 'ablation-class-balanced',
      place: 'this kit',
      claim: 'PAT at τ = 1 helps the rare classes more than class-balanced weights do: tail mIoU',
      notebook: '09-claims',
    },
    'tailIoU',
    (runs, dataset) => {
      return { left: ablationLosses.both, right: runs.tuned(dataset, 'classBalanced') };
    },
  ),
  segnetClaim(
    {
      id: 'balanced-softmax-collapse',
      place: 'Table 1',
      claim:
        'CE is ahead of balanced softmax (BMS: 13.2, 8.2 and 12.3 % mIoU in print) as published',
      notebook: '06-table1-losses',
    },
    'meanIoU',
    (runs, dataset) => {
      return { left: { name: 'crossEntropy' }, right: runs.tuned(dataset, 'balancedSoftmax') };
    },
  ),
  segnetClaim(
    {
      id: 'balanced-softmax-authors',
      place: 'this kit',
      claim:
        'The authors’ formula CE(exp(z)·n) suffices for such a row: BMS as published is ahead of it in mIoU',
      notebook: '06-table1-losses',
    },
    'meanIoU',
    (runs, dataset) => ({
      left: runs.tuned(dataset, 'balancedSoftmax'),
      right: { name: 'balancedSoftmax', variant: 'authors' },
    }),
  ),
];
