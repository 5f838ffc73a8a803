/** What `npm run export` does once its arguments are understood. */
import path from 'node:path';
import type { tf } from '../../backend';
import { exportGraphModel, exportSavedModel } from '../../engine/exportModel';
import { makeFolder } from '../../files';
import { createModel, loadWeights, saveTorchWeights } from '../../models';
import { parseStoredConfig } from '../../runs/config';
import { loadRunPlugins } from '../../runs/runPlugins';
import { readRun } from '../../runs/trainingRuns';
import { verifiedWeights } from '../../runs/weights';

const where = 'npm run export';

const formats: Record<string, { name: string; write: typeof exportSavedModel }> = {
  savedmodel: { name: 'savedmodel', write: exportSavedModel },
  tfjs: { name: 'tfjs', write: exportGraphModel },
  torch: {
    name: 'torch.safetensors',
    write: async (model: tf.LayersModel, file: string) => {
      await makeFolder(where, path.dirname(file));
      await saveTorchWeights(model, file);
    },
  },
};

/** Writes the network of the run in `folder`, and says where. */
export async function exportRun(
  folder: string,
  format: 'torch' | 'savedmodel' | 'tfjs',
  out?: string,
): Promise<number> {
  const { record } = await readRun(folder);
  const config = parseStoredConfig(record.config);
  loadRunPlugins(where, folder, config);
  const { name, write } = formats[format];
  const target = path.resolve(out ?? path.join(folder, name));
  const model = createModel({ ...config.model, numClasses: record.classNames.length });
  try {
    await loadWeights(model, await verifiedWeights(where, folder, record));
    await write(model, target);
  } finally {
    model.dispose();
  }
  process.stdout.write(`${path.relative('', target)}\n`);
  return 0;
}
