/**
 * The start of a run in its folder. Apart from `runFolder`, which a sweep's supervisor uses: to read a configuration takes
 * the losses, and so TensorFlow.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../check';
import { parseStoredConfig } from './config';
import { firstDifference } from './configDifference';
import { writeJson } from './runFolder';
import type { RunPaths } from './runFolder';
import type { ExperimentConfig } from './types';

/**
 * Creates the folder with its `config.json`, or checks that the one there says the same; `checkpoints`
 * and `logging` may differ. Unfinished files of a killed process are deleted.
 *
 * @throws InputError that names the first setting that differs.
 */
export async function prepareRunFolder(paths: RunPaths, config: ExperimentConfig): Promise<void> {
  await mkdir(paths.checkpoints, { recursive: true });
  const text = await readFile(paths.config, 'utf8').catch(() => undefined);
  const stored = text === undefined ? undefined : parseStoredConfig(JSON.parse(text));
  if (stored !== undefined) {
    const free = { checkpoints: undefined, logging: undefined };
    const difference = firstDifference({ ...stored, ...free }, { ...plain(config), ...free });
    if (difference !== undefined) {
      throw new InputError(
        `runExperiment: config must be that of the run in ${paths.folder}, got another: ${difference}. ` +
          'Choose another folder, or start over with --fresh.',
      );
    }
  }
  for (const folder of [paths.folder, paths.checkpoints]) {
    const left = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
    await Promise.all(left.map((name) => rm(path.join(folder, name), { force: true })));
  }
  await writeJson(paths.config, config);
}

/** As JSON holds it. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
