/** What §3.2 and §4.3 say of gradient norms and mask sizes, tested by automatic differentiation. */
import { ratioStatistics } from '../analysis/gradientRatios';
import type { RatioStatistics } from '../analysis/gradientRatios';
import { significant } from '../figures/labels';
import { Random } from '../random';
import { bootstrapInterval } from '../results/bootstrap';
import type { Interval } from '../results/bootstrap';
import { untestable } from './contrasts';
import type { Evidence, GradientEvidence } from './evidence';
import { plainJudgement } from './formula';
import type { Claim, Judgement, Verdict } from './types';

const NOTEBOOK = '04-gradient-norms';
/** Largest over smallest norm in an image up to which norms are called alike. */
const ALIKE = 2;
/** Times that "notably" asks for. */
const NOTABLY = 2;

export const gradientClaims: readonly Claim[] = [
  {
    id: 'mask-size-decides',
    place: '§ 3.2, § 4.3, Eq. 2, 6–7',
    claim:
      '“Larger masks contribute more significantly”: their gradient norms are larger in proportion',
    rule:
      'Slope of log ‖g_u‖/‖g_v‖ on log |M_u|/|M_v| over pairs of classes of an image, 95 % interval by bootstrap over ' +
      'images. Holds if the interval lies above 0 and contains 1, in part if above 0.',
    notebook: NOTEBOOK,
    judge: withGradients((gradients, statistics) => {
      const slope = statistics.before.slope;
      const interval = overImages(gradients, statistics, (drawn) => drawn.before.slope);
      if (slope === null || interval === null) return untestable('fewer than two images');
      const verdict: Verdict =
        interval.low <= 0
          ? 'does not hold here'
          : interval.low <= 1 && interval.high >= 1
            ? 'holds'
            : 'holds in part';
      const measured = `slope ${bracketed(slope, interval)}; ${gradients.source}`;
      return { verdict, measured, comparisons: [], missing: [] };
    }),
  },
  {
    id: 'norms-homogenized',
    place: 'Abstract, § 4.3, Eq. 4',
    claim: 'Dividing by |M| gives “class-wise gradient magnitude homogenization”',
    rule:
      'Largest over smallest norm among the classes of an image, geometric mean, after and before the division. In part ' +
      'if the 95 % interval of after/before (bootstrap over images) lies below 1; holds if moreover the range after is ' +
      `at most ${ALIKE}.`,
    notebook: NOTEBOOK,
    judge: withGradients((gradients, statistics) => {
      const { before, after } = statistics.meanRange;
      const ratio = ({ meanRange }: RatioStatistics) => meanRange.after / meanRange.before;
      const interval = overImages(gradients, statistics, ratio);
      if (interval === null) return untestable('fewer than two images');
      const verdict: Verdict =
        interval.high >= 1 ? 'does not hold here' : after <= ALIKE ? 'holds' : 'holds in part';
      const measured =
        `range ${significant(before)} before, ${significant(after)} after; after/before ` +
        `${bracketed(after / before, interval)}; ${gradients.source}`;
      return { verdict, measured, comparisons: [], missing: [] };
    }),
  },
  {
    id: 'cheaper-than-norms',
    place: '§ 4.3',
    claim:
      'Normalizing by mask size can “notably decrease computational complexity” against gradient norms',
    rule:
      'Time for the gradient norms of all classes of an image over the time of one PAT gradient on it, measured here ' +
      `and now, median of the images. Holds from ${NOTABLY} times on.`,
    notebook: '09-claims',
    judge: withGradients(({ normsOverMask, source }) =>
      plainJudgement(
        Number(normsOverMask >= NOTABLY),
        1,
        `${significant(normsOverMask, 2)} times; ${source}`,
      ),
    ),
  },
];

function withGradients(judge: (gradients: GradientEvidence, all: RatioStatistics) => Judgement) {
  return ({ gradients }: Evidence) =>
    gradients === undefined
      ? untestable('no gradients were measured')
      : judge(gradients, ratioStatistics(gradients.norms));
}

/** A statistic of the images drawn again, each with the classes that it has; null for fewer than two. */
function overImages(
  { norms: { loss, rows } }: GradientEvidence,
  { ranges }: RatioStatistics,
  statistic: (drawn: RatioStatistics) => number | null,
): Interval | null {
  const images = ranges.map((range) => rows.filter(({ image }) => image === range.image));
  const random = new Random(0).stream('gradient images');
  const drawnAgain = (drawn: readonly number[]) => {
    // An image that is drawn twice is two images.
    const again = drawn.flatMap((i, n) => images[i].map((row) => ({ ...row, image: `${n}` })));
    return statistic(ratioStatistics({ loss, rows: again }));
  };
  return bootstrapInterval(images.length, drawnAgain, { random, resamples: 1000 });
}

function bracketed(value: number, { low, high }: Interval): string {
  return `${significant(value)} [${significant(low)}, ${significant(high)}]`;
}
