/** `npm run train`: one experiment from a configuration file; the same command resumes. */
import { access, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkOneOf, InputError } from '../check';
import { parseJson } from '../files';
import type { ExperimentInput } from '../runs/config';
import { readFacts } from '../runs/facts';
import { pluginsOfFile, withPlugins } from '../runs/pluginFiles';
import { atSmallScale } from '../runs/smallScale';
import { storedConfig } from '../runs/storedConfig';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run train -- --config FILE --out DIR [--set path=value …] [--plugin FILE …] [--fresh] [--dry-run]

Trains a network as FILE (JSON, every setting has a default) says, and writes config.json, metrics.jsonl,
checkpoints/, tensorboard/, weights.safetensors (best by validation loss) and record.json into DIR. The same command
goes on with an interrupted run; the weights end up the same, bit for bit. Ctrl-C saves a checkpoint first.

  --config FILE     the configuration; without it every setting has its default
  --scale small     what FILE leaves out, at a size that fits a laptop: 96×128, width 8, 10 epochs, batches of 4 (without it the
                    paper's: 256×256, width 32, 100 epochs)
  --out DIR         the run folder
  --plugin FILE     a file with losses or networks of your own (npm run new makes one); repeatable. As "plugins": ["FILE"] in
                    the configuration, where a path may also be relative to the configuration's folder
  --set path=value  changes one setting, e.g. --set loss.temperature=2 --set dataset.size=[96,128]; repeatable
  --fresh           start over: delete what an earlier run left in DIR
  --dry-run         print the resolved configuration, the number of parameters and of steps, and an estimate of time
                    and memory from a few steps; leave no file
  --skip-setup      use what is installed, unchecked
  --help            show this`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const options = {
  config: text,
  scale: text,
  out: text,
  set: { type: 'string', multiple: true, default: [] as string[] },
  plugin: { type: 'string', multiple: true, default: [] as string[] },
  fresh: flag,
  'dry-run': flag,
} as const;

async function main(args: string[], signal: AbortSignal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values } = parseArguments('npm run train', args, options);
  const dryRun = values['dry-run'];
  if (!values.out && !dryRun) {
    throw new InputError('npm run train: --out DIR is missing. Example: --out data/runs/first');
  }
  if (values.scale !== undefined) checkOneOf('npm run train', '--scale', values.scale, ['small']);
  const content = values.config === undefined ? {} : await readConfig(values.config);
  const file = values.scale === undefined ? content : atSmallScale(content);
  const { out = '', fresh } = values;
  if (!dryRun && !fresh) await keepThreads(out);
  // Loaded late: a wrong command line must not wait for TensorFlow.
  const { withSettings } = await import('../runs/config');
  const input = withPlugins(withSettings(file, values.set), values.plugin) as ExperimentInput;
  const command = await import('./train/runTraining');
  if (dryRun) return command.dryRun(input, signal);
  return command.train(input, { outDir: out, fresh, signal });
}

/**
 * A run goes on with as many threads as it began with, so that its weights do not depend on where it was interrupted.
 * TensorFlow reads the number when it is loaded; what the environment says is left alone, and `runExperiment` notes it.
 */
async function keepThreads(out: string): Promise<void> {
  const { TF_NUM_INTRAOP_THREADS: given } = process.env;
  const facts = await readFacts('npm run train', out);
  if (given !== undefined || facts === undefined) return;
  const threads = String(facts.threads);
  process.env.TF_NUM_INTRAOP_THREADS = threads;
  process.env.TF_NUM_INTEROP_THREADS ??= threads;
  if (facts.threads === os.availableParallelism()) return;
  process.stderr.write(`threads: ${threads}, as the run began\n`);
}

/** The content of a file; what a run or a sweep wrote there keeps its meaning, version 1.0's too. */
async function readConfig(file: string): Promise<unknown> {
  const content = await readJson(file);
  const name = path.basename(file);
  const isRuns = access(path.join(path.dirname(file), 'checkpoints')).then(
    () => name === 'config.json',
    () => false,
  );
  const given = pluginsOfFile(file, content);
  return name === 'request.json' || (await isRuns) ? storedConfig(given) : given;
}

async function readJson(file: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(`npm run train: --config must be a file, got '${file}'. ${String(error)}`);
  }
  return parseJson('npm run train', file, content, 'Mend it, or name another with --config.');
}

void runCommand(main);
