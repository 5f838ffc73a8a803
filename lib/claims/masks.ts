/** What Fig. 2 and §5.1 say of the data, counted on label maps; and what the records say of Pet's border. */
import type { ClassImbalance } from '../analysis/maskImbalance';
import { significant } from '../figures/labels';
import { quantile } from '../results/bootstrap';
import { untestable, withoutRuns } from './contrasts';
import type { Evidence, MaskEvidence } from './evidence';
import { plainJudgement } from './formula';
import type { NetworkName } from '../models';
import { datasetTitle, networkTitle } from '../results/names';
import type { ClaimRuns } from './runs';
import type { Claim, Judgement } from './types';

const NOTEBOOK = '01-mask-imbalance';
/** Largest over smallest mask in the median image from which masks are called imbalanced. */
const IMBALANCED = 10;
/** Relative change of a class's share that counts as none. */
const UNCHANGED = 0.05;

const median = (values: readonly number[]) =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

export const maskClaims: readonly Claim[] = [
  {
    id: 'masks-imbalanced',
    place: '§ 3.2, Fig. 2',
    claim: '“One major challenge … is the class imbalance in label masks”, within each image',
    rule:
      `Largest over smallest mask of an image, median over the images: ${IMBALANCED} or more. Holds if so on every real ` +
      'data set at hand, in part if on some.',
    notebook: NOTEBOOK,
    judge: withMasks((masks) => {
      const ratios = masks.map(({ full }) =>
        median(full.images.flatMap(({ largestToSmallest }) => largestToSmallest ?? [])),
      );
      const text = masks.map((one, i) => `${titleOf(one)} ${significant(ratios[i])}`).join(', ');
      const large = ratios.filter((ratio) => ratio >= IMBALANCED).length;
      return plainJudgement(large, ratios.length, `median ratio: ${text}`);
    }),
  },
  {
    id: 'classes-missing',
    place: '§ 5, § 5.1.2',
    claim: 'Classes are “imbalanced in each sample with even missing classes”',
    rule: 'Share of images that lack a class. Holds if more than half on every real data set at hand, in part if on some.',
    notebook: NOTEBOOK,
    judge: withMasks((masks) => {
      const shares = masks.map(
        ({ full: { images } }) =>
          images.filter(({ missing }) => missing > 0).length / images.length,
      );
      const text = masks.map((one, i) => `${titleOf(one)} ${percent(shares[i])}`).join(', ');
      const most = shares.filter((share) => share > 0.5).length;
      return plainJudgement(most, shares.length, `images that lack a class: ${text}`);
    }),
  },
  {
    id: 'resizing-keeps-shares',
    place: '§ 5.1.2',
    claim: '“Adjusting the image size does not change the proportions among classes”',
    rule:
      'Largest relative change of a class’s share of an image (mean over images), from the file’s size to that of the runs. ' +
      `Holds if at most ${percent(UNCHANGED)} on every real data set at hand, in part if on some. Masks that vanish are ` +
      'counted beside it.',
    notebook: NOTEBOOK,
    judge: withMasks((masks) => {
      const changes = masks.map(largestChange);
      const texts = masks.map((one, i) => {
        const [before, after] = [one.full, one.resized].map(({ classes }) =>
          classes.reduce((sum, { presence }) => sum + presence, 0),
        );
        return `${titleOf(one)} ${percent(changes[i])}, ${before - after} of ${before} masks gone`;
      });
      const kept = changes.filter((change) => change <= UNCHANGED).length;
      return plainJudgement(kept, changes.length, `largest change: ${texts.join('; ')}`);
    }),
  },
  {
    id: 'pet-border',
    place: '§ 5.1.1',
    claim:
      'On Pet the boundary is “the biggest obstacle”, “very small and not easily distinguishable”',
    rule:
      'Test split, every loss and network: the border has the fewest pixels and the lowest IoU of the three classes. Holds ' +
      'if in every run, in part if in some.',
    notebook: '06-table1-losses',
    judge: ({ runs }) => borderJudgement(runs),
  },
];

function withMasks(judge: (masks: readonly MaskEvidence[]) => Judgement) {
  return ({ masks }: Evidence) =>
    masks === undefined || masks.length === 0
      ? untestable('no real data set was found; drawn scenes would say nothing')
      : judge(masks);
}

function titleOf({ full }: MaskEvidence): string {
  return datasetTitle(full.dataset);
}

/** Of the share that a class has in an image, mean over the images, which differ in size. */
function largestChange({ full, resized }: MaskEvidence): number {
  const shareOf = ({ maskShares }: ClassImbalance) =>
    maskShares.reduce((sum, share) => sum + share, 0);
  const changes = full.classes.flatMap((before, c) =>
    before.presence > 0 ? [Math.abs(shareOf(resized.classes[c]) / shareOf(before) - 1)] : [],
  );
  return Math.max(...changes);
}

function borderJudgement(runs: ClaimRuns): Judgement {
  const dataset = runs.dataset('oxfordPet');
  const found = runs.cells
    .filter((cell) => cell.dataset === dataset)
    .flatMap((cell) => cell.runs.map((run) => ({ run, network: cell.network })));
  const cases = found.flatMap(({ run, network }) => {
    const border = run.classNames.findIndex((name) => /border|bound/i.test(name));
    if (border < 0) return [];
    const pixels = run.counts.map((row) => row.reduce((sum, count) => sum + count, 0));
    const iou = run.scores.iou.map((value) => value ?? NaN);
    const lowest = (values: readonly number[]) => values.every((v) => !(v < values[border]));
    const share = pixels[border] / pixels.reduce((sum, count) => sum + count, 0);
    return [{ network, share, iou: iou[border], hard: lowest(pixels) && lowest(iou) }];
  });
  if (cases.length === 0) return withoutRuns([`${dataset}: any run`]);
  const hard = cases.filter((one) => one.hard).length;
  const ious = cases.map(({ iou }) => 100 * iou);
  const networks = [...new Set(cases.map(({ network }) => networkTitle(network as NetworkName)))];
  const text =
    `${hard} of ${cases.length} runs (${networks.join(', ')}); border: ${percent(cases[0].share)} of the pixels, IoU ` +
    `${Math.min(...ious).toFixed(1)} to ${Math.max(...ious).toFixed(1)} %`;
  return plainJudgement(hard, cases.length, text);
}
