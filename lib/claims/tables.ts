/** What the paper reads off Tables 1 and 2. */
import type { LossName } from '../losses';
import type { NetworkName } from '../models';
import { abstractGains, paperCell, paperDatasets } from '../paper';
import type { PaperDataset } from '../paper';
import { signed } from '../results/names';
import {
  answer,
  comparisonsText,
  intervalRule,
  questionsOf,
  superiority,
  superiorityRule,
  withoutRuns,
} from './contrasts';
import type { Contrast } from './contrasts';
import { patContrasts } from './places';
import type { ClaimRuns } from './runs';
import type { Claim, Judgement, Verdict } from './types';

const [TABLE1, TABLE2] = ['06-table1-losses', '07-table2-networks'];

/** Table 1 but for BMS, which every loss beats there. */
const table1Others: readonly LossName[] = [
  'crossEntropy',
  'focal',
  'classBalanced',
  'classBalancedFocal',
  'ldam',
  'blv',
];
const table2Others: readonly LossName[] = ['crossEntropy', 'focal', 'ldam', 'blv'];
const table2Networks: readonly NetworkName[] = ['unet', 'attentionUnet', 'nestedUnet'];

/** Share of the comparisons that "almost all" asks for. */
const ALMOST_ALL = 0.8;

const scoreTitles = {
  meanIoU: 'mIoU',
  pixelAccuracy: 'pixel accuracy',
  meanDice: 'mean Dice',
} as const;
type TableScore = keyof typeof scoreTitles;

interface BetterClaim extends Pick<Claim, 'id' | 'place' | 'claim' | 'notebook'> {
  score: TableScore;
  others: readonly LossName[];
  networks: readonly NetworkName[];
  datasets?: readonly PaperDataset[];
  needed?: number;
}

/** PAT better than others. */
function betterClaim({ score, others, networks, datasets, needed, ...claim }: BetterClaim): Claim {
  const rule =
    needed === undefined
      ? superiorityRule
      : `Holds if ${100 * needed} % of the intervals lie above 0, in part if some do.`;
  return {
    ...claim,
    rule: `PAT − the other loss in ${scoreTitles[score]}. ${rule} ${intervalRule}`,
    judge: ({ runs }) => {
      const contrasts = patContrasts(runs, others, score, networks, datasets);
      return superiority(answer(runs, questionsOf(contrasts)), scoreTitles[score], needed);
    },
  };
}

const segnet: readonly NetworkName[] = ['segnet'];

export const tableClaims: readonly Claim[] = [
  ...(['meanIoU', 'pixelAccuracy'] as const).map((score) =>
    betterClaim({
      id: `table1-${score}`,
      place: '§ 5.1, Table 1',
      claim: `On SegNet PAT outperforms the others “in almost all settings”: ${scoreTitles[score]}`,
      notebook: TABLE1,
      score,
      others: table1Others,
      networks: segnet,
      needed: ALMOST_ALL,
    }),
  ),
  betterClaim({
    id: 'table1-dice',
    place: '§ 5.1, Table 1',
    claim:
      'Dice error lower than BLV’s on Cityscapes and NYUv2 (by 0.02 and 0.39; it exceeds 1 in print)',
    notebook: TABLE1,
    score: 'meanDice',
    others: ['blv'],
    networks: segnet,
    datasets: ['cityscapes', 'nyuv2'],
  }),
  gainClaim('table1-gain-ce', 'Abstract, § 6', 'crossEntropy', paperDatasets),
  gainClaim('table1-gain-focal', '§ 5.1, Fig. 4', 'focal', ['cityscapes']),
  betterClaim({
    id: 'table2-cityscapes',
    place: '§ 5.2.1, Table 2',
    claim:
      'On the data set with the most classes PAT outperforms the others with each network: mIoU',
    notebook: TABLE2,
    score: 'meanIoU',
    others: table2Others,
    networks: table2Networks,
    datasets: ['cityscapes'],
  }),
  betterClaim({
    id: 'table2-nyuv2',
    place: '§ 5.2.1, Table 2',
    claim: 'On NYUv2 PAT outperforms the others with each network: mIoU',
    notebook: TABLE2,
    score: 'meanIoU',
    others: table2Others,
    networks: table2Networks,
    datasets: ['nyuv2'],
  }),
  {
    id: 'table2-nyuv2-accuracy',
    place: '§ 5.2.1, Table 2',
    claim: 'On NYUv2 LDAM and BLV “achieve higher performance as opposed to PAT” in pixel accuracy',
    rule: `LDAM − PAT and BLV − PAT in pixel accuracy. ${superiorityRule} ${intervalRule}`,
    notebook: TABLE2,
    judge: ({ runs }) => {
      const contrasts = patContrasts(runs, ['ldam', 'blv'], 'pixelAccuracy', table2Networks, [
        'nyuv2',
      ]);
      const turned = contrasts.map(({ left, right, ...rest }) => {
        return { ...rest, left: right, right: left };
      });
      return superiority(answer(runs, questionsOf(turned)), 'pixel accuracy');
    },
  },
  {
    id: 'class-balanced-many-classes',
    place: '§ 5.2.1',
    claim: 'CB works well with Pet’s three classes, but has “low performance” on sets with more',
    rule:
      'On SegNet, the paper’s tables read as: CB is not below PAT on Pet, and is on the other two. Holds if the ' +
      `interval of PAT − CB in mIoU lies above 0 on both and not on Pet; in part if on one of the two. ${intervalRule}`,
    notebook: TABLE1,
    judge: ({ runs }) => {
      const contrasts = patContrasts(runs, ['classBalanced'], 'meanIoU', segnet);
      return classBalancedJudgement(runs, contrasts);
    },
  },
];

/** PAT's gain is as large as the printed numbers say. */
function gainClaim(
  id: string,
  place: string,
  other: LossName,
  datasets: readonly PaperDataset[],
): Claim {
  const title = other === 'crossEntropy' ? 'CE' : 'Focal';
  const gains = datasets.map((dataset) => printedGain(dataset, other));
  const printed = datasets.map((dataset, i) => `${signed(gains[i], 2)} ${dataset}`).join(', ');
  return {
    id,
    place,
    claim: `PAT’s gain in mIoU over ${title} on SegNet (printed: ${printed}${abstractText(other)})`,
    rule:
      `PAT − ${title}. Holds if every interval lies above 0 and reaches the printed gain, in part if some lie above 0. ` +
      intervalRule,
    notebook: TABLE1,
    judge: ({ runs }) => {
      const contrasts = patContrasts(runs, [other], 'meanIoU', segnet, datasets);
      const each = contrasts.map((contrast) => answer(runs, questionsOf([contrast])));
      const together = answer(runs, questionsOf(contrasts));
      const judged = superiority(together, 'mIoU');
      const printedOf = gains.filter((_, i) => each[i].compared.length > 0);
      const reached = together.compared.every(({ high }, i) => high >= printedOf[i]);
      const inPart = judged.verdict === 'holds' && !reached;
      return inPart ? { ...judged, verdict: 'holds in part' } : judged;
    },
  };
}

/** The abstract does not name the loss that its gains are over; they are held against the baseline. */
function abstractText(other: LossName): string {
  const { meanIoU, nyuv2 } = abstractGains;
  return other === 'crossEntropy' ? `; abstract: ${meanIoU} %, NYUv2 ${nyuv2} %` : '';
}

/** Points of mean IoU on SegNet, from Table 1. */
function printedGain(dataset: PaperDataset, other: LossName): number {
  const score = (loss: LossName) =>
    paperCell({ table: 1, dataset, network: 'segnet', loss })?.meanIoU.value ?? NaN;
  return score('pat') - score(other);
}

function classBalancedJudgement(runs: ClaimRuns, contrasts: readonly Contrast[]): Judgement {
  const { compared, missing } = answer(runs, questionsOf(contrasts));
  if (compared.length < contrasts.length) return withoutRuns(missing);
  const [pet, ...others] = compared;
  const low = others.filter(({ outcome }) => outcome === 'above').length;
  const well = pet.outcome !== 'above';
  const verdict: Verdict =
    well && low === others.length ? 'holds' : well && low > 0 ? 'holds in part' : 'contradicted';
  const measured = comparisonsText(compared, missing, 'mIoU');
  return { verdict, measured, comparisons: compared, missing };
}
