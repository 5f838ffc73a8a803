/** From cases to a verdict, one rule for every claim that is made of cases. */
import type { Interval } from '../results/bootstrap';
import type { Judgement, Verdict } from './claimTypes';

/** What one case says of a claim; open where its interval contains the bar. */
export type CaseOutcome = 'for' | 'against' | 'open';

/** The rule of `judgeCases`, for the rules of claims. */
export const caseRule =
  'A claim holds if at least 80 % of its cases are for it, is contradicted if at least 80 % are against it, holds in part ' +
  'if some are for it and some against it, and else is not decided; a case is open if its 95 % interval contains the value that it is compared with.';

/** The verdict of `caseRule`; not testable without a case. */
export function judgeCases(cases: readonly CaseOutcome[], measured: string): Judgement {
  if (cases.length === 0) return untestable('no case was measured');
  const count = (wanted: CaseOutcome) => cases.filter((outcome) => outcome === wanted).length;
  const [favour, against] = [count('for'), count('against')];
  const most = (some: number) => 5 * some >= 4 * cases.length;
  if (most(favour)) return judged('holds', measured);
  if (most(against)) return judged('contradicted', measured);
  return judged(favour > 0 && against > 0 ? 'holds in part' : 'not decided', measured);
}

/** The outcome of a case that is to lie above (or below) a bar. */
export function outcomeOf(
  { low, high }: Interval,
  bar: number,
  isToBe: 'above' | 'below' = 'above',
): CaseOutcome {
  const side = low > bar ? 'above' : high < bar ? 'below' : undefined;
  return side === undefined ? 'open' : side === isToBe ? 'for' : 'against';
}

/** A judgement without comparisons of runs. */
export function judged(verdict: Verdict, measured: string): Judgement {
  return { verdict, measured, comparisons: [], missing: [] };
}

/** `'not testable here'`, with the reason and the runs that are missing. */
export function untestable(reason: string, missing: readonly string[] = []): Judgement {
  return { ...judged('not testable here', reason), missing: [...missing] };
}

/** `'not testable here'` since these runs are missing. */
export function withoutRuns(missing: readonly string[]): Judgement {
  return untestable(`runs missing: ${listed(missing)}`, missing);
}

/** The first few, and how many more. */
export function listed(names: readonly string[], shown = 3): string {
  const rest = names.length - shown;
  return `${names.slice(0, shown).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
