/** What the paper reads off Table 3. */
import type { NetworkName } from '../models';
import type { PaperDataset } from '../paper';
import { paperDatasets } from '../paper';
import { placeTitle } from '../results/names';
import {
  answer,
  comparisonsText,
  intervalRule,
  superiority,
  superiorityRule,
  untestable,
  withoutRuns,
} from './contrasts';
import type { Question, QuestionPart } from './contrasts';
import type { ClaimRuns } from './runs';
import type { Claim, Judgement, Verdict } from './types';

const TABLE3 = '08-table3-temperature';
const networks: readonly NetworkName[] = ['segnet', 'unet'];
/** Points of mean IoU; the paper's own differ by 0.2 on Pet. */
const NO_CHANGE = 1;

const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
const lastMinusFirst = (values: readonly number[]) => values[values.length - 1] - values[0];

/** Those of the records of every data set and network of the table, ascending. */
function sharedTemperatures(runs: ClaimRuns): number[] {
  const everywhere = paperDatasets.flatMap((dataset) =>
    networks.map((network) =>
      runs.at(runs.dataset(dataset), network).flatMap(({ loss: { name, ...options } }) => {
        const { temperature, ...rest } = options as { temperature?: number };
        const alone = name === 'pat' && Object.keys(rest).length === 0;
        return alone && temperature !== undefined ? [temperature] : [];
      }),
    ),
  );
  const found = everywhere.filter((temperatures) => temperatures.length > 1);
  const [first = [], ...others] = found;
  const shared = first.filter((one) => others.every((list) => list.includes(one)));
  return shared.sort((a, b) => a - b);
}

function part(
  runs: ClaimRuns,
  paperName: PaperDataset,
  network: NetworkName,
  statistic: QuestionPart['statistic'],
  sign: 1 | -1 = 1,
): QuestionPart {
  const dataset = runs.dataset(paperName);
  const cells = sharedTemperatures(runs).map((temperature) => {
    return { dataset, network, loss: { name: 'pat' as const, temperature } };
  });
  return { cells, score: 'meanIoU', statistic, sign };
}

/** Answers questions about temperatures; not testable with fewer than three of them. */
function judgeTemperatures(
  runs: ClaimRuns,
  questions: () => Question[],
  judge: (answers: ReturnType<typeof answer>, temperatures: string) => Judgement,
): Judgement {
  const temperatures = sharedTemperatures(runs);
  if (temperatures.length < 3) {
    return untestable('runs missing: PAT at three temperatures or more on SegNet and U-Net', [
      'Table 3',
    ]);
  }
  return judge(answer(runs, questions()), `τ = ${temperatures.join(', ')}`);
}

export const temperatureClaims: readonly Claim[] = [
  {
    id: 'temperature-pet',
    place: '§ 5.2.2, Table 3',
    claim: 'On Pet “adjusting the temperature parameter does not change the performance”',
    rule:
      `Range of mIoU over τ. Holds if every interval ends below ${NO_CHANGE} point, in part if every range is below it. ` +
      `A range is never negative and noise widens it. ${intervalRule}`,
    notebook: TABLE3,
    judge: ({ runs }) =>
      judgeTemperatures(
        runs,
        () =>
          networks.map((network) => ({
            label: placeTitle(runs.dataset('oxfordPet'), network),
            parts: [part(runs, 'oxfordPet', network, range)],
          })),
        ({ compared, missing }, temperatures) => {
          if (compared.length === 0) return withoutRuns(missing);
          const below = (key: 'high' | 'value') => compared.every((one) => one[key] < NO_CHANGE);
          const holds = below('high') && missing.length === 0;
          const verdict: Verdict = holds
            ? 'holds'
            : below('value')
              ? 'holds in part'
              : 'contradicted';
          const text = comparisonsText(compared, missing, `range of mIoU over ${temperatures}`);
          return { verdict, measured: text, comparisons: compared, missing };
        },
      ),
  },
  {
    id: 'temperature-classes',
    place: '§ 5.2.2, Table 3',
    claim: 'Sets with more classes are “more sensitive to the temperature parameter”',
    rule:
      'Range of mIoU over τ on a set with many classes − that on Pet. ' +
      `${superiorityRule} Noise widens both ranges. ${intervalRule}`,
    notebook: TABLE3,
    judge: ({ runs }) =>
      judgeTemperatures(
        runs,
        () =>
          manyClasses(
            runs,
            (paperName, network) => [
              part(runs, paperName, network, range),
              part(runs, 'oxfordPet', network, range, -1),
            ],
            ' − Pet',
          ),
        (answers, temperatures) => superiority(answers, `range of mIoU over ${temperatures}`),
      ),
  },
  {
    id: 'temperature-rises',
    place: '§ 5.2.2, Table 3',
    claim: 'On Cityscapes and NYUv2 mIoU increases along the four temperatures',
    rule:
      'The temperatures are lost; read as ascending. mIoU at the highest τ − at the lowest. ' +
      `${superiorityRule} ${intervalRule}`,
    notebook: TABLE3,
    judge: ({ runs }) =>
      judgeTemperatures(
        runs,
        () =>
          manyClasses(
            runs,
            (paperName, network) => [part(runs, paperName, network, lastMinusFirst)],
            '',
          ),
        (answers, temperatures) => superiority(answers, `mIoU, last − first of ${temperatures}`),
      ),
  },
];

function manyClasses(
  runs: ClaimRuns,
  parts: (dataset: PaperDataset, network: NetworkName) => QuestionPart[],
  suffix: string,
): Question[] {
  return (['cityscapes', 'nyuv2'] as const).flatMap((paperName) =>
    networks.map((network) => ({
      label: `${placeTitle(runs.dataset(paperName), network)}${suffix}`,
      parts: parts(paperName, network),
    })),
  );
}
