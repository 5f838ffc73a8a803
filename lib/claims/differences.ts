/** The kinds of claims about differences between losses, from which `tables.ts`, `rareClasses.ts` and others are made. */
import type { LossConfig, LossName } from '../losses';
import type { NetworkName } from '../models';
import { paperDatasets, patReadings } from '../paper';
import type { PaperDataset } from '../paper';
import { scoreFacts } from '../results/scorer';
import type { RunScore } from '../results/scorer';
import { comparePairs, intervalRule, judgeMean, judgement, meanRule } from './compare';
import type { Differences, Pair } from './compare';
import { withoutRuns } from './judge';
import type { ClaimRuns, PatReading } from './claimRuns';
import type { Claim, Judgement, Verdict } from './claimTypes';

export const segnet: readonly NetworkName[] = ['segnet'];
export const otherNetworks: readonly NetworkName[] = ['unet', 'attentionUnet', 'nestedUnet'];
export const allNetworks: readonly NetworkName[] = [...segnet, ...otherNetworks];

/** Points, or nats of cross-entropy, within which scores count as alike. */
const MARGIN = { share: 1, number: 0.05 };

/** PAT less others, each with its chosen option. */
export interface PatClaim extends Omit<Claim, 'judge' | 'rule'> {
  score: RunScore;
  others: readonly LossName[];
  networks: readonly NetworkName[];
  /** Default: all of the paper's. */
  datasets?: readonly PaperDataset[];
  /** What is claimed of PAT (default: better). */
  is?: 'better' | 'worse' | 'not worse' | 'alike';
  /** Points that the mean difference has in print: the claim is that it is reached. */
  printed?: number;
}

/** One claim for each of the two losses that are called PAT. */
export function patClaims(claims: readonly PatClaim[]): Claim[] {
  return claims.flatMap((claim) => [patClaim(claim, 'v1'), patClaim(claim, 'code')]);
}

/** Claims about PAT that stand for the other reading, too, judged by its runs; each can be read alone, as where claims are filtered. */
export function forBothReadings(make: (reading: PatReading) => Claim): Claim[] {
  return [make('v1'), codeReading(make('code'))];
}

function codeReading(claim: Claim): Claim {
  const text = `${claim.claim}: the same for ${patReadings.code.label}`;
  return { ...claim, id: `${claim.id}-code`, claim: text };
}

function patClaim(spec: PatClaim, reading: PatReading): Claim {
  const { id, place, claim, notebook, score, is = 'better' } = spec;
  const { title } = scoreFacts[score];
  const [left, right] = is === 'worse' ? ['the other loss', 'PAT'] : ['PAT', 'the other loss'];
  const whole: Claim = {
    ...{ id, place, claim, notebook },
    rule: `${left} − ${right} in ${title}. ${rules[is](spec)} ${intervalRule}`,
    judge: ({ runs }) => judges[is](comparePairs(runs, pairsOf(runs, spec, reading), score), spec),
  };
  return reading === 'code' ? codeReading(whole) : whole;
}

const rules: Record<NonNullable<PatClaim['is']>, (claim: PatClaim) => string> = {
  better: ({ printed }) =>
    printed === undefined
      ? meanRule
      : `${meanRule} In part, too, if the printed gain is not reached.`,
  worse: () => meanRule,
  'not worse': () =>
    'Judged by the mean over all places: holds if its interval lies above −1 point, contradicted if it lies below; else ' +
    'not decided. With runs missing it holds in part at most.',
  alike: ({ score }) =>
    `Judged by the mean over all places: holds if its interval lies within ±${marginOf(score)}, contradicted if it lies ` +
    'outside; else not decided. With runs missing it holds in part at most.',
};

type Judge = (differences: Differences, claim: PatClaim) => Judgement;

const judges: Record<NonNullable<PatClaim['is']>, Judge> = {
  better: (differences, { printed }) => {
    const judged = judgeMean(differences);
    const high = differences.mean?.high ?? Infinity;
    const isShort = judged.verdict === 'holds' && printed !== undefined && high < printed;
    return isShort ? { ...judged, verdict: 'holds in part' } : judged;
  },
  worse: judgeMean,
  'not worse': (differences, { score }) => {
    const margin = marginOf(score);
    return byMargin(differences, (low, high) =>
      low > -margin ? 'holds' : high < -margin ? 'contradicted' : 'not decided',
    );
  },
  alike: (differences, { score }) => {
    const margin = marginOf(score);
    return byMargin(differences, (low, high) => {
      if (low > -margin && high < margin) return 'holds';
      return low > margin || high < -margin ? 'contradicted' : 'not decided';
    });
  },
};

function marginOf(score: RunScore): number {
  return scoreFacts[score].isShare ? MARGIN.share : MARGIN.number;
}

function byMargin(
  differences: Differences,
  verdictOf: (low: number, high: number) => Verdict,
): Judgement {
  const { mean, missing } = differences;
  if (mean === undefined) return withoutRuns(missing);
  const verdict = verdictOf(mean.low, mean.high);
  const isShort = verdict === 'holds' && missing.length > 0;
  return judgement(isShort ? 'holds in part' : verdict, differences);
}

function pairsOf(
  runs: ClaimRuns,
  { others, networks, datasets = paperDatasets, is }: PatClaim,
  reading: PatReading,
): Pair[] {
  return datasets.flatMap((paperName) => {
    const dataset = runs.dataset(paperName);
    return networks.flatMap((network) =>
      others.map((other): Pair => {
        const [pat, loss] = [runs.pat(reading, dataset, network), runs.tuned(dataset, other)];
        const [left, right] = is === 'worse' ? [loss, pat] : [pat, loss];
        return { dataset, network, left, right };
      }),
    );
  });
}

/** One pair of losses on SegNet on every data set, of a claim that the left one is better. */
export function segnetPairs(
  runs: ClaimRuns,
  pair: (dataset: string) => { left: LossConfig; right: LossConfig; title?: string },
): Pair[] {
  return paperDatasets.map((paperName) => {
    const dataset = runs.dataset(paperName);
    return { dataset, network: 'segnet', ...pair(dataset) };
  });
}
