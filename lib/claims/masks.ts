/** What Fig. 2 and §5.1 say of the data, counted on label maps; and what the records say of Pet's border. */
import type { MaskImbalance } from '../analysis/maskImbalance';
import { significant } from '../print/figureText';
import { spreadOf } from '../measurement/spread';
import { datasetTitle, networkTitle } from '../results/names';
import { maximumOf, minimumOf } from '../extremes';
import { sum } from '../statistics';
import type { Evidence, MaskEvidence } from './evidence';
import { imageRule, overImages } from './imageClusters';
import { caseRule, judgeCases, outcomeOf, untestable } from './judge';
import type { CaseOutcome } from './judge';
import type { ClaimRuns } from './claimRuns';
import type { Claim, Judgement } from './claimTypes';

const NOTEBOOK = '01-mask-imbalance';
/** Largest over smallest mask in the median image from which masks are called imbalanced. */
const IMBALANCED = 10;
/** Share of masks that may vanish. */
const VANISHED = 0.01;

const percent = (share: number, digits = 0) => `${(100 * share).toFixed(digits)} %`;

export const maskClaims: readonly Claim[] = [
  {
    id: 'masks-imbalanced',
    place: '§ 3.2, Fig. 2',
    claim: '“One major challenge … is the class imbalance in label masks”, within each image',
    rule: rule(
      `largest over smallest mask of an image, median over the images, above ${IMBALANCED}`,
    ),
    notebook: NOTEBOOK,
    judge: withMasks({
      what: 'median ratio',
      statistic: ({ full }, drawn) => {
        const ratios = drawn.flatMap((image) => full.images[image].largestToSmallest ?? []);
        return ratios.length === 0 ? null : spreadOf(ratios).median;
      },
      bar: IMBALANCED,
      isToBe: 'above',
      text: significant,
    }),
  },
  {
    id: 'classes-missing',
    place: '§ 5, § 5.1.2',
    claim: 'Classes are “imbalanced in each sample with even missing classes”',
    rule: rule('share of images that lack a class of the data set, above one half'),
    notebook: NOTEBOOK,
    judge: withMasks({
      what: 'images that lack a class',
      statistic: ({ full }, drawn) =>
        drawn.filter((image) => full.images[image].missing > 0).length / drawn.length,
      bar: 0.5,
      isToBe: 'above',
      text: percent,
    }),
  },
  {
    id: 'resizing-keeps-shares',
    place: '§ 5.1.2',
    claim: '“Adjusting the image size does not change the proportions among classes”',
    rule: rule(
      `share of the masks (a class in an image) that vanish from the file’s size to that of the runs, below ` +
        `${percent(VANISHED)}: nearest-neighbour resizing keeps the mean share of all classes by construction, but a mask ` +
        'that vanishes is lost to 1/|M|',
    ),
    notebook: NOTEBOOK,
    judge: withMasks({
      what: 'masks that vanish',
      statistic: ({ full, resized }, drawn) => {
        const masks = ({ images }: MaskImbalance) =>
          sum(drawn.map((image) => images[image].present));
        return 1 - masks(resized) / masks(full);
      },
      bar: VANISHED,
      isToBe: 'below',
      text: (share) => percent(share, 1),
    }),
  },
  {
    id: 'pet-border',
    place: '§ 5.1.1',
    claim:
      'On Pet the boundary is “the biggest obstacle”, “very small and not easily distinguishable”',
    rule:
      'Test split; each run, of every loss and network, is a case: the border has the fewest pixels and the lowest IoU of ' +
      `the three classes. ${caseRule}`,
    notebook: '06-table1-losses',
    judge: ({ runs }) => borderJudgement(runs),
  },
];

interface MaskRule {
  what: string;
  /** Of the images with these numbers. */
  statistic: (masks: MaskEvidence, drawn: readonly number[]) => number | null;
  bar: number;
  isToBe: 'above' | 'below';
  text: (value: number) => string;
}

/** Each data set is a case. */
function withMasks({ what, statistic, bar, isToBe, text }: MaskRule) {
  return ({ masks }: Evidence): Judgement => {
    if (masks === undefined || masks.length === 0) {
      return untestable('no real data set was found; drawn scenes would say nothing');
    }
    const cases = masks.flatMap((one) => {
      const { images, dataset } = one.full;
      const value = statistic(one, [...images.keys()]);
      const clusters = one.clusters ?? images.map((_, image) => `${image}`);
      const interval = overImages(clusters, (drawn) => statistic(one, drawn));
      if (value === null || interval === null) return [];
      const { low, high } = interval;
      const measured = `${datasetTitle(dataset)} ${text(value)} [${text(low)}, ${text(high)}]`;
      return [{ measured, outcome: outcomeOf(interval, bar, isToBe) }];
    });
    const measured = cases.map((one) => one.measured).join(', ');
    return judgeCases(
      cases.map(({ outcome }) => outcome),
      `${what}: ${measured}`,
    );
  };
}

function rule(quantity: string): string {
  return `Each real data set at hand is a case: ${quantity}; ${imageRule}. ${caseRule}`;
}

function borderJudgement(runs: ClaimRuns): Judgement {
  const dataset = runs.dataset('oxfordPet');
  const found = runs.cells
    .filter((cell) => cell.dataset === dataset)
    .flatMap((cell) => cell.runs.map((run) => ({ run, network: cell.network })));
  const cases = found.flatMap(({ run, network }) => {
    const border = run.classNames.findIndex((name) => /border|bound/i.test(name));
    if (border < 0) return [];
    const pixels = run.counts.map((row) => sum(row));
    const iou = run.scores.iou.map((value) => value ?? NaN);
    const lowest = (values: readonly number[]) => values.every((v) => !(v < values[border]));
    const share = pixels[border] / sum(pixels);
    return [{ network, share, iou: iou[border], hard: lowest(pixels) && lowest(iou) }];
  });
  if (cases.length === 0) return untestable(`runs missing: ${dataset}`, [`${dataset}: any run`]);
  const hard = cases.filter((one) => one.hard).length;
  const ious = cases.map(({ iou }) => 100 * iou);
  const networks = [...new Set(cases.map(({ network }) => networkTitle(network)))];
  const text =
    `${hard} of ${cases.length} runs (${networks.join(', ')}); border: ${percent(cases[0].share)} of the pixels, IoU ` +
    `${minimumOf(ious).toFixed(1)} to ${maximumOf(ious).toFixed(1)} %`;
  const outcomes = cases.map((one): CaseOutcome => (one.hard ? 'for' : 'against'));
  return judgeCases(outcomes, text);
}
