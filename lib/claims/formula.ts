/** What §4.1–4.2 say of the formula, tested on one pixel. */
import { checkObservations } from '../analysis/lossObservations';
import type { Finding } from '../analysis/lossObservations';
import { significant } from '../print/figureText';
import type { Evidence } from './evidence';
import { caseRule, judgeCases, untestable } from './judge';
import type { CaseOutcome } from './judge';
import type { Claim } from './claimTypes';

const HIGH = 0.99;

export const formulaClaims: readonly Claim[] = [
  {
    id: 'coefficient-bounded',
    place: '§ 4.1',
    claim: 'Temperature and constant are “effectively preventing the value explosion” of β',
    rule:
      'For each reading of Eq. 5 (which is lost) in which β is infinite on logits of ±10⁴ without either, two cases: the ' +
      'temperature alone (τ = 4) makes it finite, and the constant alone does. Where β is finite without either there is ' +
      `nothing to prevent. ${caseRule}`,
    notebook: '02-pixel-wise-predictions',
    judge: ({ formula }) => {
      if (formula === undefined) return untestable('no curves were computed');
      const all = formula.coefficients;
      const text = all.map(
        ({ label, neither, temperature, constant }) =>
          `${label}: ${size(neither)} without, ${size(temperature)} with τ alone, ${size(constant)} with the constant`,
      );
      const cases = all
        .filter(({ neither }) => !Number.isFinite(neither))
        .flatMap(({ temperature, constant }) => [temperature, constant].map(Number.isFinite));
      return judgeCases(cases.map(outcome), `largest β: ${text.join('; ')}`);
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
    'PAT is “retaining loss information from high-probability logits”; does it retain as much as CE has?',
    'this kit, on § 4.2 and Fig. 3c',
  ),
];

/** One of the two observations on Fig. 3c, for every PAT curve, as `checkObservations` tests it on the loss. */
function observation(
  id: string,
  number: 1 | 2,
  against: 'CE' | 'Focal',
  claim: string,
  place = '§ 4.2, Fig. 3c',
): Claim {
  const reference = against === 'CE' ? 'CE' : 'the Focal curve that does best';
  const quantity =
    number === 1
      ? `largest over smallest loss for p from 0.05 to 0.95, smaller than that of ${reference}`
      : `loss over CE’s at p = 0.9 and ${HIGH}, ${against === 'CE' ? 'at least 1' : `above that of ${reference}`}`;
  return {
    id,
    place,
    claim,
    rule: `Each PAT curve (τ = 0.5, 1, 2, 4; the paper’s are lost) is a case: ${quantity}. ${caseRule}`,
    notebook: '03-pat-vs-focal',
    judge: ({ formula }: Evidence) => {
      if (formula === undefined) return untestable('no curves were computed');
      const names = new Map(
        formula.curves.curves.map(({ label, config }) => [label, config?.name]),
      );
      const wanted = against === 'CE' ? 'crossEntropy' : 'focal';
      const found = checkObservations(formula.curves).filter(
        (finding) =>
          finding.observation === number &&
          finding.quantity === 'loss' &&
          names.get(finding.reference) === wanted,
      );
      const what = number === 1 ? 'span of the loss' : `loss over CE’s at p = ${HIGH}`;
      const cases = found.map(({ holds }) => outcome(holds));
      return judgeCases(cases, `${what}: ${findingsText(found)}`);
    },
  };
}

function findingsText(found: readonly Finding[]): string {
  const values = found.map(({ pat, patValue }) => `${pat} ${significant(patValue)}`);
  const { reference, referenceValue } = found[0] ?? { reference: '', referenceValue: NaN };
  return `${values.join(', ')}; ${reference} ${significant(referenceValue)}`;
}

const outcome = (holds: boolean): CaseOutcome => (holds ? 'for' : 'against');
const size = (value: number) => (Number.isFinite(value) ? significant(value) : 'infinite');
