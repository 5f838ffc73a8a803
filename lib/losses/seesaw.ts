import type { tf } from '../backend';
import { checkNumber } from '../check';
import { checkClassCounts, classCountTensor, countRatios, largestRatio } from './classCounts';
import type { ClassCounts } from './classCounts';
import { crossEntropyTerm, LARGEST_FACTOR, ownEntries, rowsOfLabels } from './odds';
import type { LossDefinition, PixelBatch } from './lossTypes';

export interface SeesawOptions {
  /** p ≥ 0, how far a frequent class spares rarer ones; 0 turns it off (default 0.8). */
  mitigation?: number;
  /** q ≥ 0, how far a class is pushed back that is likelier than the true one; 0 turns it off (default 2). */
  compensation?: number;
  /** n_c (default `'batch'`; a run's default is `'dataset'`). */
  classCounts?: ClassCounts;
}

/** σ_y is taken no smaller than this. */
const SMALLEST_OWN = 0.01;

/** (1/`SMALLEST_OWN`)^q, the largest compensation, stays safe in float32 up to this q. */
const LARGEST_COMPENSATION = 8;

/**
 * Seesaw loss (Wang et al. 2021), on pixels:
 *
 *     L = (1/V) · Σ CE(z + log S_y),   S_{y,y} = 1,   S_{y,j} = min(1, (ñ_j/ñ_y)^p) · max(1, (σ_j/max(σ_y, 0.01))^q)
 *
 * with ñ_c = max(n_c, 1) and σ = softmax(z), a constant for the gradient. The first factor lets a frequent class y push rarer
 * ones j down less, the second one more where j is the likelier class.
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `mitigation` p (0.8), `compensation` q (2), `classCounts` ('batch').
 * - The published loss counts instances since training began, which comes to the training set's share of each class: a run's
 *   default. Its separate objectness and normalized linear layer belong to detection and are left out.
 */
export const seesaw: LossDefinition<SeesawOptions> = {
  title: 'Seesaw',
  options: ['mitigation', 'compensation', 'classCounts'],
  symbols: { mitigation: 'p', compensation: 'q' },
  stopsGradient: ({ compensation = 2 }) => compensation !== 0,
  configure: (where, { mitigation = 0.8, compensation = 2, classCounts = 'batch' }) => {
    checkNumber(where, 'mitigation', mitigation, { min: 0 });
    checkNumber(where, 'compensation', compensation, { min: 0 });
    const given = checkClassCounts(where, classCounts);
    return {
      averaging: 'pixels',
      terms: (batch) => {
        const counts = classCountTensor(where, given, batch); // [C]
        const isSafe =
          largestRatio(given, batch) ** mitigation <= LARGEST_FACTOR &&
          compensation <= LARGEST_COMPENSATION;
        // As factors on the odds they lose no digit; beyond a safe size their logarithms go to the logits.
        if (isSafe) {
          const factor =
            compensation === 0 ? undefined : excess(batch).pow<tf.Tensor2D>(compensation);
          const prior = countRatios(counts, mitigation).minimum<tf.Tensor2D>(1);
          return { prior, factor, formula: crossEntropyTerm };
        }
        const logRatios = countRatios(counts, 1).log().minimum(0).mul<tf.Tensor2D>(mitigation);
        const offset = rowsOfLabels(logRatios, batch.labels).add<tf.Tensor2D>(
          excess(batch).log().mul(compensation),
        );
        return { offset, formula: crossEntropyTerm };
      },
    };
  },
};

/** max(1, σ_j/max(σ_y, 0.01)), `[N,C]`; anything at ignored pixels. */
function excess({ logits, labels }: PixelBatch): tf.Tensor2D {
  const probabilities = logits.softmax<tf.Tensor2D>();
  const own = ownEntries(probabilities, labels).maximum(SMALLEST_OWN).expandDims(1);
  return probabilities.div(own).maximum(1);
}
