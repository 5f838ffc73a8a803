/** Claims about rare classes, and about not forgetting the frequent ones. */
import type { LossName } from '../losses';
import { abstractDeclination } from '../paper';
import {
  answer,
  comparisonsText,
  intervalRule,
  questionsOf,
  superiority,
  superiorityRule,
  withoutRuns,
} from './contrasts';
import { allNetworks, patContrasts } from './places';
import type { Claim, Judgement, Verdict } from './types';

/** Points of mean IoU that the frequent classes may lose without being called forgotten. */
const HEAD_MARGIN = 1;

const tailRule =
  `Tail: the rarest third of the classes by labelled test pixels (of Pet’s three, the border). ${superiorityRule} ` +
  intervalRule;

function tailClaim(
  other: LossName,
  title: string,
  id: string,
  place: string,
  words: string,
): Claim {
  return {
    id,
    place,
    claim: `${words}; here on all data sets and networks, against ${title}`,
    rule: `PAT − ${title} in tail mIoU. ${tailRule}`,
    notebook: '09-claims',
    judge: ({ runs }) => {
      const contrasts = patContrasts(runs, [other], 'tailIoU', allNetworks);
      return superiority(answer(runs, questionsOf(contrasts)), 'tail mIoU');
    },
  };
}

export const rareClassClaims: readonly Claim[] = [
  tailClaim(
    'blv',
    'BLV',
    'rare-classes-blv',
    'Abstract',
    `PAT is better “in detecting rare classes compared to” BLV (the abstract’s ${abstractDeclination} is of “Dice Err”)`,
  ),
  tailClaim(
    'ldam',
    'LDAM',
    'rare-classes-ldam',
    '§ 5.1',
    'PAT enhances “detecting long-tailed rare objects”',
  ),
  tailClaim(
    'crossEntropy',
    'CE',
    'rare-classes-ce',
    '§ 5.1',
    'PAT enhances “detecting long-tailed rare objects”',
  ),
  {
    id: 'head-kept',
    place: 'Abstract, § 5.1, § 5.3',
    claim: 'Rare classes are learnt “without forgetting the well-classified categories”',
    rule:
      `PAT − CE in mIoU of the head, the most frequent third of the classes. Holds if every interval lies above ` +
      `−${HEAD_MARGIN} point; does not hold if one lies below 0 and ends below that; in part otherwise. ${intervalRule}`,
    notebook: '09-claims',
    judge: ({ runs }) => {
      const contrasts = patContrasts(runs, ['crossEntropy'], 'headIoU', allNetworks);
      return keptJudgement(answer(runs, questionsOf(contrasts)));
    },
  },
];

function keptJudgement({ compared, missing }: ReturnType<typeof answer>): Judgement {
  if (compared.length === 0) return withoutRuns(missing);
  const kept = compared.every(({ low }) => low > -HEAD_MARGIN) && missing.length === 0;
  const forgotten = compared.some(({ high, low }) => high < 0 && low < -HEAD_MARGIN);
  const verdict: Verdict = forgotten ? 'contradicted' : kept ? 'holds' : 'holds in part';
  const measured = comparisonsText(compared, missing, 'head mIoU');
  return { verdict, measured, comparisons: compared, missing };
}
