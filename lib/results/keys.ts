/** Strings that are equal for runs that differ in nothing but what a comparison leaves out. */
import { partsOf } from '../losses/traits';
import { criteriaOf } from '../runs/selection';
import type { ResultRecord } from './records';

/** What a run was asked to do, which split of its data is scored, and how its logits were decided. */
export type Placed = Pick<ResultRecord, 'config' | 'split' | 'decision'>;

/** Settings that change no score: how a run is driven, and where its data lies. */
const withoutEffect = ['seed', 'checkpoints', 'logging', 'execution'];
const dataWithoutEffect = ['root', 'cache'];

/** Three keys of one run, each leaving out more. */
export interface RunKeys {
  /** All that a score depends on but the seed. */
  key: string;
  /** The key without the loss and the decision: runs that share it differ in those and the seed alone. */
  setting: string;
  /** The key without network and loss. */
  scheme: string;
}

/**
 * @param data which data the run is of, the first line of each key (default: unknown, as in a plan, and no such line)
 */
export function runKeys({ config, split, decision }: Placed, data?: string): RunKeys {
  const shared = sharedSettings(config, split);
  const model = { ...config.model, name: 'segnet' };
  const withoutLoss = { ...shared, loss: null, plugins: networkPlugins(config) };
  const whole = { ...shared, decision }; // no key at all in JSON where the highest logit decides
  const [key, setting, scheme] = [whole, withoutLoss, { ...withoutLoss, model }].map(
    (value) => (data === undefined ? '' : `${data}\n`) + stableJson(value),
  );
  return { key, setting, scheme };
}

/** Definitions of networks alone: a file of the user's or a cell's loss is what the run's loss differs in. */
function networkPlugins({ plugins = [] }: Placed['config']) {
  const networks = plugins.filter(({ defines }) => defines === 'model');
  return networks.length > 0 ? networks : undefined; // no key at all in JSON
}

/** A key as a plan has it: which data it is of is not known before there are runs. */
export function plannedKey(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}

/** A name for random draws. Records that name no data have the draws that they had before records did. */
export function drawsName(key: string): string {
  return key.startsWith('~') ? plannedKey(key) : key;
}

/** Equal for a loss whatever its options, but for the authors' variant and PAT's 1/|M|: those are losses of their own. */
export function lossFamily(loss: { name: string }): string {
  const variant = 'variant' in loss ? loss.variant : undefined;
  const normalizer = 'normalizer' in loss ? loss.normalizer : undefined;
  return stableJson([loss.name, variant, normalizer, ...partsOf(loss).map(lossFamily)]);
}

/** What scores depend on, without the seed; of several criteria for the kept epoch the one that decided. */
export function sharedSettings(
  config: Placed['config'],
  split: Placed['split'],
): Record<string, unknown> {
  return {
    ...without(config, withoutEffect),
    ...(config.selection && { selection: criteriaOf(config)[0] }), // no key at all in JSON where there was none
    dataset: datasetSettings(config.dataset),
    split,
  };
}

/** What images and labels depend on. */
export function datasetSettings(dataset: Placed['config']['dataset']): Record<string, unknown> {
  return without(dataset, dataWithoutEffect);
}

function without(value: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** JSON with the keys of every object in order. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
