/** What the paper reads off Tables 1 and 2. */
import { mean } from '../statistics';
import type { LossName } from '../losses';
import { paperCell, paperDatasets } from '../paper';
import type { PaperDataset } from '../paper';
import { signed } from '../results/names';
import { comparePairs, intervalRule, judgement } from './compare';
import { otherNetworks, patClaims, segnet, segnetPairs } from './differences';
import type { PatClaim } from './differences';
import { caseRule, judgeCases, withoutRuns } from './judge';
import type { CaseOutcome } from './judge';
import type { Claim } from './claimTypes';

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
const table1 = { notebook: TABLE1, networks: segnet, others: table1Others };
const table2 = { notebook: TABLE2, networks: otherNetworks, others: table2Others };

export const tableClaims: readonly Claim[] = [
  ...patClaims([
    {
      ...table1,
      id: 'table1-meanIoU',
      place: '§ 5.1, Table 1',
      claim: 'On SegNet PAT outperforms the others “in almost all settings”: mIoU',
      score: 'meanIoU',
    },
    {
      ...table1,
      id: 'table1-pixelAccuracy',
      place: '§ 5.1, Table 1',
      claim: 'On SegNet PAT outperforms the others “in almost all settings”: pixel accuracy',
      score: 'pixelAccuracy',
    },
    {
      ...table1,
      id: 'table1-pet-accuracy',
      place: '§ 5.1, Table 1',
      claim: 'On Pet PAT has the highest pixel accuracy (91.28 % in print, BLV 91.22 %)',
      score: 'pixelAccuracy',
      datasets: ['oxfordPet'],
    },
    {
      ...table1,
      id: 'table1-dice',
      place: '§ 5.1, Table 1',
      claim:
        'Dice error lower than BLV’s on Cityscapes and NYUv2; here as words have it, 1 − mean Dice',
      score: 'meanDice',
      others: ['blv'],
      datasets: ['cityscapes', 'nyuv2'],
    },
    {
      ...table1,
      id: 'table1-cross-entropy',
      place: '§ 5.1, Table 1',
      claim:
        'Dice error as the code has it: cross-entropy lower than BLV’s (by 0.02 and 0.39 in print)',
      score: 'crossEntropy',
      others: ['blv'],
      datasets: ['cityscapes', 'nyuv2'],
    },
    {
      ...table1,
      id: 'table1-dice-pet',
      place: '§ 5.1, Table 1',
      claim: 'On Pet the Dice errors of BLV and PAT “are identically 0.23”: cross-entropy alike',
      score: 'crossEntropy',
      others: ['blv'],
      datasets: ['oxfordPet'],
      is: 'alike',
    },
    gainClaim('table1-gain-ce', '§ 6, Table 1', 'crossEntropy', paperDatasets),
    gainClaim('table1-gain-focal', '§ 5.1, Fig. 4', 'focal', ['cityscapes']),
    {
      ...table2,
      id: 'table2-cityscapes',
      place: '§ 5.2.1, Table 2',
      claim:
        'On the data set with the most classes PAT outperforms the others with each network: mIoU',
      score: 'meanIoU',
      datasets: ['cityscapes'],
    },
    {
      ...table2,
      id: 'table2-nyuv2',
      place: '§ 5.2.1, Table 2',
      claim: 'On NYUv2 PAT outperforms the others with each network: mIoU',
      score: 'meanIoU',
      datasets: ['nyuv2'],
    },
    {
      ...table2,
      id: 'table2-class-balanced',
      place: '§ 5.2.1, Table 2',
      claim: 'On Cityscapes and NYUv2 PAT outperforms CB and CB Focal with each network: mIoU',
      score: 'meanIoU',
      others: ['classBalanced', 'classBalancedFocal'],
      datasets: ['cityscapes', 'nyuv2'],
    },
    {
      ...table2,
      id: 'table2-nyuv2-accuracy',
      place: '§ 5.2.1, Table 2',
      claim:
        'On NYUv2 LDAM and BLV “achieve higher performance as opposed to PAT” in pixel accuracy',
      score: 'pixelAccuracy',
      others: ['ldam', 'blv'],
      datasets: ['nyuv2'],
      is: 'worse',
    },
  ]),
  {
    id: 'class-balanced-many-classes',
    place: '§ 5.2.1',
    claim: 'CB works well with Pet’s three classes, but has “low performance” on sets with more',
    rule:
      `On SegNet, read as: PAT − CB in mIoU does not lie above 0 on Pet, and does on the other two. ${caseRule} On Pet an ` +
      `interval around 0 is open unless it lies within ±1 point. ${intervalRule}`,
    notebook: TABLE1,
    judge: ({ runs }) => {
      const pairs = segnetPairs(runs, (dataset) => ({
        left: runs.pat('v1', dataset, 'segnet'),
        right: runs.tuned(dataset, 'classBalanced'),
      }));
      const differences = comparePairs(runs, pairs, 'meanIoU');
      if (differences.each.length < pairs.length) return withoutRuns(differences.missing);
      const cases = differences.each.map(({ outcome }, i): CaseOutcome => {
        if (outcome === 'undecided') return 'open';
        return (outcome === 'above') === i > 0 ? 'for' : 'against';
      });
      return judgement(judgeCases(cases, '').verdict, differences);
    },
  },
];

/** PAT's gain is as large as the printed numbers say; their mIoU is over ids 0–2, ours over all classes. */
function gainClaim(
  id: string,
  place: string,
  other: LossName,
  datasets: readonly PaperDataset[],
): PatClaim {
  const title = other === 'crossEntropy' ? 'CE' : 'Focal';
  const gains = datasets.map((dataset) => printedGain(dataset, other));
  const printed = datasets.map((dataset, i) => `${signed(gains[i], 2)} ${dataset}`).join(', ');
  return {
    ...{ id, place, datasets, notebook: TABLE1, networks: segnet, score: 'meanIoU' },
    claim: `PAT’s gain in mIoU over ${title} on SegNet (printed: ${printed})`,
    others: [other],
    printed: mean(gains),
  };
}

/** Points of mean IoU on SegNet, from Table 1. */
function printedGain(dataset: PaperDataset, other: LossName): number {
  const score = (loss: LossName) =>
    paperCell({ table: 1, dataset, network: 'segnet', loss })?.meanIoU.value ?? NaN;
  return score('pat') - score(other);
}
