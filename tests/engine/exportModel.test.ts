/** Networks in the formats of others: PyTorch and TensorFlow (Python) got these logits from these very files. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { exportSavedModel } from '../../lib/engine/exportModel';
import { createModel, defineModel, loadTorchWeights, sizeMultiple } from '../../lib/models';
import { expectClose } from '../support/closeness';
import { drawnModel, exportCases, exportImages, writeExports } from '../support/exports';

type Loaded = Record<'torch' | 'tensorflow', { file: string; sha256: string; logits: number[] }>;

const fixture = path.join(__dirname, '..', 'fixtures', 'exports.json');
const expected = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, Loaded>;
const tolerance = { absolute: 1e-4, relative: 1e-5 };

describe('a network in the formats of others', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'pat-export-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(exportCases)('gives the same logits: $name, $variant', async (one) => {
    const name = `${one.name}-${one.variant}`;
    const own = path.join(folder, name);
    const files = await writeExports(folder, one);
    const model = drawnModel(one);
    const images = exportImages();
    const logits = tf.tidy(() => (model.predict(images) as tf.Tensor).dataSync<'float32'>());
    const some = logits.filter((_, i) => i % 97 === 0);
    for (const { file, sha256, logits: theirs } of Object.values(expected[name])) {
      expect(files[file]).toBe(sha256);
      expectClose(some, theirs, tolerance);
    }
    const saved = await tf.node.loadSavedModel(path.join(own, 'savedmodel'));
    const graph = await tf.loadGraphModel(`file://${path.join(own, 'tfjs', 'model.json')}`);
    // Any number of images, of any size that the network takes: odd ones where it takes them.
    const unit = sizeMultiple(one.name, one.variant);
    const other = exportImages([1, 3 * unit + 16, 48 + unit, 3]);
    for (const input of [images, other]) {
      const want = tf.tidy(() => (model.predict(input) as tf.Tensor).dataSync<'float32'>());
      const byGraph = graph.predict(input) as tf.Tensor;
      const bySaved = saved.predict({ image: input }) as unknown as { logits: tf.Tensor };
      expect(byGraph.shape).toEqual([...input.shape.slice(0, 3), 3]);
      expectClose(byGraph.dataSync(), want, tolerance);
      expectClose(bySaved.logits.dataSync(), want, tolerance);
      tf.dispose([byGraph, bySaved]);
    }
    graph.dispose();
    saved.dispose();
    if (one.variant === 'authors') {
      const again = createModel({ ...one, width: 2, numClasses: 3, seed: 9 });
      await loadTorchWeights(again, path.join(own, 'torch.safetensors'));
      const back = tf.tidy(() => (again.predict(images) as tf.Tensor).dataSync<'float32'>());
      expect(back).toEqual(logits);
      again.dispose();
    }
    model.dispose();
    tf.dispose([images, other]);
  });

  it('is told where a layer is none of the kit’s', async () => {
    defineModel('plain', (image, { numClasses }) => {
      return tf.layers
        .separableConv2d({ filters: numClasses, kernelSize: 1 })
        .apply(image) as tf.SymbolicTensor;
    });
    const model = createModel({ name: 'plain', numClasses: 3 });
    await expect(exportSavedModel(model, path.join(folder, 'plain'))).rejects.toThrow(
      'of class SeparableConv2D. Export its weights: --to torch.',
    );
    model.dispose();
  });
});
