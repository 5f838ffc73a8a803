/**
 * The table of losses. To add one: its file in `losses/`, its line below, its fixture in `tests/fixtures/losses/`.
 *
 *     const loss = createLoss({ name: 'pat', temperature: 2 });
 *     const value = loss(logits, labels); // differentiable by the logits
 */
import { checkKnownOptions, checkNumber, checkOneOf, invalid } from './check';
import { balancedSoftmax } from './losses/balancedSoftmax';
import { blv } from './losses/blv';
import { classBalanced, classBalancedFocal } from './losses/classBalanced';
import { crossEntropy } from './losses/crossEntropy';
import { dice } from './losses/dice';
import { focal } from './losses/focal';
import { jaccard } from './losses/jaccard';
import { ldam } from './losses/ldam';
import { lovasz } from './losses/lovasz';
import { ownDefinition } from './losses/ownLoss';
import type { OptionSpecs, OwnLossDescription, OwnLossFunction } from './losses/ownLoss';
import { pat } from './losses/pat';
import { averagedLoss, pixelLoss, unaveragedLoss } from './losses/reduce';
import { seesaw } from './losses/seesaw';
import { stages } from './losses/stages';
import { sum } from './losses/sum';
import { tversky } from './losses/tversky';
import type {
  CommonLossOptions,
  ConfiguredLoss,
  LossDefinition,
  NamedLoss,
  PixelwiseLoss,
  SegmentationLoss,
  UnaveragedLoss,
} from './losses/lossTypes';

export type {
  LossContext,
  LossFunction,
  PixelwiseLoss,
  SegmentationLoss,
  UnaveragedLoss,
} from './losses/lossTypes';
export type { OptionSpecs, OwnLossDescription, OwnLossFunction } from './losses/ownLoss';

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
  dice,
  jaccard,
  tversky,
  lovasz,
  sum,
  stages,
};

type Losses = typeof losses;
type OptionsOf<Definition> = Definition extends LossDefinition<infer Options> ? Options : never;

/** A loss of the kit. */
export type LossName = keyof Losses;

/** A loss of the kit by name with its options; they are documented in the loss's file. */
export type BuiltInLossConfig<Name extends LossName = LossName> = {
  [One in LossName]: { name: One } & CommonLossOptions & OptionsOf<Losses[One]>;
}[Name];

/** A loss of your own by name, `defineLoss`, with the options that it was defined with. */
export interface OwnLossConfig extends CommonLossOptions {
  name: string;
  [option: string]: unknown;
}

/** A loss by name with its options. Only calls can tell a misspelt loss of the kit from one of your own: they throw. */
export type LossConfig = BuiltInLossConfig | OwnLossConfig;

/** Refuses, where the name is that of a loss of the kit, options that it does not have. */
export type StrictLossConfig<Config extends LossConfig> = Config extends { name: infer Name }
  ? Name extends LossName
    ? BuiltInLossConfig<Name> & {
        [Key in Exclude<keyof Config, keyof BuiltInLossConfig<Name>>]: never;
      }
    : unknown
  : never;

/** The losses of the kit, in the order of the table. The eight of the paper: `paperLosses` in `lib/paper`. */
export const lossNames = Object.keys(losses) as LossName[];

/** Losses of `defineLoss`. */
const ownLosses = new Map<string, LossDefinition<object>>();

/** All names that `createLoss` knows now: those of the kit, then those of `defineLoss`. */
export function knownLosses(): string[] {
  return [...lossNames, ...ownLosses.keys()];
}

/** What is known of a loss; undefined for a name that is none, or not defined yet. */
export function findLoss(name: string): LossDefinition<object> | undefined {
  return isBuiltIn(name) ? losses[name] : ownLosses.get(name);
}

const isBuiltIn = (name: string): name is LossName => Object.hasOwn(losses, name);

/**
 * Makes a loss of your own known by name, differentiated automatically: `createLoss`, `pixelwiseLoss`, `lossCurves`, `trainBriefly`,
 * `runExperiment`, sweeps, figures and tables take it from then on.
 *
 *     defineLoss('myPat', (logits, labels, { valid, options }) => …, { options: { temperature: 1 } });
 *     createLoss({ name: 'myPat', temperature: 2 });
 *
 * @param name as configurations have it. A loss of your own may be defined again, as when a cell runs twice: what was
 *   created before stays as it is. The names of the kit's are taken.
 * @param compute logits `[B,H,W,C] float32`, labels `[B,H,W] int32` → the loss of each pixel, `[B,H,W]`, or a scalar, as
 *   `LossFunction` says. Its context also has the resolved `options`.
 * @param description all optional, see `OwnLossDescription`.
 * @throws InputError for a name that is taken or no identifier, or a wrong description.
 */
export function defineLoss<Specs extends OptionSpecs = Record<never, never>>(
  name: string,
  compute: OwnLossFunction<Specs>,
  description: OwnLossDescription<Specs> = {},
): void {
  if (typeof name === 'string' && isBuiltIn(name)) {
    throw invalid('defineLoss', 'name', 'none of the losses of the kit', name, 'Choose another.');
  }
  ownLosses.set(name, ownDefinition(name, compute, description));
}

/**
 * Creates a loss: (logits `[B,H,W,C] float32`, labels `[B,H,W] int32`) → scalar, averaged as the loss says.
 *
 * @param config `name`, the loss's own options, `ignoreIndex` (255) and `validate` (true). Losses that take
 *   `classCounts` count the batch by default: no data set is known here. A run's default is its training split.
 * @throws InputError for an unknown name or option, or an option out of range; the loss itself throws for tensors of
 *   wrong type or shape and, while `validate` is true, for labels out of range and logits that are not finite.
 */
export function createLoss<const Config extends LossConfig>(
  config: Config & StrictLossConfig<Config>,
): SegmentationLoss {
  const { loss, common } = configure('createLoss', config);
  return averagedLoss(`${config.name} loss`, loss, common);
}

/**
 * Like `createLoss`, but the loss of each pixel, not averaged: → `[B,H,W] float32`, 0 at ignored pixels.
 *
 * @throws InputError as `createLoss`; when called, for a loss that is one number of the whole batch.
 */
export function pixelwiseLoss<const Config extends LossConfig>(
  config: Config & StrictLossConfig<Config>,
): PixelwiseLoss {
  const { loss, common } = configure('pixelwiseLoss', config);
  return pixelLoss(`${config.name} loss`, loss, common);
}

/**
 * The loss before averaging: that of each pixel as `pixelwiseLoss`, or, where no pixel has one, the one number of the batch.
 *
 * @throws InputError as `createLoss`.
 */
export function lossBeforeAveraging<const Config extends LossConfig>(
  config: Config & StrictLossConfig<Config>,
): UnaveragedLoss {
  const { loss, common } = configure('lossBeforeAveraging', config);
  return unaveragedLoss(`${config.name} loss`, loss, common);
}

function configure(
  where: string,
  config: LossConfig,
): { loss: ConfiguredLoss; common: Required<CommonLossOptions> } {
  const { ignoreIndex = 255, validate = true, ...own }: CommonLossOptions = config ?? {};
  const loss = configureNamed(where, '', own);
  checkNumber(where, 'ignoreIndex', ignoreIndex, { integer: true });
  if (typeof validate !== 'boolean') throw invalid(where, 'validate', 'true or false', validate);
  return { loss, common: { ignoreIndex, validate } };
}

/** `path` is where the loss stands in another: '' or `terms[0].loss`. */
function configureNamed(where: string, path: string, config: unknown): ConfiguredLoss {
  const at = path === '' ? '' : `${path}.`;
  if (typeof config !== 'object' || config === null) {
    throw invalid(where, path, "a loss, such as { name: 'pat' }", config);
  }
  const { name, ...options } = config as NamedLoss;
  checkOneOf(where, `${at}name`, name, knownLosses());
  const definition = findLoss(name) as LossDefinition<object>;
  const here = path === '' ? `${where} ('${name}')` : `${where}: ${path} ('${name}')`;
  checkKnownOptions(here, options, definition.options);
  return definition.configure(here, options, (inner, nested) =>
    configureNamed(where, `${at}${inner}`, nested),
  );
}
