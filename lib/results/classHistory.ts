/**
 * The gradient of each class over a training run (§ 4.3), as the run's loss averages it.
 *
 * A run logs g_c, the gradient of the summed loss of the probe's pixels of class c, and its mean ĝ_c per pixel
 * (`training/classStatistics`). A loss that is a mean over all N pixels gives class c the gradient g_c/N; one that divides
 * each mask by its size, as PAT does in Eq. 4, gives it ĝ_c = g_c/|M_c|.
 */
import { invalid } from '../check';
import { averagesByMask, coefficientOf } from '../losses/traits';
import { classThirds, classThirdsBy } from '../metrics';
import type { ClassGroup } from '../metrics';
import type { ClassStatistics } from '../training/classStatistics';
import type { TrainingRun } from '../runs/trainingRuns';
import { maximumOf, minimumOf } from '../extremes';
import { sum } from '../statistics';

/** One class over the epochs. */
export interface ClassCourse {
  classId: number;
  className: string;
  /** |M_c| in the probe. */
  pixels: number;
  group: ClassGroup['name'];
  /** ‖g_c‖/N, or ‖ĝ_c‖ for a loss that divides by |M|. */
  norms: number[];
  /** Mean β of the true class; null for a loss other than PAT. */
  coefficients: number[] | null;
}

export interface ClassHistory {
  label: string;
  /** True where the loss divides by |M|. */
  perMask: boolean;
  epochs: number[];
  /** The classes that the probe shows, most pixels first. */
  classes: ClassCourse[];
  /** Largest over smallest norm among the classes, epoch by epoch. */
  ranges: number[];
}

/**
 * The history of a run made with `logging.classStatistics`.
 *
 * @throws InputError for a run made without.
 */
export function classHistory({ label, folder, record, epochs }: TrainingRun): ClassHistory {
  const logged = epochs.flatMap(({ epoch, classStatistics }) =>
    classStatistics === undefined ? [] : [{ epoch, ...classStatistics }],
  );
  if (logged.length === 0) {
    const expected = 'a run made with logging.classStatistics';
    throw invalid('classHistory', 'run', expected, `${label} in ${folder} without`);
  }
  const { loss } = record.config;
  const perMask = averagesByMask(loss);
  const hasCoefficient = coefficientOf(loss) !== undefined;
  const [{ pixels }] = logged;
  const total = sum(pixels);
  const normOf = ({ gradientNorm, pixelGradientNorm }: ClassStatistics, id: number) =>
    perMask ? (pixelGradientNorm[id] ?? NaN) : (gradientNorm[id] ?? NaN) / total;
  const classes = groupsOf(pixels).map(({ classId, group }): ClassCourse => {
    return {
      classId,
      className: record.classNames[classId],
      pixels: pixels[classId],
      group,
      norms: logged.map((statistics) => normOf(statistics, classId)),
      // Runs of version 1.0 have a β of PAT's defaults whatever their loss.
      coefficients: hasCoefficient
        ? logged.map(({ coefficient }) => coefficient?.[classId] ?? NaN)
        : null,
    };
  });
  const ranges = logged.map((_, i) => {
    const norms = classes.map(({ norms: all }) => all[i]);
    return maximumOf(norms) / minimumOf(norms);
  });
  return { label, perMask, epochs: logged.map(({ epoch }) => epoch), classes, ranges };
}

/** Head, body and tail by the pixels of the probe. */
function groupsOf(pixels: readonly number[]) {
  return classThirdsBy(pixels).flatMap((classes, i) =>
    classes.map((classId) => ({ classId, group: classThirds[i] })),
  );
}
