import { checkKnownOptions, checkNumber, invalid } from '../check';
import type { LossConfig } from '../losses';
import type { LossDefinition, NamedLoss } from './lossTypes';

export interface SumTerm {
  /** Factor on the loss, any finite number (default 1). */
  weight?: number;
  /** A loss by name with its options. */
  loss: LossConfig;
}

export interface SumOptions {
  /** At least one. */
  terms?: readonly SumTerm[];
}

/**
 * Weighted sum of losses:
 *
 *     L = Σ_i weight_i · L_i
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar. Each loss averages as it does alone.
 * - Options: `terms`, each with a `weight` (1) and a `loss`: `{ name: 'sum', terms: [{ loss: { name: 'pat' } }, { weight: 0.5, loss:
 *   { name: 'jaccard' } }] }` is PAT + 0.5·Jaccard. Terms may be sums or stages themselves.
 * - It has a loss of each pixel where all its terms have one. Terms that draw noise draw different noise from the seed that the
 *   sum is called with, the first the same as alone.
 * - Errors name the place: `terms[1].loss.name`.
 */
export const sum: LossDefinition<SumOptions> = {
  title: 'Sum',
  options: ['terms'],
  example: {
    terms: [
      { weight: 1, loss: { name: 'pat' } },
      { weight: 0.5, loss: { name: 'focal', gamma: 1 } },
    ],
  },
  parts: {
    of: ({ terms }) => losses(terms),
    path: (index) => `terms[${index}].loss`,
    replaced: ({ terms = [] }, replaced) => ({
      terms: terms.map((term, i) => ({ ...term, loss: replaced[i] })),
    }),
    label: ({ terms = [] }, labels) =>
      labels.map((label, i) => termLabel(label, i, terms)).join(''),
  },
  configure: (where, { terms }, nested) => {
    if (!Array.isArray(terms) || terms.length === 0) {
      const remedy =
        "Such as [{ weight: 1, loss: { name: 'pat' } }, { weight: 0.5, loss: { name: 'focal' } }].";
      throw invalid(where, 'terms', 'a list of one loss or more with their weights', terms, remedy);
    }
    return {
      sum: (terms as readonly SumTerm[]).map((term, i) => {
        const place = `terms[${i}]`;
        if (typeof term !== 'object' || term === null) {
          throw invalid(where, place, 'an object with a weight and a loss', term);
        }
        checkKnownOptions(`${where}: ${place}`, term, ['weight', 'loss']);
        const weight = checkNumber(where, `${place}.weight`, term.weight ?? 1);
        return { weight, loss: nested(`${place}.loss`, term.loss) };
      }),
    };
  },
};

/** The losses of a list of terms or stages; none where it is not one, which `configure` tells. */
export function losses(list: unknown): readonly NamedLoss[] {
  if (!Array.isArray(list)) return [];
  const found = list.map((one: { loss?: unknown } | null | undefined) => one?.loss);
  return found.every(isNamed) ? found : [];
}

function isNamed(loss: unknown): loss is NamedLoss {
  return typeof loss === 'object' && loss !== null && 'name' in loss;
}

/** `PAT`, ` + 0.5·Jaccard`, ` − (PAT, τ = 2)`. */
function termLabel(label: string, index: number, terms: readonly SumTerm[]): string {
  const { weight = 1 } = terms[index];
  const size = Math.abs(weight) === 1 ? '' : `${Math.abs(weight)}·`;
  const sign = weight < 0 ? '−' : '+';
  const lead = index > 0 ? ` ${sign} ` : weight < 0 ? sign : '';
  return `${lead}${size}${/[ ,]/.test(label) ? `(${label})` : label}`;
}
