/** What §2.2, §5.2.3 and §5.3 say of time, memory and utilization, by stored measurements: each statement judged once. */
import type { LossName } from '../losses';
import { paperLosses } from '../paper';
import { MAX_FOREIGN } from '../measurement/foreignCpu';
import { lossTitle } from '../results/names';
import { maximumOf, minimumOf } from '../extremes';
import { costGroups, costRatios, count, lackingText, ratiosText } from './costRatios';
import type { CostEvidence, CostGroup, CostQuantity, CostSource } from './costRatios';
import { caseRule, judgeCases, judged, outcomeOf, untestable } from './judge';
import type { CaseOutcome } from './judge';
import type { Claim, Judgement, LedgerRow } from './claimTypes';

/** Times that "much" asks for, the kit's reading. */
const MUCH = 1.25;
/** Ratios within this share of 1 show no difference. */
const MARGIN = 0.05;

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const loadRule = `Not decided where other programs used more than ${percent(MAX_FOREIGN)} of the processor.`;

/** Notebook, what is measured and with which intervals, and what is missing without it. */
const sources: Readonly<Record<CostSource, readonly [string, string, string]>> = {
  training: [
    '11-cost',
    'an epoch of training (memory: the GPU’s, or all of the process without one), intervals over rounds taken in turn',
    'no stored result of notebook 11',
  ],
  alone: [
    '12-speed',
    'the loss alone with its gradient, for each number of classes and kind of execution, intervals over the rounds',
    'no results of npm run bench -- loss',
  ],
  step: [
    '12-speed',
    'a whole step, for each network and size, between the extremes of the rounds, as PAT and CE took no turns',
    'no results of npm run bench -- step',
  ],
};

/** A statement on ratios of costs, each of which is a case. */
interface Statement extends Pick<Claim, 'id' | 'place' | 'claim'>, Comparison {
  measured: readonly [CostSource, CostQuantity];
  /** Of the groups of the source, that with the nearest number of classes. */
  classes?: number;
}

interface Comparison {
  of: readonly LossName[];
  over: readonly LossName[];
  isToBe: 'above' | 'below';
  bar: number;
}

const recent: readonly LossName[] = ['blv', 'ldam'];
const light: readonly LossName[] = ['focal', 'crossEntropy'];
const patOver = (over: readonly LossName[], isToBe: 'above' | 'below', bar = 1): Comparison => {
  return { of: ['pat'], over, isToBe, bar };
};
const others = (than: readonly LossName[]) => paperLosses.filter((name) => !than.includes(name));
const othersOver = (over: readonly LossName[]): Comparison => {
  return { of: others(over), over, isToBe: 'above', bar: 1 };
};
const memory =
  '“the proposed method acquires roughly 15GB, … BLV, LDAM acquire nearly 17GB and 20GB”';

const statements: readonly Statement[] = [
  {
    id: 'training-memory',
    place: '§ 5.2.3, Fig. 6',
    claim: `${memory}: training with PAT takes less memory`,
    measured: ['training', 'memory'],
    ...patOver(recent, 'below'),
  },
  {
    id: 'training-memory-lowest',
    place: '§ 5.3, Fig. 6',
    claim: 'Training takes the least memory with Focal and CE',
    measured: ['training', 'memory'],
    ...othersOver(light),
  },
  {
    id: 'training-memory-limitation',
    place: '§ 5.3, Fig. 6',
    claim: '“The amount of memory acquired by PAT is still much larger than the Focal and CE”',
    measured: ['training', 'memory'],
    ...patOver(light, 'above', MUCH),
  },
  {
    id: 'training-time-lowest',
    place: '§ 5.2.3, Fig. 6 (Cityscapes)',
    claim: 'Cross-entropy is “the lowest time-consumed method”: all others train longer',
    measured: ['training', 'time'],
    ...othersOver(['crossEntropy']),
  },
  {
    id: 'gpu-utilization',
    place: '§ 5.3, Fig. 6',
    claim: '“The GPU utilization needed for PAT … is also much higher than Focal and CE”',
    measured: ['training', 'utilization'],
    ...patOver(light, 'above', MUCH),
  },
  {
    id: 'cost-memory-pet',
    place: '§ 5.2.3, Fig. 6 (Pet)',
    claim: `${memory}, on Pet with its 3 classes: PAT alone takes less memory`,
    measured: ['alone', 'memory'],
    classes: 3,
    ...patOver(recent, 'below'),
  },
  {
    id: 'cost-memory-nyuv2',
    place: '§ 5.2.3, Fig. 6 (NYUv2)',
    claim: `${memory}, on NYUv2 with its 14 classes: PAT alone takes less memory`,
    measured: ['alone', 'memory'],
    classes: 14,
    ...patOver(recent, 'below'),
  },
  {
    id: 'cost-time',
    place: '§ 2.2',
    claim: 'PAT “surpasses the others in … utilization”: alone it takes less time than they do',
    measured: ['alone', 'time'],
    ...patOver(others(['crossEntropy', 'pat']), 'below'),
  },
  {
    id: 'cost-time-limitation',
    place: '§ 5.3',
    claim: '“High computation”, owing to the exponential, against Focal and CE',
    measured: ['alone', 'time'],
    ...patOver(light, 'above', MUCH),
  },
  {
    id: 'cost-training-step',
    place: '§ 5.2.3',
    claim: 'Cross-entropy is “the lowest time-consumed method”: a step with PAT takes longer',
    measured: ['step', 'time'],
    ...patOver(['crossEntropy'], 'above'),
  },
];

/** Claims that need no runs, only `CostEvidence`. */
type CostClaim = Omit<Claim, 'judge'> & { judge: (evidence: CostEvidence) => Judgement };

export const costClaims: readonly CostClaim[] = [
  ...statements.map((statement): CostClaim => {
    const { id, place, claim, measured } = statement;
    const notebook = sources[measured[0]][0];
    const judge = (evidence: CostEvidence) => judgeRatios(statement, evidence);
    return { id, place, claim, rule: ruleOf(statement), notebook, judge };
  }),
  {
    id: 'gpu-lowest-three',
    place: '§ 5.2.3, Fig. 6 (Cityscapes)',
    claim: 'PAT is “one of the three lowest GPU-utilized methods, along with the vanilla” CE',
    rule:
      'PAT is one case and CE the other: for the claim if, by the intervals of the ratios round by round, at most two losses may ' +
      `be lower; against it if three surely are. ${loadRule} ${caseRule}`,
    notebook: '11-cost',
    judge: judgeRank,
  },
];

/** The ledger's rows on cost. */
export function judgeCosts(evidence: CostEvidence): LedgerRow[] {
  return costClaims.map(({ judge, ...claim }) => ({ ...claim, ...judge(evidence) }));
}

function ruleOf({
  measured: [source, quantity],
  of,
  over,
  isToBe,
  bar,
  classes,
}: Statement): string {
  const listed = (names: readonly LossName[]) => names.map((name) => lossTitle(name)).join(', ');
  const ratio = `${listed(of)} over ${listed(over)}, ${isToBe} ${bar}`;
  const nearest = classes === undefined ? '' : ` Of the number of classes nearest to ${classes}.`;
  const alike =
    bar === 1 ? ` No difference if all intervals lie within ±${percent(MARGIN)} of 1.` : '';
  const load = source === 'alone' ? '' : ` ${loadRule}`;
  return `Each ratio is a case: ${quantity} of ${sources[source][1]}; ${ratio}.${nearest}${alike}${load} ${caseRule}`;
}

function judgeRatios(statement: Statement, evidence: CostEvidence): Judgement {
  const { measured, of, over, isToBe, bar, classes } = statement;
  const [source, quantity] = measured;
  const all = costGroups[source](evidence, quantity);
  const distance = (group: CostGroup) => Math.abs((group.classes ?? 0) - (classes ?? 0));
  const nearest = minimumOf(all.map(distance));
  const groups = classes === undefined ? all : all.filter((group) => distance(group) === nearest);
  if (all.length === 0) return untestable(sources[source][2]);
  const lacking = lackingText(groups, [...of, ...over]);
  if (lacking) return untestable(lacking);
  const ratios = groups.flatMap((group) => costRatios(group, of, over));
  const outcomes = ratios.map((ratio) => outcomeOf(ratio, bar, isToBe));
  const alike = ratios.every(({ low, high }) => low >= 1 - MARGIN && high <= 1 + MARGIN);
  const text = ratiosText(ratios, outcomes);
  return judgeFit({ groups, quantity, outcomes, text, alike: bar === 1 && alike });
}

function judgeRank(evidence: CostEvidence): Judgement {
  const groups = costGroups.training(evidence, 'utilization');
  if (groups.length === 0) return untestable(sources.training[2]);
  const lacking = lackingText(groups, paperLosses);
  if (lacking) return untestable(lacking);
  const cases = (['pat', 'crossEntropy'] as const).map((name) => {
    const sides = costRatios(groups[0], others([name]), [name]).map((ratio) => outcomeOf(ratio, 1));
    const [higher, lower] = [count(sides, 'for'), count(sides, 'against')];
    const outcome: CaseOutcome =
      lower >= 3 ? 'against' : sides.length - higher <= 2 ? 'for' : 'open';
    const text = `of ${sides.length} others ${lower} are surely below ${lossTitle(name)}, ${higher} above`;
    return { outcome, text };
  });
  const outcomes = cases.map(({ outcome }) => outcome);
  const text = cases.map((one) => one.text).join('; ');
  return judgeFit({ groups, quantity: 'utilization', outcomes, text, alike: false });
}

interface Found {
  groups: readonly CostGroup[];
  quantity: CostQuantity;
  outcomes: readonly CaseOutcome[];
  text: string;
  /** Every interval lies within the margin. */
  alike: boolean;
}

/** Judges unless the measurement is no evidence: of a processor in place of a GPU, or disturbed by other programs. */
function judgeFit({ groups, quantity, outcomes, text, alike }: Found): Judgement {
  const [{ setting, onGpu }] = groups;
  const measured = setting === undefined ? text : `${text}; ${setting}`;
  if (quantity === 'utilization' && !onGpu) {
    return untestable(`no GPU’s utilization was measured; of the processor: ${measured}`);
  }
  const share = maximumOf(groups.map(({ foreignShare }) => foreignShare ?? 0));
  if (share > MAX_FOREIGN) {
    const used = `other programs used ${percent(share)} of the processor meanwhile`;
    return judged('not decided', `no evidence, as ${used}: ${measured}`);
  }
  return alike ? judged('no difference', measured) : judgeCases(outcomes, measured);
}
