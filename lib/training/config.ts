/** The configuration of one training run: a schema whose defaults are the paper's protocol. */
import { z } from 'zod';
import { checkKnownOptions, InputError, invalid } from '../check';
import { datasetNames } from '../datasets';
import { checkPrecision } from '../graphStep';
import { createLoss, lossNames } from '../losses';
import type { LossConfig } from '../losses';
import { networkNames } from '../models';
import type { NetworkName } from '../models';
import { storedConfig, withClassCounts } from './storedConfig';
import type { ExperimentConfig } from './types';

const where = 'experiment config';

const positive = z.number().finite().positive();
const count = z.number().int().positive();
const seed = z.number().int().safe();
const share = z.number().min(0).lt(1);

const dataset = z
  .object({
    name: z.enum(['auto', ...datasetNames]).default('synthetic'),
    root: z.string().optional(),
    size: z.tuple([count, count]).default([256, 256]),
    seed: seed.default(0),
    voidAs: z.enum(['ignore', 'class']).default('ignore'),
    splitRule: z.enum(['official', 'paper']).optional(),
    onBadSample: z.enum(['error', 'skip']).optional(),
    cache: z.enum(['none', 'memory', 'disk']).optional(),
    labels: z.union([z.literal(13), z.literal(40)]).optional(),
    numClasses: count.optional(),
    trainLength: count.optional(),
    validLength: count.optional(),
    testLength: count.optional(),
  })
  .strict();

const model = z
  .object({
    name: z.enum(networkNames as [NetworkName, ...NetworkName[]]).default('segnet'),
    width: count.default(32),
    variant: z.enum(['paper', 'authors']).default('paper'),
  })
  .strict();

const optimizer = z
  .object({
    name: z.literal('adam').default('adam'),
    learningRate: positive.default(1e-3),
    beta1: share.default(0.9),
    beta2: share.default(0.999),
    epsilon: positive.default(1e-8),
  })
  .strict();

const schedule = z
  .object({
    name: z.enum(['cosine', 'constant']).default('cosine'),
    minimum: z.number().min(0).default(0),
  })
  .strict();

const augmentation = z.union([
  z.boolean(),
  z
    .object({
      flip: z.number().min(0).max(1).optional(),
      shiftScaleRotate: z.number().min(0).max(1).optional(),
      shift: z.number().min(0).max(1).optional(),
      scale: z.number().min(0).max(0.99).optional(),
      rotate: z.number().min(0).max(180).optional(),
    })
    .strict(),
]);

const checkpoints = z
  .object({
    everySteps: count.nullable().default(null),
    everySeconds: positive.nullable().default(60),
  })
  .strict();

const logging = z
  .object({
    tensorboard: z.boolean().default(true),
    images: z.number().int().min(0).default(4),
    classStatistics: z.boolean().default(false),
  })
  .strict();

const schema = z
  .object({
    dataset: dataset.default({}),
    model: model.default({}),
    loss: z
      .object({ name: z.string().default('crossEntropy') })
      .passthrough()
      .default({}),
    epochs: count.default(100),
    batchSize: count.default(8),
    seed: seed.default(0),
    optimizer: optimizer.default({}),
    schedule: schedule.default({}),
    augmentation: augmentation.default(true),
    patience: count.nullable().default(null),
    checkpoints: checkpoints.default({}),
    execution: z.enum(['graph', 'eager']).default('graph'),
    precision: z.enum(['float32', 'bfloat16']).default('float32'),
    logging: logging.default({}),
  })
  .strict();

/**
 * Fills in the defaults, `classCounts: 'dataset'` for the losses published with the counts of the training set included.
 * The loss is checked by `createLoss`; what a run sets itself (`ignoreIndex`, `validate`, `noise`) is refused.
 *
 * @throws InputError that names the path of the wrong value, the value and what it must be.
 */
export function parseConfig(input: unknown): ExperimentConfig {
  const result = schema.safeParse(input);
  if (!result.success) throw configError(input, result.error.issues[0]);
  const config = result.data as unknown as ExperimentConfig;
  checkPrecision(where, config);
  config.loss = withClassCounts(config.loss, 'dataset');
  try {
    createLoss(countable(config.loss));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const known = `Losses: ${lossNames.join(', ')}.`;
    throw new InputError(`${where}: loss: ${error.message} ${known}`);
  }
  return config;
}

/** The same for a configuration that a run has stored: version 1.0's, too, keeps its meaning. */
export function parseStoredConfig(input: unknown): ExperimentConfig {
  return parseConfig(storedConfig(input));
}

/** As `createLoss` takes it: without the run's counts, which are not known yet. */
function countable(loss: LossConfig): LossConfig {
  if (!('classCounts' in loss) || loss.classCounts !== 'dataset') return loss;
  return { ...loss, classCounts: 'batch' };
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

function configError(input: unknown, issue: z.ZodIssue): InputError {
  const { path } = issue;
  const got = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], input);
  const name = path.join('.') || 'the whole';
  if (issue.code === 'unrecognized_keys') {
    try {
      checkKnownOptions(path.length > 0 ? `${where}: ${name}` : where, got as object, keysAt(path));
    } catch (error) {
      return error as InputError;
    }
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.unionErrors.map(({ issues }) => issues[0]);
    const deeper = inner.find((one) => one.path.length > path.length);
    if (deeper !== undefined) return configError(input, deeper);
    return invalid(where, name, inner.map(expectation).join(', or '), got);
  }
  return invalid(where, name, expectation(issue), got);
}

function expectation(issue: z.ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'integer' ? 'an integer' : `of type ${issue.expected}`;
    case 'invalid_enum_value':
      return `one of ${issue.options.join(', ')}`;
    case 'invalid_literal':
      return JSON.stringify(issue.expected);
    case 'too_small':
      return bound(issue.type, issue.inclusive ? '>=' : '>', issue.minimum);
    case 'too_big':
      return bound(issue.type, issue.inclusive ? '<=' : '<', issue.maximum);
    default:
      return `right (${issue.message})`;
  }
}

function bound(type: string, sign: string, limit: number | bigint): string {
  return type === 'array' ? `of length ${limit}` : `${sign} ${limit}`;
}

/** Names of the options of the object at `path`. */
function keysAt(path: readonly (string | number)[]): string[] {
  let type: z.ZodTypeAny = schema;
  for (const key of path) type = (shapeOf(type) as Record<string, z.ZodTypeAny>)[key];
  return Object.keys(shapeOf(type));
}

function shapeOf(type: z.ZodTypeAny): object {
  if (type instanceof z.ZodDefault)
    return shapeOf((type as z.ZodDefault<z.ZodTypeAny>).removeDefault());
  if (type instanceof z.ZodUnion) {
    const options = (type as z.ZodUnion<[z.ZodTypeAny, z.ZodTypeAny]>).options;
    return shapeOf(options.find((option) => option instanceof z.ZodObject) as z.ZodTypeAny);
  }
  return (type as z.AnyZodObject).shape as object;
}
