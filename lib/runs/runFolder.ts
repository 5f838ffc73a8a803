/** The files of a run: `config.json`, `run.json`, `metrics.jsonl`, `checkpoints/`, `tensorboard/`, `weights.safetensors`, `record.json`. */
import { open, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../atomicFile';
import { InputError } from '../check';
import { entriesIfThere, isAbsence, isThere, toldPlainly } from '../files';
import { isReference, pluginFile } from './pluginFiles';

/** Absolute paths in a run folder. */
export interface RunPaths {
  folder: string;
  config: string;
  /** What the run is besides its configuration: see `RunFacts`. */
  facts: string;
  metrics: string;
  checkpoints: string;
  /** Of the best epoch by the first criterion, and by another one. */
  best: string;
  bestBy(criterion: string): string;
  /** Event files. */
  tensorboard: string;
  /** Files with the run's own losses and networks, where it has any. */
  plugins: string;
  weights: string;
  record: string;
  /** The batch at which the run stopped because numbers were not finite. */
  failedBatch: string;
}

export function runPaths(outDir: string): RunPaths {
  const folder = path.resolve(outDir);
  const at = (...names: string[]) => path.join(folder, ...names);
  return {
    folder,
    config: at('config.json'),
    facts: at('run.json'),
    metrics: at('metrics.jsonl'),
    checkpoints: at('checkpoints'),
    best: at('checkpoints', 'best.safetensors'),
    bestBy: (criterion) => at('checkpoints', `best-${criterion}.safetensors`),
    tensorboard: at('tensorboard'),
    plugins: at('plugins'),
    weights: at('weights.safetensors'),
    record: at('record.json'),
    failedBatch: at('failed-batch.safetensors'),
  };
}

/** Settings that every run's `config.json` has, whichever version wrote it. */
const configKeys = ['dataset', 'model', 'loss', 'epochs', 'batchSize', 'seed', 'optimizer'];

/**
 * Deletes what a run wrote, and nothing else: other files in the folder, in `checkpoints/`, `tensorboard/` and `plugins/` stay.
 *
 * @throws InputError for a folder with files of a run's names that the kit did not make.
 */
export async function clearRun(paths: RunPaths): Promise<void> {
  const where = 'runExperiment';
  const { record, weights, config, facts, metrics, checkpoints, tensorboard, failedBatch } = paths;
  // What marks the folder goes last: a clearing that is interrupted can be done again.
  const files = [record, weights, metrics, failedBatch, config, facts];
  const found = await Promise.all([...files, checkpoints].map((file) => isThere(where, file)));
  if (!found.includes(true)) return;
  if (!(await isRunFolder(paths))) {
    throw new InputError(
      `${where}: --fresh must be given for a folder of a run, got ${paths.folder}, whose config.json is none of the ` +
        "kit's: nothing was deleted. Choose another folder, or empty that one yourself.",
    );
  }
  await removeMatching(checkpoints, /^(last|previous|next|best(-\w+)?)\.safetensors(\..*\.tmp)?$/);
  await removeMatching(tensorboard, /^events\.out\.tfevents\./);
  await removeMatching(paths.plugins, await ownPlugins(paths));
  for (const file of files) await rm(file, { force: true });
}

/** Whether the kit made the folder: it has its marker, or the configuration of a run. */
async function isRunFolder({ facts, config }: RunPaths): Promise<boolean> {
  const [marker, settings] = await Promise.all([facts, config].map(objectIn));
  return marker.kit === 'pat-notebooks' || configKeys.every((key) => key in settings);
}

/** The files of the plugins that the configuration names, and of what was defined in a cell. */
async function ownPlugins({ config }: RunPaths): Promise<{ test: (name: string) => boolean }> {
  const { plugins } = await objectIn(config);
  const names = (Array.isArray(plugins) ? plugins : []).filter(isReference).map(pluginFile);
  return { test: (name) => names.includes(name) };
}

async function objectIn(file: string): Promise<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof content === 'object' ? { ...content } : {};
  } catch {
    return {};
  }
}

/** Deletes files by their names, then the folder if it is empty. */
async function removeMatching(
  folder: string,
  names: { test: (name: string) => boolean },
): Promise<void> {
  for (const { name } of await entriesIfThere('runExperiment', folder)) {
    if (names.test(name)) await rm(path.join(folder, name), { force: true });
  }
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!isAbsence(error) && error.code !== 'ENOTEMPTY') throw error;
  });
}

/** Writes a value as indented JSON, all or nothing. */
export function writeJson(file: string, value: unknown): Promise<void> {
  return writeAtomically(file, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
}

/** Appends one line and waits until it is on the disk. */
export async function appendLine(file: string, value: object): Promise<void> {
  await toldPlainly('appendLine', file, async () => {
    const handle = await open(file, 'a');
    try {
      await handle.writeFile(`${JSON.stringify(value)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}
