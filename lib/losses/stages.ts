import { checkKnownOptions, checkNumber, invalid } from '../check';
import type { LossConfig } from '../losses';
import { losses } from './sum';
import type { LossDefinition, NamedLoss } from './lossTypes';

export interface Stage {
  /** A loss by name with its options. */
  loss: LossConfig;
  /** How many epochs it trains, ≥ 1; the last stage has none and lasts to the end. */
  epochs?: number;
}

export interface StagesOptions {
  /** At least two. */
  stages?: readonly Stage[];
  /** Whose loss to compute, from 1 on (default 1); a run sets it, so no configuration of a run has it. */
  epoch?: number;
}

/**
 * One loss until an epoch, another after:
 *
 *     L = L_1 in epochs 1 … N_1,   L_2 in epochs N_1 + 1 … N_1 + N_2,   …,   the last to the end
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar.
 * - Options: `stages`, each with a `loss` and all but the last with `epochs`; `epoch` (1). LDAM with deferred re-weighting (Cao et
 *   al. 2019) is `{ name: 'stages', stages: [{ loss: { name: 'ldam' }, epochs: 80 }, { loss: { name: 'ldam', beta: 0.9999 } }] }`.
 * - A run trains each epoch with the loss of its stage. The validation loss, which chooses the best epoch and which `patience`
 *   waits for, is that of the last stage in all epochs, so that epochs can be compared; the training losses of two stages cannot.
 * - A run refuses stages that its `epochs` never reach.
 */
export const stages: LossDefinition<StagesOptions> = {
  title: 'Stages',
  options: ['stages', 'epoch'],
  example: { stages: [{ loss: { name: 'focal' }, epochs: 1 }, { loss: { name: 'pat' } }] },
  parts: {
    of: ({ stages: list }) => losses(list),
    path: (index) => `stages[${index}].loss`,
    replaced: ({ stages: list = [], ...rest }, replaced) => ({
      stages: list.map((stage, i) => ({ ...stage, loss: replaced[i] })),
      ...rest,
    }),
    label: ({ stages: list = [] }, labels) =>
      labels.map((label, i) => stageLabel(label, lastEpoch(list, i))).join(', then '),
  },
  atEpoch: ({ stages: list = [] }, epoch) => {
    const reached = list.findIndex((_, i) => epoch <= lastEpoch(list, i));
    return list[reached].loss as NamedLoss;
  },
  configure: (where, { stages: list, epoch = 1 }, nested) => {
    if (!Array.isArray(list) || list.length < 2) {
      const remedy = "Such as [{ loss: { name: 'ldam' }, epochs: 30 }, { loss: { name: 'pat' } }].";
      throw invalid(
        where,
        'stages',
        'a list of two losses or more, all but the last with epochs',
        list,
        remedy,
      );
    }
    const given = list as readonly Stage[];
    const configured = given.map((stage, i) => {
      const place = `stages[${i}]`;
      if (typeof stage !== 'object' || stage === null) {
        throw invalid(where, place, 'an object with a loss and its epochs', stage);
      }
      checkKnownOptions(`${where}: ${place}`, stage, ['loss', 'epochs']);
      if (i < given.length - 1) {
        checkNumber(where, `${place}.epochs`, stage.epochs, { min: 1, integer: true });
      } else if (stage.epochs !== undefined) {
        const remedy = 'The last stage lasts to the end of the run.';
        throw invalid(where, `${place}.epochs`, 'absent', stage.epochs, remedy);
      }
      return nested(`${place}.loss`, stage.loss);
    });
    checkNumber(where, 'epoch', epoch, { min: 1, integer: true });
    return configured[given.findIndex((_, i) => epoch <= lastEpoch(given, i))];
  },
};

/** The last epoch of a stage, from 1 on; Infinity of the last. */
function lastEpoch(list: readonly Stage[], index: number): number {
  const before = list.slice(0, index + 1);
  return before.reduce((total, { epochs = Infinity }) => total + epochs, 0);
}

function stageLabel(label: string, last: number): string {
  return last === Infinity ? label : `${label} until epoch ${last}`;
}
