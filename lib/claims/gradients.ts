/** What §3.2 and §4.3 say of gradient norms and mask sizes, tested by automatic differentiation. */
import { ratioStatistics } from '../analysis/gradientRatios';
import type { RatioStatistics } from '../analysis/gradientRatios';
import { significant } from '../print/figureText';
import { measuredOver } from '../measurement/measured';
import type { Interval } from '../results/bootstrap';
import type { Evidence, GradientEvidence } from './evidence';
import { imageRule, overImages } from './imageClusters';
import { caseRule, judgeCases, outcomeOf, untestable } from './judge';
import type { Claim, Judgement } from './claimTypes';

const NOTEBOOK = '04-gradient-norms';
/** Largest over smallest norm in an image up to which norms are called alike. */
const ALIKE = 2;
/** Times that "notably" asks for. */
const NOTABLY = 2;

export const gradientClaims: readonly Claim[] = [
  {
    id: 'mask-size-decides',
    place: '§ 3.2, § 4.3, Eq. 2, 6–7',
    claim: '“Larger masks contribute more significantly”: their gradient norms are larger',
    rule:
      'One case: the slope of log ‖g_u‖/‖g_v‖ on log |M_u|/|M_v| over pairs of classes of an image lies above 0 (1: norms ' +
      `in proportion to masks); ${imageRule}. ${caseRule}`,
    notebook: NOTEBOOK,
    judge: withGradients((gradients, { before: { slope } }) => {
      const interval = ofImages(gradients, ({ before }) => before.slope);
      if (slope === null || interval === null) return untestable('fewer than two clusters');
      const measured = `slope ${bracketed(slope, interval)}; ${gradients.source}`;
      return judgeCases([outcomeOf(interval, 0)], measured);
    }),
  },
  {
    id: 'norms-homogenized',
    place: 'Abstract, § 4.3, Eq. 4',
    claim: 'Dividing by |M| gives “class-wise gradient magnitude homogenization”',
    rule:
      'Two cases, of the largest over the smallest norm among the classes of an image, geometric mean: the division makes ' +
      `this range smaller (after/before below 1), and what is left is below ${ALIKE}; ${imageRule}. ${caseRule}`,
    notebook: NOTEBOOK,
    judge: withGradients((gradients, { meanRange: { before, after } }) => {
      const ratio = ofImages(gradients, ({ meanRange }) => meanRange.after / meanRange.before);
      const left = ofImages(gradients, ({ meanRange }) => meanRange.after);
      if (ratio === null || left === null) return untestable('fewer than two clusters');
      const measured =
        `range ${significant(before)} before, ${bracketed(after, left)} after; after/before ` +
        `${bracketed(after / before, ratio)}; ${gradients.source}`;
      return judgeCases([outcomeOf(ratio, 1, 'below'), outcomeOf(left, ALIKE, 'below')], measured);
    }),
  },
  {
    id: 'cheaper-than-norms',
    place: '§ 4.3',
    claim:
      'Normalizing by mask size can “notably decrease computational complexity” against gradient norms',
    rule:
      'One case: time for the gradient norms of all classes of an image over the time of one PAT gradient on it, measured ' +
      `here and now, median over the images, lies above ${NOTABLY}. ${caseRule}`,
    notebook: '09-claims',
    judge: withGradients(({ normsOverMask, source }) => {
      const { median, interval } = measuredOver([...normsOverMask]);
      if (interval === null) return untestable('fewer than two images were timed');
      const measured = `${bracketed(median, interval)} times; ${source}`;
      return judgeCases([outcomeOf(interval, NOTABLY)], measured);
    }),
  },
];

function withGradients(judge: (gradients: GradientEvidence, all: RatioStatistics) => Judgement) {
  return ({ gradients }: Evidence) =>
    gradients === undefined
      ? untestable('no gradients were measured')
      : judge(gradients, ratioStatistics(gradients.norms));
}

/** The interval of a statistic over images with at least two classes. */
function ofImages(
  { norms, clusters }: GradientEvidence,
  statistic: (drawn: RatioStatistics) => number | null,
): Interval | null {
  const names = [...new Set(norms.rows.map(({ image }) => image))];
  const clusterOf = new Map(names.map((name, i) => [name, clusters?.[i] ?? name]));
  const images = ratioStatistics(norms).ranges.map(({ image }) => image);
  const rows = images.map((name) => norms.rows.filter(({ image }) => image === name));
  return overImages(
    images.map((name) => clusterOf.get(name) ?? name),
    (drawn) => {
      // An image that is drawn twice is two images.
      const again = drawn.flatMap((i, n) => rows[i].map((row) => ({ ...row, image: `${n}` })));
      return statistic(ratioStatistics({ loss: norms.loss, rows: again }));
    },
  );
}

function bracketed(value: number, { low, high }: Interval): string {
  return `${significant(value)} [${significant(low)}, ${significant(high)}]`;
}
