import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel, loadTorchWeights, loadWeights, saveWeights } from '../../lib/models';
import type { ModelConfig } from '../../lib/models';
import { readSafetensors, writeSafetensors } from '../../lib/models/safetensors';
import type { StoredTensor } from '../../lib/models/safetensors';
import { tf } from '../../lib/backend';
import { FIXTURES } from './support';

describe('weights in files', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'weights-'));
    file = path.join(folder, 'weights.safetensors');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const tiny = (config: Partial<ModelConfig> = {}) =>
    createModel({ name: 'unet', numClasses: 2, width: 2, variant: 'authors', ...config });
  const values = (model: tf.LayersModel) => model.getWeights().map((weight) => weight.dataSync());
  const unetFile = path.join(FIXTURES, 'unet.safetensors');

  /** The U-Net's file, changed by `edit`, at `file`. */
  const edited = async (edit: (tensors: Map<string, StoredTensor>) => void) => {
    const { tensors } = await readSafetensors(unetFile);
    edit(tensors);
    await writeSafetensors(file, tensors);
  };

  it.each(['segnet', 'unet', 'attentionUnet', 'nestedUnet'] as const)(
    'gives back every bit of %s in both variants, running statistics included',
    async (name) => {
      for (const variant of ['paper', 'authors'] as const) {
        const [model, other] = [0, 1].map((seed) => tiny({ name, variant, seed }));
        tf.tidy(() => void model.apply(tf.ones([2, 16, 32, 3]), { training: true }));
        const before = tf.memory().numTensors;
        await saveWeights(model, file);
        await loadWeights(other, file);
        expect(tf.memory().numTensors).toBe(before);
        expect(values(other)).toEqual(values(model));
        model.dispose();
        other.dispose();
      }
    },
  );

  it("saves PyTorch's names and layout: what was loaded from PyTorch is saved as it came", async () => {
    const model = tiny();
    await loadTorchWeights(model, unetFile);
    await saveWeights(model, file);
    const [saved, original] = [await readSafetensors(file), await readSafetensors(unetFile)];
    for (const name of original.tensors.keys()) {
      if (name.endsWith('num_batches_tracked')) original.tensors.delete(name);
    }
    expect(new Map([...saved.tensors].sort())).toEqual(new Map([...original.tensors].sort()));
    const first = await readFile(file);
    await saveWeights(model, file);
    expect((await readFile(file)).equals(first)).toBe(true);
    model.dispose();
  });

  it('reports every missing, unexpected and misshaped tensor, and changes nothing', async () => {
    await edited((tensors) => {
      tensors.delete('encoder.0.double_conv.0.weight');
      tensors.delete('decoder.4.conv.bias');
      tensors.set('decoder.4.conv.weight', { shape: [3, 2, 1, 1], values: new Float32Array(6) });
      tensors.set('decoder.0.up.bias', { shape: [16], values: new Float64Array(16) });
      tensors.set('head.weight', { shape: [1], values: Float32Array.of(1) });
    });
    const model = tiny();
    const before = values(model);
    const error = await loadTorchWeights(model, file).catch((e: Error) => e);
    expect((error as Error).message).toBe(
      `loadTorchWeights: ${file} must hold the tensors of the model 'unet_authors', got 5 that do not fit. ` +
        'Create the model with the network, variant, width and classes of the file.\n' +
        '  missing: encoder.0.double_conv.0.weight [2,3,3,3]\n' +
        '  not float32: decoder.0.up.bias\n' +
        '  misshaped: decoder.4.conv.weight, [3,2,1,1] in the file, [2,2,1,1] in the model\n' +
        '  missing: decoder.4.conv.bias [2]\n' +
        '  unexpected: head.weight [1]',
    );
    expect(values(model)).toEqual(before);
    model.dispose();
  });

  it('tells weights of another network, width or number of classes', async () => {
    for (const config of [{ name: 'segnet' }, { width: 4 }, { numClasses: 3 }] as const) {
      const model = tiny(config);
      await expect(loadTorchWeights(model, unetFile)).rejects.toThrow('that do not fit');
      model.dispose();
    }
  });

  it('tells a truncated file and an absent one with their path', async () => {
    const whole = await readFile(unetFile);
    await writeFile(file, whole.subarray(0, whole.length - 10));
    const model = tiny();
    const before = values(model);
    await expect(loadWeights(model, file)).rejects.toThrow(/weights\.safetensors with truncated/);
    await expect(loadWeights(model, `${file}.none`)).rejects.toThrow(`ENOENT`);
    expect(values(model)).toEqual(before);
    model.dispose();
  });
});
