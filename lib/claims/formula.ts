/** What §4.1–4.2 say of the formula, tested on one pixel. */
import { checkObservations } from '../analysis/lossObservations';
import type { Finding } from '../analysis/lossObservations';
import { significant } from '../figures/labels';
import { untestable } from './contrasts';
import type { Evidence } from './evidence';
import type { Claim, Judgement, Verdict } from './types';

/** Beyond this β is called exploded. */
const LARGE_COEFFICIENT = 100;
const HIGH = 0.99;

export const formulaClaims: readonly Claim[] = [
  {
    id: 'coefficient-bounded',
    place: '§ 4.1',
    claim: 'Temperature and constant are “effectively preventing the value explosion” of β',
    rule:
      'Largest β on logits of ±10⁴ in each reading of Eq. 5 (which is lost). Holds if all are finite and at most ' +
      `${LARGE_COEFFICIENT}, in part if some are.`,
    notebook: '02-pixel-wise-predictions',
    judge: ({ formula }) => {
      if (formula === undefined) return untestable('no curves were computed');
      const small = formula.largestCoefficients.filter(
        ({ largest }) => largest <= LARGE_COEFFICIENT,
      );
      const all = formula.largestCoefficients;
      const text = all.map(({ label, largest }) => `${label}: ${significant(largest)}`).join('; ');
      return plainJudgement(small.length, all.length, `largest β: ${text}`);
    },
  },
  observation(
    'balanced-focal',
    1,
    'Focal',
    '“more balanced learning across classes with varying logit probabilities” than Focal',
  ),
  observation('balanced-ce', 1, 'CE', 'PAT is more balanced over p than CE, too'),
  observation(
    'kept-focal',
    2,
    'Focal',
    '“in contrast to Focal, … losses associated with high-probability logits are not nullified”',
  ),
  observation(
    'kept-ce',
    2,
    'CE',
    'PAT is “retaining loss information from high-probability logits”: as much as CE has',
  ),
];

/** One of the two observations on Fig. 3c, for every PAT curve, as `checkObservations` tests it on the loss. */
function observation(id: string, number: 1 | 2, against: 'CE' | 'Focal', claim: string): Claim {
  const reference = against === 'CE' ? 'CE' : 'the Focal curve that does best';
  const quantity =
    number === 1
      ? `largest over smallest loss for p from 0.05 to 0.95, smaller than that of ${reference}`
      : `loss over CE’s at p = 0.9 and ${HIGH}, ${against === 'CE' ? 'at least 1' : `above that of ${reference}`}`;
  return {
    id,
    place: '§ 4.2, Fig. 3c',
    claim,
    rule: `Each PAT curve: ${quantity}. Holds if so at every temperature, in part if at some.`,
    notebook: '03-pat-vs-focal',
    judge: ({ formula }: Evidence) => {
      if (formula === undefined) return untestable('no curves were computed');
      const names = new Map(formula.curves.curves.map(({ label, config }) => [label, config.name]));
      const wanted = against === 'CE' ? 'crossEntropy' : 'focal';
      const found = checkObservations(formula.curves).filter(
        (finding) =>
          finding.observation === number &&
          finding.quantity === 'loss' &&
          names.get(finding.reference) === wanted,
      );
      const held = found.filter(({ holds }) => holds).length;
      const what = number === 1 ? 'span of the loss' : `loss over CE’s at p = ${HIGH}`;
      return plainJudgement(held, found.length, `${what}: ${findingsText(found)}`);
    },
  };
}

function findingsText(found: readonly Finding[]): string {
  const values = found.map(({ pat, patValue }) => `${pat} ${significant(patValue)}`);
  const { reference, referenceValue } = found[0] ?? { reference: '', referenceValue: NaN };
  return `${values.join(', ')}; ${reference} ${significant(referenceValue)}`;
}

/** Holds where all cases do, in part where some do. */
export function plainJudgement(held: number, cases: number, measured: string): Judgement {
  if (cases === 0) return untestable('no case was measured');
  const verdict: Verdict =
    held === cases ? 'holds' : held > 0 ? 'holds in part' : 'does not hold here';
  return { verdict, measured, comparisons: [], missing: [] };
}
