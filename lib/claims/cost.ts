/** What §5.2.3 and §5.3 say of time and memory, by stored benches of the losses, of steps, and of training. */
import type { LossReport } from '../measurement/reports';
import type { LossName } from '../losses';
import { lossTitle } from '../results/names';
import { untestable } from './contrasts';
import type { Evidence } from './evidence';
import { plainJudgement } from './formula';
import type { Claim, Judgement } from './types';

const NOTEBOOK = '12-speed';
/** Times that "much larger" asks for. */
const MUCH = 1.25;

/** One loss beside PAT in one case of the bench. */
interface CostCase {
  /** `12 classes, graph`. */
  label: string;
  other: LossName;
  /** PAT's cost over the other's. */
  ratio: number;
}

export const costClaims: readonly Claim[] = [
  {
    id: 'cost-time',
    place: '§ 5.2.3, Fig. 6',
    claim: 'PAT takes less time than “recent methods (i.e. BLV, LDAM)”',
    rule: 'Value and gradient alone, PAT over the other, for each number of classes and kind of execution. Holds if below 1 in every case, in part if in some.',
    notebook: NOTEBOOK,
    judge: withBench((report) => below(timeCases(report, ['blv', 'ldam']), 'time')),
  },
  {
    id: 'cost-memory',
    place: '§ 5.2.3, Fig. 6',
    claim: 'PAT takes less memory than BLV and LDAM (15 GB against 17 to 20)',
    rule: 'Peak memory in tensors of value and gradient, PAT over the other, for each number of classes. Holds if below 1 in every case, in part if in some.',
    notebook: NOTEBOOK,
    judge: withBench((report) => below(memoryCases(report, ['blv', 'ldam']), 'memory')),
  },
  {
    id: 'cost-memory-limitation',
    place: '§ 5.3',
    claim: 'PAT’s memory is “much larger than the Focal and CE”',
    rule: `As above, PAT over Focal and over CE. Holds if at least ${MUCH} in every case, in part if in some.`,
    notebook: NOTEBOOK,
    judge: withBench((report) => much(memoryCases(report, ['focal', 'crossEntropy']), 'memory')),
  },
  {
    id: 'cost-time-limitation',
    place: '§ 5.3',
    claim: '“High computation”, owing to the exponential, against Focal and CE',
    rule: `Time as above, PAT over Focal and over CE. Holds if at least ${MUCH} in every case, in part if in some.`,
    notebook: NOTEBOOK,
    judge: withBench((report) => much(timeCases(report, ['focal', 'crossEntropy']), 'time')),
  },
  {
    id: 'cost-training-step',
    place: '§ 5.2.3',
    claim: 'Training with PAT takes no more time than with CE, “the lowest time-consumed method”',
    rule: `A whole training step, PAT over CE, for each network. Holds if below ${MUCH} in every case, in part if in some.`,
    notebook: NOTEBOOK,
    judge: stepJudgement,
  },
];

function withBench(judge: (report: LossReport) => Judgement) {
  return ({ bench }: Evidence) =>
    bench?.loss === undefined
      ? untestable('no results of npm run bench -- loss')
      : judge(bench.loss);
}

function timeCases({ results }: LossReport, others: readonly LossName[]): CostCase[] {
  return results
    .filter(({ loss }) => loss === 'pat')
    .flatMap(({ classes, execution, timesCrossEntropy }) =>
      results
        .filter((one) => one.classes === classes && one.execution === execution)
        .filter(({ loss }) => others.includes(loss))
        .map((one) => ({
          label: `${classes} classes, ${execution}`,
          other: one.loss,
          ratio: timesCrossEntropy / one.timesCrossEntropy,
        })),
    );
}

function memoryCases({ memory = [] }: LossReport, others: readonly LossName[]): CostCase[] {
  return memory
    .filter(({ loss }) => loss === 'pat')
    .flatMap(({ classes, peakLogits }) =>
      memory
        .filter((one) => one.classes === classes && others.includes(one.loss))
        .map((one) => ({
          label: `${classes} classes`,
          other: one.loss,
          ratio: peakLogits / one.peakLogits,
        })),
    );
}

function below(cases: readonly CostCase[], what: string): Judgement {
  const held = cases.filter(({ ratio }) => ratio < 1).length;
  return plainJudgement(held, cases.length, casesText(cases, what));
}

function much(cases: readonly CostCase[], what: string): Judgement {
  const held = cases.filter(({ ratio }) => ratio >= MUCH).length;
  return plainJudgement(held, cases.length, casesText(cases, what));
}

/** The range of the ratios for each other loss. */
function casesText(cases: readonly CostCase[], what: string): string {
  const others = [...new Set(cases.map(({ other }) => other))];
  const ranges = others.map((other) => {
    const ratios = cases.filter((one) => one.other === other).map(({ ratio }) => ratio);
    const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
    return `PAT/${lossTitle(other)} ${low.toFixed(2)} to ${high.toFixed(2)}`;
  });
  return `${what}: ${ranges.join(', ')} in ${cases.length} cases`;
}

function stepJudgement({ bench }: Evidence): Judgement {
  const results = bench?.step?.results ?? [];
  const ratios = results.flatMap((result) => {
    if (result.loss !== 'pat') return [];
    const keys = ['network', 'width', 'size', 'batch'] as const;
    const same = results.find(
      (one) => one.loss === 'crossEntropy' && keys.every((key) => one[key] === result[key]),
    );
    return same ? [{ network: result.network, ratio: result.oursMs / same.oursMs }] : [];
  });
  if (ratios.length === 0) return untestable('no results of npm run bench -- step for PAT and CE');
  const text = ratios.map(({ network, ratio }) => `${network} ${ratio.toFixed(2)}`).join(', ');
  const held = ratios.filter(({ ratio }) => ratio < MUCH).length;
  return plainJudgement(held, ratios.length, `step with PAT over CE: ${text}`);
}
