/**
 * The start of a run in its folder. Apart from `runFolder`, which a sweep's supervisor uses: to read a configuration takes
 * the losses, and so TensorFlow.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../check';
import { readConfig } from '../runs/config';
import { writeJson } from '../runs/folder';
import type { RunPaths } from '../runs/folder';
import type { ExperimentConfig } from '../runs/config';
import { firstDifference } from '../runs/configDifference';
import { pluginDifference, writePlugins } from '../runs/pluginFiles';

/**
 * Creates the folder with its `config.json`, or checks that the one there says the same; `checkpoints`
 * and `logging` may differ. Unfinished files of a killed process are deleted.
 *
 * @throws InputError that names the first setting that differs.
 */
export async function prepareRunFolder(paths: RunPaths, config: ExperimentConfig): Promise<void> {
  await mkdir(paths.checkpoints, { recursive: true });
  const stored = await readConfig('runExperiment', paths.folder);
  if (stored !== undefined) {
    const other = pluginDifference(paths.folder, stored.plugins, config.plugins);
    if (other !== undefined) {
      throw new InputError(
        `runExperiment: plugins must be those of the run in ${paths.folder}, got ${other} ` +
          'Or choose another folder, or start over with --fresh.',
      );
    }
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
  await writePlugins(paths.folder, config.plugins);
  await writeJson(paths.config, config);
}

/** As JSON holds it. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
