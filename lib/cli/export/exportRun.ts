/** What `npm run export` does once its arguments are understood. */
import path from 'node:path';
import type { tf } from '../../backend';
import { exportGraphModel, exportSavedModel } from '../../engine/exportModel';
import { makeFolder } from '../../files';
import { saveTorchWeights } from '../../models';
import { readRun } from '../../runs/trainingRuns';
import { withRunModel } from '../../training/runModel';

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
  const run = await readRun(folder);
  const { name, write } = formats[format];
  const target = path.resolve(out ?? path.join(folder, name));
  await withRunModel(where, run, (model) => write(model, target));
  process.stdout.write(`${path.relative('', target)}\n`);
  return 0;
}
