/**
 * A ledger of the paper's checkable claims (and of some questions that it leaves open): each with its place, the rule by
 * which it is judged, and a verdict computed from records and measurements.
 *
 *     const { records } = await readRecords('data/results/laptop', { split: 'test' });
 *     const ledger = judgeClaims({ runs: new ClaimRuns(records), formula: await measureFormula() });
 *     ledger.filter(({ verdict }) => verdict === 'holds');
 *
 * To add a claim: an entry in a file of `claims/`. Nothing here knows a result: other records give other verdicts.
 */
import { ablationClaims } from './claims/ablationClaims';
import { costClaims } from './claims/cost';
import type { Evidence } from './claims/evidence';
import { formulaClaims } from './claims/formula';
import { gradientClaims } from './claims/gradients';
import { maskClaims } from './claims/masks';
import { outOfReachClaims } from './claims/outOfReach';
import { rareClassClaims } from './claims/rareClasses';
import { stabilityClaims } from './claims/stability';
import { tableClaims } from './claims/tableClaims';
import { temperatureClaims } from './claims/temperature';
import { verdicts } from './claims/claimTypes';
import type { Claim, LedgerRow, Verdict } from './claims/claimTypes';

export { ClaimRuns } from './claims/claimRuns';
export { studyRuns } from './claims/studyRuns';
export { measureFormula, measureMasks } from './claims/measure';
export { measureGradients } from './claims/measureGradients';
export { verdicts } from './claims/claimTypes';
export type { Evidence } from './claims/evidence';
export type { Claim, Comparison, LedgerRow, Verdict } from './claims/claimTypes';

/** In the order of the ledger. */
export const claims: readonly Claim[] = [
  ...rareClassClaims,
  ...tableClaims,
  ...temperatureClaims,
  ...ablationClaims,
  ...formulaClaims,
  ...stabilityClaims,
  ...gradientClaims,
  ...maskClaims,
  ...costClaims,
  ...outOfReachClaims,
];

/** Judges every claim by the evidence. */
export function judgeClaims(evidence: Evidence): LedgerRow[] {
  return claims.map(({ judge, ...claim }) => ({ ...claim, ...judge(evidence) }));
}

/** How many claims have each verdict. */
export function countVerdicts(ledger: readonly LedgerRow[]): Record<Verdict, number> {
  const entries = verdicts.map((verdict) => [
    verdict,
    ledger.filter((row) => row.verdict === verdict).length,
  ]);
  return Object.fromEntries(entries) as Record<Verdict, number>;
}
