/**
 * The table of losses. To add one: its file in `losses/`, its line below, its test.
 *
 *     const loss = createLoss({ name: 'pat', temperature: 2 });
 *     const value = loss(logits, labels); // differentiable by the logits
 */
import { checkKnownOptions, checkNumber, checkOneOf, invalid } from './check';
import { balancedSoftmax } from './losses/balancedSoftmax';
import { blv } from './losses/blv';
import { classBalanced, classBalancedFocal } from './losses/classBalanced';
import { crossEntropy } from './losses/crossEntropy';
import { focal } from './losses/focal';
import { ldam } from './losses/ldam';
import { pat } from './losses/pat';
import { seesaw } from './losses/seesaw';
import { averagedLoss, unaveragedLoss } from './losses/reduce';
import type {
  CommonLossOptions,
  ConfiguredLoss,
  LossDefinition,
  PixelwiseLoss,
  SegmentationLoss,
} from './losses/types';

export type { PixelwiseLoss, SegmentationLoss } from './losses/types';

const losses = {
  crossEntropy,
  focal,
  classBalanced,
  classBalancedFocal,
  balancedSoftmax,
  ldam,
  blv,
  pat,
  seesaw,
};

type Losses = typeof losses;
type OptionsOf<Definition> = Definition extends LossDefinition<infer Options> ? Options : never;

export type LossName = keyof Losses;

/** A loss by name with its options; the options are documented in the loss's file. */
export type LossConfig = {
  [Name in LossName]: { name: Name } & CommonLossOptions & OptionsOf<Losses[Name]>;
}[LossName];

/** The names `createLoss` knows, in the order of the paper's Table 1. */
export const lossNames = Object.keys(losses) as LossName[];

/**
 * Creates a loss: (logits `[B,H,W,C] float32`, labels `[B,H,W] int32`) → scalar, averaged as the loss says.
 *
 * @param config `name`, the loss's own options, `ignoreIndex` (255) and `validate` (true). Losses that take
 *   `classCounts` count the batch by default: no data set is known here. A run's default is its training split.
 * @throws InputError for an unknown name or option, or an option out of range; the loss itself throws for tensors of
 *   wrong type or shape and, while `validate` is true, for labels out of range and logits that are not finite.
 */
export function createLoss(config: LossConfig): SegmentationLoss {
  const { loss, common } = configure('createLoss', config);
  return averagedLoss(`${config.name} loss`, loss, common);
}

/** Like `createLoss`, but the loss of each pixel, not averaged: → `[B,H,W] float32`, 0 at ignored pixels. */
export function pixelwiseLoss(config: LossConfig): PixelwiseLoss {
  const { loss, common } = configure('pixelwiseLoss', config);
  return unaveragedLoss(`${config.name} loss`, loss, common);
}

function configure(
  where: string,
  config: LossConfig,
): { loss: ConfiguredLoss; common: Required<CommonLossOptions> } {
  const { name, ignoreIndex = 255, validate = true, ...options } = config;
  checkOneOf(where, 'name', name, lossNames);
  const definition = losses[name] as LossDefinition<object>;
  checkKnownOptions(`${where} ('${name}')`, options, definition.options);
  checkNumber(where, 'ignoreIndex', ignoreIndex, { integer: true });
  if (typeof validate !== 'boolean') throw invalid(where, 'validate', 'true or false', validate);
  return {
    loss: definition.configure(`${where} ('${name}')`, options),
    common: { ignoreIndex, validate },
  };
}
