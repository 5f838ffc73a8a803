/**
 * The configuration of one training run, as `config.json` holds it: a schema. Its defaults: 100 epochs and seed 0 as in the paper's text; Adam at 1e-3,
 * cosine annealing by step, width 32 and 256×256 as in the authors' public code, whose augmentation is of Pet alone; the kit's
 * own for the rest, such as batches of 8, which the code leaves open.
 */
import { z } from 'zod';
import { checkKnownOptions, checkOneOf, invalid } from '../check';
import { datasetNames, ownOptions } from '../datasets';
import { voidRule } from '../datasets/datasetTypes';
import { readJsonIfThere } from '../files';
import { checkPrecision } from '../engine';
import type { LossConfig } from '../losses';
import { findNetwork, knownNetworks } from '../models';
import { configError, where } from './configErrors';
import { runPaths } from './runFolder';
import { isKnownLoss, runLossConfig } from './lossConfig';
import type { PluginInput, PluginReference } from './pluginFiles';
import { cellDefinitions, loadPlugins } from './plugins';
import { criteria } from './selection';
import { storedConfig } from './storedConfig';
import { checked } from '../schema';
import type { Inferred } from '../schema';

const positive = z.number().finite().positive();
const count = z.number().int().positive();
const seed = z.number().int().safe();
const share = z.number().min(0).lt(1);
const part = z.number().min(0).max(1);

/** Of one image, as sharp's limit for decoding is. */
const MOST_PIXELS = 2 ** 28;

const { length, ...own } = ownOptions;

const criterion = z.enum(criteria);

/** Options of `openDataset`, with one length for each split. */
const dataset = z
  .object({
    name: z.enum(['auto', ...datasetNames]).default('synthetic'),
    root: z.string().optional(),
    /** `[height, width]`; 256×256 is the authors' code's for Pet, the paper's sizes are lost. */
    size: z.tuple([count, count]).default([256, 256]),
    /** Of drawn scenes and random splits; not that of the training. */
    seed: seed.default(0),
    voidAs: voidRule.default('ignore'),
    /** Compare what the files hold, too, when a run goes on or is evaluated (default false: names and sizes). */
    checkContents: z.boolean().optional(),
    ...z.object(own).partial().shape,
    /** Synthetic only, like the other lengths. */
    trainLength: length.optional(),
    validLength: length.optional(),
    testLength: length.optional(),
  })
  .strict();

const model = z
  .object({
    /** Of the kit, or of `defineModel`; then its own options stand beside. */
    name: z.string().default('segnet'),
    /** Of 512 a network's widest layer alone takes gigabytes. */
    width: count.max(512).default(32),
    variant: z.enum(['paper', 'authors']).default('paper'),
  })
  .passthrough();

/** Its options are the loss's own, which `createLoss` checks; so are their defaults. */
const loss = z
  .object({ name: z.string().default('crossEntropy') })
  .passthrough() as unknown as z.ZodType<LossConfig>;

const optimizer = z
  .object({
    name: z.literal('adam').default('adam'),
    learningRate: positive.default(1e-3),
    /** See `AdamOptions`. */
    beta1: share.default(0.9),
    beta2: share.default(0.999),
    epsilon: positive.default(1e-8),
  })
  .strict();

const schedule = z
  .object({
    /** `'cosine'` goes from the optimizer's learning rate to `minimum` over all steps of the run. */
    name: z.enum(['cosine', 'constant']).default('cosine'),
    minimum: z.number().min(0).default(0),
  })
  .strict();

/** See `AugmentationOptions`. */
const augmentation = z.union([
  z.boolean(),
  z
    .object({
      flip: part.optional(),
      shiftScaleRotate: part.optional(),
      shift: part.optional(),
      scale: z.number().min(0).max(0.99).optional(),
      rotate: z.number().min(0).max(180).optional(),
    })
    .strict(),
]);

/** When checkpoints are written besides those at the end of each epoch; no result depends on it. */
const checkpoints = z
  .object({
    /** Null: not by steps. */
    everySteps: count.nullable().default(null),
    /** Null: not by time. */
    everySeconds: positive.nullable().default(60),
  })
  .strict();

/** What a run tells beside its record; no result depends on it. */
const logging = z
  .object({
    /** Write TensorBoard event files into `tensorboard/` of the run folder. */
    tensorboard: z.boolean().default(true),
    /** Validation samples whose predictions TensorBoard shows, the first of the split (0: none). */
    images: z.number().int().min(0).default(4),
    /** Measure `ClassStatistics` at the end of each epoch. */
    classStatistics: z.boolean().default(false),
  })
  .strict();

/** A file, or what a stored configuration says of it. */
const plugin = z.union([
  z.string(),
  z.object({
    name: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    defines: z.enum(['loss', 'model']).optional(),
  }),
]) as unknown as z.ZodType<PluginInput>;

const schema = z
  .object({
    dataset: dataset.default({}),
    model: model.default({}),
    loss: loss.default({ name: 'crossEntropy' }),
    epochs: count.default(100),
    batchSize: count.max(65_536).default(8),
    /** Of the initial weights, the order of the samples, the augmentation and a loss's noise. */
    seed: seed.default(0),
    optimizer: optimizer.default({}),
    schedule: schedule.default({}),
    /** True: that of the authors' code for Pet; false: none, as there for the others; else limits. */
    augmentation: augmentation.default(true),
    /**
     * By what the epoch is chosen whose weights are kept (default: the run's own loss); of several criteria the first, and
     * the record has the scores by the others, too. See `criteria` of `lib/runs/selection`.
     */
    selection: z.union([criterion, z.array(criterion).min(1)]).optional(),
    /** Stop after so many epochs that were not better by the first criterion of `selection` (null: never). */
    patience: count.nullable().default(null),
    checkpoints: checkpoints.default({}),
    /** Each step as one TensorFlow graph, or op by op; the results differ by rounding. */
    execution: z.enum(['graph', 'eager']).default('graph'),
    /** Of a step's convolutions; `'bfloat16'` is for execution `'graph'`, faster, and gives other numbers. */
    precision: z.enum(['float32', 'bfloat16']).default('float32'),
    logging: logging.default({}),
    /** Files with losses and networks of your own; stored as their names and hashes. */
    plugins: z.array(plugin).optional(),
  })
  .strict();

/** Every default filled in, but for those of the loss: they are the loss's own. */
export type ExperimentConfig = Omit<Inferred<typeof schema>, 'plugins'> & {
  plugins?: PluginReference[];
};

/** An `ExperimentConfig` with any setting left out; `plugins` may be paths of files. */
export type ExperimentInput = z.input<typeof schema>;

/** `'cosine'` or constant, see `learningRateAt`. */
export type Schedule = ExperimentConfig['schedule'];

/** What a run tells beside its record. */
export type LoggingConfig = ExperimentConfig['logging'];

/**
 * Fills in the defaults, `classCounts: 'dataset'` for the losses published with the counts of the training set included, and
 * runs the plugins. The loss is checked by `createLoss`; what a run sets itself (`ignoreIndex`, `validate`, `noise`, `epoch`)
 * is refused.
 *
 * @throws InputError that names the path of the wrong value, the value and what it must be.
 */
export function parseConfig(input: unknown): ExperimentConfig {
  const { plugins: asked = [], ...config } = fromSchema(input);
  const files = loadPlugins(asked);
  checkNetwork(config.model);
  config.loss = runLossConfig(config);
  const plugins = [...files, ...cellDefinitions(config)];
  return { ...config, ...(plugins.length > 0 && { plugins }) };
}

function fromSchema(input: unknown) {
  const { data: config, issue } = checked(schema, input);
  if (config === undefined) throw configError(schema, input, issue);
  const { size } = config.dataset;
  if (size[0] * size[1] > MOST_PIXELS) {
    throw invalid(where, 'dataset.size', `of at most ${MOST_PIXELS} pixels`, size);
  }
  checkPrecision(where, config);
  return config;
}

function checkNetwork(model: ExperimentConfig['model']): void {
  checkOneOf(where, 'model.name', model.name, knownNetworks());
  const own = findNetwork(model.name)?.options ?? [];
  checkKnownOptions(`${where}: model`, model, ['name', 'width', 'variant', ...own]);
}

/** The configuration in a run's folder; undefined where there is none. @throws InputError as `parseConfig`. */
export async function readConfig(
  caller: string,
  folder: string,
): Promise<ExperimentConfig | undefined> {
  const content = await readJsonIfThere(caller, runPaths(folder).config);
  return content === undefined ? undefined : parseStoredConfig(content);
}

/**
 * The same for a configuration that a run has stored: version 1.0's, too, keeps its meaning. Its plugins are not run, and a
 * loss or a network that is not known here stays as it was written: `loadRunPlugins` makes them known.
 */
export function parseStoredConfig(input: unknown): ExperimentConfig {
  const config = fromSchema(storedConfig(input)) as ExperimentConfig;
  return isKnownLoss(config.loss) ? { ...config, loss: runLossConfig(config) } : config;
}

/**
 * Applies assignments such as `loss.temperature=2` or `dataset.size=[96,128]` to a copy of `input`. A value is JSON, or
 * else a string.
 *
 * @throws InputError for an assignment without `=`, or a path through something that is no object.
 */
export function withSettings(input: unknown, settings: readonly string[]): unknown {
  const result = structuredClone(input);
  for (const setting of settings) {
    const [, path, text] = /^([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)=(.*)$/s.exec(setting) ?? [];
    if (path === undefined) {
      throw invalid(where, '--set', 'path=value', setting, 'Example: --set loss.temperature=2');
    }
    const keys = path.split('.');
    const last = keys.pop() as string;
    let target = result;
    for (const key of keys) {
      const parent = objectAt(setting, target);
      if (!Object.hasOwn(parent, key)) parent[key] = {};
      target = parent[key];
    }
    objectAt(setting, target)[last] = jsonOrText(text);
  }
  return result;
}

function objectAt(setting: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalid(where, '--set', 'a path through objects', setting);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
