/**
 * The start of a run in its folder. Apart from `runFolder`, which a sweep's supervisor uses: to read a configuration takes
 * the losses, and so TensorFlow.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { deviceReport } from '../backend';
import { InputError } from '../check';
import { readConfig } from '../runs/config';
import type { ExperimentConfig } from '../runs/config';
import { firstDifference } from '../runs/configDifference';
import { dataDifference } from '../runs/dataIdentity';
import type { DataIdentity, IdentifiedData } from '../runs/dataIdentity';
import { readFacts, writeFacts } from '../runs/facts';
import type { RunFacts } from '../runs/facts';
import { writeJson } from '../runs/runFolder';
import type { RunPaths } from '../runs/runFolder';
import { pluginDifference, writePlugins } from '../runs/pluginFiles';
import { readRecord } from '../runs/record';
import type { RunRecord } from '../runs/record';

const where = 'runExperiment';

/** What a run begins with, or goes on with. */
export interface PreparedRun {
  facts: RunFacts;
  /** Of a run that has ended. */
  finished?: RunRecord;
}

/**
 * Creates the folder with its `config.json` and `run.json`, or checks that those there say the same: `checkpoints`,
 * `logging`, `dataset.cache` and `dataset.checkContents` may differ, threads may with a note. Unfinished files of a killed process are
 * deleted.
 *
 * @throws InputError that names the first setting, class or sample that differs.
 */
export async function prepareRunFolder(
  paths: RunPaths,
  config: ExperimentConfig,
  data: IdentifiedData | undefined,
  onNote: (text: string) => void,
): Promise<PreparedRun> {
  await checkConfig(paths, config);
  const stored = await readFacts(where, paths.folder);
  const finished = await readRecord(paths.folder);
  const before = stored?.data ?? finished?.data;
  if (before && data) checkData(paths, [before, data.identity], [stored?.listing, data.listing]);
  const threads = deviceReport().threads;
  if (stored !== undefined && finished === undefined && stored.threads !== threads) {
    onNote(
      `threads: ${threads}, ${stored.threads} when the run began: its weights will differ in the last digits from those ` +
        `of a run without interruption (TF_NUM_INTRAOP_THREADS=${stored.threads} keeps them)`,
    );
  }
  await mkdir(paths.checkpoints, { recursive: true });
  for (const folder of [paths.folder, paths.checkpoints]) {
    const left = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
    await Promise.all(left.map((name) => rm(path.join(folder, name), { force: true })));
  }
  await writePlugins(paths.folder, config.plugins);
  await writeJson(paths.config, config);
  const facts: RunFacts = {
    kit: 'pat-notebooks',
    threads: stored?.threads ?? threads,
    data: withContents(before, data?.identity),
    listing: data?.listing ?? stored?.listing ?? {},
    trainingPixels: stored?.trainingPixels ?? finished?.trainingPixels,
  };
  await writeFacts(paths.folder, facts);
  return { facts, finished };
}

/**
 * Keeps the pixels of each class in the training split with the run, or compares them with those kept: label files of the
 * same sizes may say something else.
 *
 * @throws InputError that names the first class that differs.
 */
export async function keepTrainingPixels(
  { folder }: RunPaths,
  facts: RunFacts,
  trainingPixels: number[],
  classNames: readonly string[],
): Promise<void> {
  const before = facts.trainingPixels;
  if (before === undefined) return writeFacts(folder, { ...facts, trainingPixels });
  const id = trainingPixels.findIndex((pixels, i) => pixels !== before[i]);
  if (id < 0) return;
  const pixels = `${trainingPixels[id]} pixels of class ${id}, '${classNames[id]}' (was ${before[id]})`;
  throw otherData(folder, `the label files of the train split hold ${pixels}`);
}

async function checkConfig(paths: RunPaths, config: ExperimentConfig): Promise<void> {
  const stored = await readConfig(where, paths.folder);
  if (stored === undefined) return;
  const other = pluginDifference(paths.folder, stored.plugins, config.plugins);
  if (other !== undefined) {
    throw new InputError(
      `${where}: plugins must be those of the run in ${paths.folder}, got ${other} ` +
        'Or choose another folder, or start over with --fresh.',
    );
  }
  const difference = firstDifference(comparable(stored), comparable(plain(config)));
  if (difference === undefined) return;
  throw new InputError(
    `${where}: config must be that of the run in ${paths.folder}, got another: ${difference}. ` +
      'Choose another folder, or start over with --fresh.',
  );
}

function checkData(
  { folder }: RunPaths,
  [before, given]: readonly [DataIdentity, DataIdentity],
  [was = {}, is]: readonly [RunFacts['listing'] | undefined, RunFacts['listing']],
): void {
  const difference = dataDifference(before, given, { listings: [was, is] });
  if (difference !== undefined) throw otherData(folder, difference);
}

function otherData(folder: string, difference: string): InputError {
  return new InputError(
    `${where}: data must be those that the run in ${folder} began with, got others: ${difference}. ` +
      'Put them back (PAT_DATA_DIR, dataset.root), choose another folder, or start over with --fresh.',
  );
}

/** Without what may differ. */
function comparable(config: ExperimentConfig) {
  const dataset = { ...config.dataset, checkContents: undefined, cache: undefined };
  return { ...config, dataset, checkpoints: undefined, logging: undefined };
}

/** The data as they are now, with digests of contents that only the run's earlier start had made. */
function withContents(
  before: DataIdentity | undefined,
  now: DataIdentity | undefined,
): DataIdentity | undefined {
  if (before === undefined || now === undefined) return now ?? before;
  const kept = (name: 'train' | 'valid' | 'test') => {
    const { contents } = before.splits[name] ?? {};
    const split = now.splits[name];
    return split && { [name]: { ...(contents && { contents }), ...split } };
  };
  const splits = { ...now.splits, ...kept('train'), ...kept('valid'), ...kept('test') };
  return { ...now, splits };
}

/** As JSON holds it. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
