/**
 * From a sweep file to its runs: a base configuration and one or more grids of settings.
 *
 *     { "name": "first", "base": { "epochs": 10 },
 *       "grid": { "loss": [{ "name": "crossEntropy" }, { "name": "pat", "temperature": 2 }], "seed": [0, 1, 2] } }
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { InputError, invalid } from '../check';
import { sum } from '../statistics';
import { parseConfig } from '../runs/config';
import { checkRunIds, sweepName } from './runIds';
import type { ExperimentConfig } from '../runs/config';
import type { PluginInput } from '../runs/pluginFiles';

/** One run of a sweep. */
export interface PlannedRun {
  /** Names the run by its place in the grid, e.g. `camvid/segnet/pat-temperature=2/seed0`; its folder under `runs/`. */
  id: string;
  config: ExperimentConfig;
}

export interface SweepPlan {
  name: string;
  runs: PlannedRun[];
}

/** Setting path → its values; the runs are all combinations, the last path turning fastest. */
export type SweepGrid = Record<string, readonly unknown[]>;

/** What a sweep file holds. */
export interface SweepInput {
  /** Letters, digits, `-`, `_` and `.`. */
  name: string;
  /** Settings of every run (default: the defaults). */
  base?: Record<string, unknown>;
  /** Files with losses and networks of your own, for every run. */
  plugins?: readonly PluginInput[];
  /** One grid, or several whose runs are put together. */
  grid: SweepGrid | readonly SweepGrid[];
}

const where = 'sweep';
const axes = z.record(z.array(z.unknown()).min(1));
const schema = z
  .object({
    name: z.string().regex(sweepName),
    base: z.record(z.unknown()).default({}),
    plugins: z.array(z.unknown()).default([]),
    grid: z.union([axes, z.array(axes).min(1)]),
  })
  .strict();

/**
 * The runs of a sweep. A value that is an object is merged into the setting of the base, except for `loss`, which it
 * replaces; its key `label` names it in the id and goes no further.
 *
 * @throws InputError for a wrong file, a configuration that `parseConfig` refuses (with the id of its run), and two
 *   different runs of one id; equal ones are one run.
 */
export function parseSweep(input: unknown): SweepPlan {
  const result = schema.safeParse(input);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    const example = '{ "name": "first", "base": {}, "grid": { "seed": [0, 1] } }';
    throw new InputError(
      `${where}: ${path.join('.') || 'the file'}: ${message}. Example: ${example}`,
    );
  }
  const { name, base: settings, plugins, grid } = result.data;
  const own = (settings.plugins ?? []) as unknown[];
  const base = plugins.length > 0 ? { ...settings, plugins: [...plugins, ...own] } : settings;
  const runs = new Map<string, PlannedRun>();
  checkCount([grid].flat());
  for (const run of [grid].flat().flatMap((one) => runsOf(base, one as SweepGrid))) {
    const same = runs.get(run.id);
    if (same !== undefined && !isDeepStrictEqual(same.config, run.config)) {
      const remedy = 'Give the values a "label" that tells them apart.';
      throw invalid(where, 'grid', 'runs of different ids', run.id, remedy);
    }
    if (same === undefined) runs.set(run.id, run);
  }
  checkRunIds([...runs.keys()]);
  return { name, runs: [...runs.values()] };
}

/** More runs than anyone trains: a slip in a grid, told before its cells are made. */
const MOST_RUNS = 10_000;

function checkCount(grids: readonly SweepGrid[]): void {
  const counts = grids.map((grid) =>
    Object.values(grid).reduce((product, { length }) => product * length, 1),
  );
  const count = sum(counts);
  if (count <= MOST_RUNS) return;
  throw invalid(
    where,
    'grid',
    `one of at most ${MOST_RUNS} runs`,
    count,
    'Make several sweeps of it.',
  );
}

function runsOf(base: Record<string, unknown>, grid: SweepGrid): PlannedRun[] {
  let settings = [{ labels: [] as string[], config: base }];
  for (const [path, values] of Object.entries(grid)) {
    settings = settings.flatMap(({ labels, config }) =>
      values.map((value) => ({
        labels: [...labels, labelOf(path, value)],
        config: withValue(config, path.split('.'), withoutLabel(value)),
      })),
    );
  }
  return settings.map(({ labels, config }) => {
    const id = labels.join('/') || 'run';
    try {
      return { id, config: parseConfig(config) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${where}: run ${id}: ${error.message}`);
    }
  });
}

/** `camvid`, `pat-temperature=2`, `seed0`, `width16`. */
function labelOf(path: string, value: unknown): string {
  const key = path.slice(path.lastIndexOf('.') + 1);
  const text = isObject(value)
    ? objectLabel(value)
    : key === 'name'
      ? plain(value)
      : key + plain(value);
  return text.replace(/[^\w.=+-]+/g, '_');
}

function objectLabel({ label, name, ...rest }: Record<string, unknown>): string {
  if (typeof label === 'string') return label;
  const options = Object.entries(rest).map(([key, value]) => `${key}=${plain(value)}`);
  return [...(name === undefined ? [] : [plain(name)]), ...options].join('-');
}

function plain(value: unknown): string {
  if (Array.isArray(value))
    return value.map((one) => (isObject(one) ? partLabel(one) : plain(one))).join('x');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `pat-temperature=2`, `0.5-focal`: a term of a sum, a stage. */
function partLabel(part: Record<string, unknown>): string {
  const texts = Object.values(part).map((value) =>
    isObject(value) ? objectLabel(value) : plain(value),
  );
  return texts.join('-');
}

/** A value of a grid as it goes into the configuration. */
export function withoutLabel<Value>(value: Value): Value {
  if (!isObject(value)) return value;
  const { label, ...rest } = value;
  return typeof label === 'string' ? (rest as Value) : value;
}

/** A copy of `config` with `value` at `path`. */
function withValue(config: Record<string, unknown>, path: readonly string[], value: unknown) {
  const [key, ...rest] = path;
  const old = config[key];
  const below = isObject(old) ? old : {};
  const merged = isObject(value) && key !== 'loss' ? { ...below, ...value } : value;
  const own: unknown = rest.length > 0 ? withValue(below, rest, value) : merged;
  return { ...config, [key]: own };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
