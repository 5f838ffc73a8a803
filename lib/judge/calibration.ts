/**
 * How far probabilities are to be believed: expected calibration error (C. Guo, G. Pleiss, Y. Sun, K. Weinberger: On
 * calibration of modern neural networks. ICML 2017) and its form for each class (M. Kull and others: Beyond temperature
 * scaling. NeurIPS 2019).
 */

/** Bins of equal width: [0, 1/15), …, [14/15, 1]. */
export const BINS = 15;

/** The bin of a probability 0 … 1. */
export function binOf(probability: number): number {
  const bin = (probability * BINS) | 0;
  return bin < BINS ? bin : BINS - 1;
}

/** Of each bin the pixels, Σ probability and Σ right, one behind the other; several such parts for several classes. */
export type CalibrationSums = Float64Array;

/** Room for the sums of so many classes, or of the highest class alone. */
export const calibrationSums = (parts = 1): CalibrationSums => new Float64Array(3 * BINS * parts);

/** Adds a pixel. */
export function addToBin(
  sums: CalibrationSums,
  part: number,
  probability: number,
  isRight: boolean,
): void {
  const at = 3 * (part * BINS + binOf(probability));
  sums[at] += 1;
  sums[at + 1] += probability;
  if (isRight) sums[at + 2] += 1;
}

/** Σ over the bins of |Σ right − Σ probability| / pixels; NaN without a pixel. */
export function calibrationError(sums: CalibrationSums, part = 0): number {
  let [gap, pixels] = [0, 0];
  for (let bin = 0; bin < BINS; bin++) {
    const at = 3 * (part * BINS + bin);
    gap += Math.abs(sums[at + 2] - sums[at + 1]);
    pixels += sums[at];
  }
  return gap / pixels;
}

/** The mean over the classes of the calibration error of each class's probability; null without a pixel. */
export function classwiseError(sums: CalibrationSums): number | null {
  const classes = sums.length / (3 * BINS);
  let total = 0;
  for (let c = 0; c < classes; c++) total += calibrationError(sums, c);
  return Number.isNaN(total) ? null : total / classes;
}

/** A bin of a reliability diagram. */
export interface ReliabilityBin {
  from: number;
  to: number;
  pixels: number;
  /** Mean probability and share right; null without a pixel. */
  confidence: number | null;
  accuracy: number | null;
}

export function reliabilityBins(sums: CalibrationSums): ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const [pixels, probability, right] = sums.subarray(3 * bin, 3 * bin + 3);
    const some = pixels > 0;
    return {
      from: bin / BINS,
      to: (bin + 1) / BINS,
      pixels,
      confidence: some ? probability / pixels : null,
      accuracy: some ? right / pixels : null,
    };
  });
}
