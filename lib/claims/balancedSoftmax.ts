/** Table 1's row BMS: does balanced softmax fail, or the authors' formula for it? */
import type { LossConfig } from '../losses';
import {
  answer,
  comparisonsText,
  intervalRule,
  questionsOf,
  superiority,
  superiorityRule,
  withoutRuns,
} from './contrasts';
import { segnetContrasts } from './places';
import type { ClaimRuns } from './runs';
import type { Claim, Judgement, Verdict } from './types';

const authors: LossConfig = { name: 'balancedSoftmax', variant: 'authors' };

export const balancedSoftmaxClaims: readonly Claim[] = [
  {
    id: 'balanced-softmax-collapse',
    place: 'Table 1',
    claim: 'Balanced softmax (BMS) falls far behind CE: 13.2, 8.2 and 12.3 % mIoU in print',
    rule: `SegNet: CE − BMS as published, in mIoU. ${superiorityRule} ${intervalRule}`,
    notebook: '06-table1-losses',
    judge: ({ runs }) => {
      const pair = (dataset: string) => ({
        left: { name: 'crossEntropy' } as const,
        right: runs.tuned(dataset, 'balancedSoftmax'),
      });
      const contrasts = segnetContrasts(runs, pair, 'meanIoU');
      return superiority(answer(runs, questionsOf(contrasts)), 'mIoU');
    },
  },
  {
    id: 'balanced-softmax-authors',
    place: 'this kit',
    claim: 'The authors’ formula CE(exp(z)·n), not balanced softmax, is the cause of that row',
    rule:
      'SegNet, in mIoU: BMS as published − BMS of the authors’ code, and CE − BMS as published. Holds on a data set if ' +
      'the first interval lies above 0 and the second value is less than half of the first; holds if on all, in part ' +
      `if on some. ${intervalRule}`,
    notebook: '06-table1-losses',
    judge: ({ runs }) => balancedSoftmaxJudgement(runs),
  },
];
function balancedSoftmaxJudgement(runs: ClaimRuns): Judgement {
  const published = (dataset: string) => runs.tuned(dataset, 'balancedSoftmax');
  const variants = segnetContrasts(
    runs,
    (dataset) => ({ left: published(dataset), right: authors }),
    'meanIoU',
  );
  const toCrossEntropy = segnetContrasts(
    runs,
    (dataset) => ({ left: { name: 'crossEntropy' }, right: published(dataset) }),
    'meanIoU',
  );
  const questions = variants.flatMap((variant, i) => questionsOf([variant, toCrossEntropy[i]]));
  const { compared, missing } = answer(runs, questions);
  const found = (label: string) => compared.find((comparison) => comparison.label === label);
  const explained = variants.flatMap((_, i) => {
    const [change, gap] = [found(questions[2 * i].label), found(questions[2 * i + 1].label)];
    return change && gap ? [change.outcome === 'above' && gap.value < change.value / 2] : [];
  });
  if (explained.length === 0) return withoutRuns(missing);
  const count = explained.filter(Boolean).length;
  const all = count === explained.length && missing.length === 0;
  const verdict: Verdict = all ? 'holds' : count > 0 ? 'holds in part' : 'contradicted';
  const measured = `${count} of ${explained.length} data sets; ${comparisonsText(compared, missing, 'mIoU')}`;
  return { verdict, measured, comparisons: compared, missing };
}
