/** A loss of `defineLoss` as a definition like those of the kit. */
import type { tf } from '../backend';
import { checkNumber, checkOneOf, invalid } from '../check';
import { Random } from '../random';
import { nextNoiseSeed } from './noise';
import type { Averaging, LossContext, LossDefinition } from './lossTypes';

/**
 * Gives the value of an option from what was set, undefined where nothing was, or throws; `where` begins the error message. Build
 * it from `checkNumber`, `checkOneOf` of `lib/check`.
 */
export type OptionCheck<Value> = (value: unknown, where: string) => Value;

/** Each option by name with its default, whose type is then the option's, or with a check. */
export type OptionSpecs = Readonly<
  Record<string, number | string | boolean | readonly number[] | OptionCheck<unknown>>
>;

/** The options as the loss gets them. */
export type ResolvedOptions<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends OptionCheck<infer Value>
    ? Value
    : Specs[Name] extends number
      ? number
      : Specs[Name] extends string
        ? string
        : Specs[Name] extends boolean
          ? boolean
          : Specs[Name];
};

/** `LossFunction`, whose context also has the options. */
export type OwnLossFunction<Specs extends OptionSpecs = OptionSpecs> = (
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  context: LossContext & { options: ResolvedOptions<Specs> },
) => tf.Tensor;

/** What `defineLoss` is told beside the function; all optional. */
export interface OwnLossDescription<Specs extends OptionSpecs = OptionSpecs> {
  /** In figures and tables (default: the name). */
  title?: string;
  /** Options with their defaults or checks (default: none). */
  options?: Specs;
  /** How labels write options: `{ temperature: 'τ' }` (default: by their names). */
  symbols?: { readonly [Name in keyof Specs]?: string };
  /** How pixel losses are averaged: 'pixels', over the valid ones (default); 'mask', 1/|M| as in Eq. 4; 'elements', over B·C·H·W. */
  averaging?: Averaging;
  /** It draws noise, all from `context.noiseSeed`; then it has an option `seed`, too (default false). */
  drawsNoise?: boolean;
  /** False for a loss that is one number of the whole batch: then no curve over p is asked of it (default true). */
  perPixel?: boolean;
}

const averagings: readonly Averaging[] = ['pixels', 'mask', 'elements'];
/** What `createLoss` or a run gives a meaning of its own. */
const reserved = ['name', 'ignoreIndex', 'validate', 'noise', 'seed', 'epoch', 'classCounts'];

/** Checks and assembles it. @throws InputError naming `defineLoss`. */
export function ownDefinition<Specs extends OptionSpecs>(
  name: string,
  compute: OwnLossFunction<Specs>,
  description: OwnLossDescription<Specs>,
): LossDefinition<object> {
  const { title = name, symbols, averaging = 'pixels', perPixel } = description;
  const { drawsNoise = false } = description;
  const specs: OptionSpecs = description.options ?? {};
  const where = 'defineLoss';
  if (typeof name !== 'string' || !/^[A-Za-z]\w*$/.test(name)) {
    throw invalid(where, 'name', 'a word of letters, digits and _', name);
  }
  if (typeof compute !== 'function') {
    throw invalid(where, 'compute', 'a function (logits, labels, context) → tensor', compute);
  }
  checkOneOf(where, 'averaging', averaging, averagings);
  const taken = Object.keys(specs).find((option) => reserved.includes(option));
  if (taken !== undefined) {
    const remedy = 'Every loss has that meaning of it, or none: choose another name.';
    throw invalid(where, 'options', `none of ${reserved.join(', ')}`, taken, remedy);
  }
  return {
    title,
    options: [...Object.keys(specs), ...(drawsNoise ? ['seed'] : [])] as never[],
    symbols,
    drawsNoise,
    perPixel,
    averagesByMask: () => averaging === 'mask',
    source: sourceOf(compute, { options: specs, averaging, drawsNoise }),
    configure: (at, given) => {
      const set = given as Readonly<Record<string, unknown>>;
      const { seed = 0 } = set;
      const random = new Random(checkNumber(at, 'seed', seed, { integer: true })).stream('noise');
      const resolved = Object.entries(specs).map(([option, spec]) => [
        option,
        resolvedOption(at, option, spec, set[option]),
      ]);
      const options = Object.fromEntries(resolved) as ResolvedOptions<Specs>;
      return {
        averaging,
        compute: (logits, labels, context) => {
          const noiseSeed = drawsNoise ? (context.noiseSeed ?? nextNoiseSeed(random)) : undefined;
          return compute(logits, labels, { ...context, noiseSeed, options });
        },
      };
    },
  };
}

/** What decides the values of a definition, as text: its function as the engine has it, and what goes with it. */
export function sourceOf(compute: (...inputs: never[]) => unknown, description: object): string {
  const text = (_: string, value: unknown) => (typeof value === 'function' ? String(value) : value);
  return `${compute.toString()}\n${JSON.stringify(description, text)}`;
}

/** The value of an option: what was set, checked, or the default. */
export function resolvedOption(
  where: string,
  option: string,
  spec: OptionSpecs[string],
  value: unknown,
): unknown {
  if (typeof spec === 'function') return spec(value, where);
  if (value === undefined) return spec;
  if (typeof spec === 'number') return checkNumber(where, option, value);
  const same = Array.isArray(spec) ? Array.isArray(value) : typeof value === typeof spec;
  if (same) return value;
  const expected = Array.isArray(spec) ? 'an array' : `a ${typeof spec}`;
  throw invalid(where, option, `${expected}, such as ${JSON.stringify(spec)}`, value);
}
