/**
 * Small networks with drawn weights in the formats of others. By hand, before `tests/fixtures/exports.py`:
 * `node_modules/.bin/tsx tests/support/exports.ts FOLDER`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tf } from '../../lib/backend';
import { exportGraphModel, exportSavedModel } from '../../lib/engine/exportModel';
import { createModel, networkNames, saveTorchWeights } from '../../lib/models';
import type { ModelVariant } from '../../lib/models/modelTypes';
import { Random } from '../../lib/random';

export const exportCases = networkNames.flatMap((name) =>
  (['paper', 'authors'] as ModelVariant[]).map((variant) => ({ name, variant })),
);

/** A network of width 2 and 3 classes for which no layer is trivial: random scales, shifts and running statistics too. */
export function drawnModel({ name, variant }: (typeof exportCases)[number]): tf.LayersModel {
  const model = createModel({ name, variant, width: 2, numClasses: 3, seed: 5 });
  drawScales(model, `${name} ${variant}`);
  return model;
}

/** Draws all weights but kernels anew: batch normalization is not the identity then, and no bias is 0. */
export function drawScales(model: tf.LayersModel, stream: string): void {
  const random = new Random(1).stream(stream);
  for (const weight of model.weights) {
    const { shape, originalName } = weight;
    if (originalName.endsWith('kernel')) continue;
    const least = /variance|gamma/.test(originalName) ? 0.5 : -0.5;
    const size = tf.util.sizeFromShape(shape as number[]);
    const values = Array.from({ length: size }, () => random.uniform(least, least + 1));
    tf.tidy(() => void weight.write(tf.tensor(values, shape as number[])));
  }
}

/** Images: (37·i mod 129)/128, those of the fixture by default. */
export function exportImages(shape: tf.Tensor4D['shape'] = [2, 32, 64, 3]): tf.Tensor4D {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor4d(
    Float32Array.from({ length: size }, (_, i) => ((37 * i) % 129) / 128),
    shape,
  );
}

/** Writes a network in all formats below `folder`; returns the SHA-256 of each file. */
export async function writeExports(
  folder: string,
  one: (typeof exportCases)[number],
): Promise<Record<string, string>> {
  const own = path.join(folder, `${one.name}-${one.variant}`);
  mkdirSync(own, { recursive: true });
  const model = drawnModel(one);
  await saveTorchWeights(model, path.join(own, 'torch.safetensors'));
  await exportSavedModel(model, path.join(own, 'savedmodel'));
  await exportGraphModel(model, path.join(own, 'tfjs'));
  model.dispose();
  const files = ['torch.safetensors', 'savedmodel/saved_model.pb'];
  return Object.fromEntries(
    files.map((file) => {
      const bytes = readFileSync(path.join(own, file));
      return [file, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
}

async function main(folder: string): Promise<void> {
  for (const one of exportCases) await writeExports(folder, one);
}

if (process.argv[1] === __filename) void main(process.argv[2]);
