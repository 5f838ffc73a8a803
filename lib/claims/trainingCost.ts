/** What §5.2.3 and §5.3 say of training as a whole, by what notebook 11 measured and stored. */
import { checkCostStatements } from '../analysis/costStatements';
import { untestable } from './contrasts';
import type { Evidence } from './evidence';
import type { Claim, Judgement } from './types';

const RULE =
  'Ratios of PAT to the others round by round, with 95 % intervals (notebook 11): holds if all lie on the claim’s side of ' +
  'the bar (1, or 1.25 for “much”), does not if one lies on the other; else the rounds do not tell.';

interface Statement extends Pick<Claim, 'id' | 'place' | 'claim'> {
  /** Finds the statement among those of `checkCostStatements`. */
  words: string;
  /** Of the GPU: what a processor did instead is no test. */
  onGpu?: boolean;
}

const statements: readonly Statement[] = [
  {
    id: 'training-memory',
    place: '§ 5.2.3, Fig. 6',
    claim: 'Training with PAT takes less memory than with BLV and LDAM (15 GB against 17 to 20)',
    words: 'acquires roughly 15 GB',
  },
  {
    id: 'gpu-utilization',
    place: '§ 5.3, Fig. 6',
    claim: '“The GPU utilization needed for PAT … is also much higher than Focal and CE”',
    words: 'GPU utilization is',
    onGpu: true,
  },
  {
    id: 'gpu-lowest-three',
    place: '§ 5.2.3, Fig. 6',
    claim: 'PAT is “one of the three lowest GPU-utilized methods”, with CE',
    words: 'three lowest',
    onGpu: true,
  },
];

export const trainingCostClaims: readonly Claim[] = statements.map(
  ({ words, onGpu, ...claim }) => ({
    ...claim,
    rule: RULE,
    notebook: '11-cost',
    judge: (evidence) => judgeStatement(evidence, words, onGpu === true),
  }),
);

function judgeStatement({ training }: Evidence, words: string, onGpu: boolean): Judgement {
  if (training === undefined) return untestable('no stored result of notebook 11');
  if (!training.losses.some(({ loss }) => loss.name === 'pat')) {
    return untestable('PAT was not measured');
  }
  const found = checkCostStatements(training).find(({ statement }) => statement.includes(words));
  if (found === undefined) return untestable('the losses it is compared with were not measured');
  if (onGpu && training.gpu === null) {
    return untestable(`no GPU was used; of the processor: ${found.finding}`);
  }
  if (found.verdict === 'open') return untestable(`the rounds do not tell: ${found.finding}`);
  const verdict = found.verdict === 'holds' ? 'holds' : 'does not hold here';
  return { verdict, measured: found.finding, comparisons: [], missing: [] };
}
