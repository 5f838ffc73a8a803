import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import {
  createModel,
  defineModel,
  knownNetworks,
  loadWeights,
  networkTitle,
  saveWeights,
} from '../../lib/models';
import type { OwnNetworkFunction } from '../../lib/models';
import { runExperiment } from '../../lib/training/experiment';
import { parseConfig } from '../../lib/runs/config';
import { withFolder } from '../datasets/files';
import { tinyExperiment } from '../support/tinyRuns';

/** A layer class of one's own: a factor and a shift for each channel. */
class Affine extends tf.layers.Layer {
  static readonly className = 'TestAffine';
  private factor?: tf.LayerVariable;

  override build(shape: tf.Shape): void {
    const channels = [(shape as number[])[3]];
    this.factor = this.addWeight('factor', channels, 'float32', tf.initializers.ones());
    super.build(shape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return x.mul((this.factor as tf.LayerVariable).read());
  }
}
tf.serialization.registerClass(Affine);

type Symbolic = tf.SymbolicTensor;
const specs = { depth: 2 };

/** Convolutions without names, and a layer of its own. */
const plain: OwnNetworkFunction<typeof specs> = (image, { numClasses, width, depth }) => {
  let x = image;
  for (let i = 0; i < depth; i++) {
    const options = { filters: width, kernelSize: 3, padding: 'same', activation: 'relu' } as const;
    x = tf.layers.conv2d(options).apply(x) as Symbolic;
  }
  x = new Affine({}).apply(x) as Symbolic;
  return tf.layers.conv2d({ filters: numClasses, kernelSize: 1 }).apply(x) as Symbolic;
};

const valuesOf = (model: tf.LayersModel) => model.getWeights().map((w) => [...w.dataSync()]);

describe('defineModel', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('makes a network known by name, with options, a title and seeded weights', () => {
    defineModel('plain', plain, { title: 'Plain', options: specs });
    expect(knownNetworks()).toContain('plain');
    expect(networkTitle('plain')).toBe('Plain');
    const of = (settings: object) =>
      createModel({ name: 'plain', numClasses: 5, width: 4, ...settings });
    const [model, same, deeper, other] = [of({}), of({}), of({ depth: 3 }), of({ seed: 1 })];
    expect((model.predict(tf.ones([2, 7, 9, 3])) as tf.Tensor).shape).toEqual([2, 7, 9, 5]);
    expect(valuesOf(same)).toEqual(valuesOf(model));
    expect(valuesOf(other)).not.toEqual(valuesOf(model));
    expect(deeper.getWeights()).toHaveLength(model.getWeights().length + 2);
    // A network of two more layers leaves the first ones as they were.
    expect(valuesOf(deeper)[0]).toEqual(valuesOf(model)[0]);
  });

  it('has weights that are saved and loaded, whatever number tfjs gave to its layers', () =>
    withFolder(async (folder) => {
      defineModel('plain', plain, { options: specs });
      const of = (seed: number) => createModel({ name: 'plain', numClasses: 5, width: 4, seed });
      const [saved, loaded] = [of(0), of(1)];
      saved.getWeights()[2].dataSync();
      await saveWeights(saved, path.join(folder, 'plain.safetensors'));
      await loadWeights(loaded, path.join(folder, 'plain.safetensors'));
      expect(valuesOf(loaded)).toEqual(valuesOf(saved));
    }));

  it('names what is wrong with it', () => {
    const define =
      (build: unknown, description: object = {}, name = 'wrong') =>
      () => {
        defineModel(name, build as OwnNetworkFunction, description);
        return createModel({ name, numClasses: 3, width: 2 });
      };
    const withLayer = (options: object) => (image: Symbolic) =>
      tf.layers.conv2d({ filters: 3, kernelSize: 1, ...options }).apply(image);
    expect(define(plain, {}, 'unet')).toThrow("none of the networks of the kit, got 'unet'");
    expect(define(plain, {}, 'my net')).toThrow('name must be a word');
    expect(define(5)).toThrow('build must be a function');
    expect(define(plain, { sizeMultiple: 0 })).toThrow('sizeMultiple must be an integer >= 1');
    expect(define(plain, { options: { width: 3 } })).toThrow("got 'width'");
    expect(define(plain, { titel: 'x' })).toThrow("Did you mean 'title'?");
    expect(define(withLayer({ filters: 4 }))).toThrow(
      "createModel ('wrong'): logits must be a tensor of shape [B,H,W,3], one logit for each class, got [?,?,?,4].",
    );
    expect(define(() => undefined)).toThrow('got undefined');
    expect(
      define(() => {
        throw new Error('no such layer');
      }),
    ).toThrow("createModel ('wrong'): the network cannot be built: no such layer");
    const random = tf.initializers.randomNormal({});
    expect(define(withLayer({ biasInitializer: random }))).toThrow(
      "createModel: initial weights must be the same each time, got 'conv2d.0/bias'. Give its initializer a seed",
    );
    const seeded = tf.initializers.randomNormal({ seed: 3 });
    expect(define(withLayer({ biasInitializer: seeded }))).not.toThrow();
    const model = () => createModel({ name: 'wrong', numClasses: 3, depth: 3 });
    expect(model).toThrow(
      "option must be one of name, numClasses, width, inputChannels, seed, variant, got 'depth'",
    );
    expect(() => createModel({ name: 'wrong', numClasses: 3, variant: 'authors' })).toThrow(
      'variant must be one of paper',
    );
  });
});

describe('a run of a network of defineModel', () => {
  it('is checked, trained, and the same when it is done again', () =>
    withFolder(async (folder) => {
      defineModel('plain', plain, { options: specs, sizeMultiple: 4 });
      const config = { ...tinyExperiment, epochs: 1, model: { name: 'plain', width: 3, depth: 1 } };
      expect(() => parseConfig({ ...config, model: { name: 'plan' } })).toThrow(
        'experiment config: model.name must be one of segnet, unet, attentionUnet, nestedUnet',
      );
      expect(() => parseConfig({ ...config, model: { name: 'plain', dept: 1 } })).toThrow(
        "experiment config: model: option must be one of name, width, variant, depth, got 'dept'. Did you mean 'depth'?",
      );
      const [first, second] = [
        await runExperiment(config, { outDir: path.join(folder, 'a') }),
        await runExperiment(config, { outDir: path.join(folder, 'b') }),
      ];
      expect(first.weightsSha256).toBe(second.weightsSha256);
      const { plugins, model } = first.config;
      expect(model).toEqual({ name: 'plain', width: 3, variant: 'paper', depth: 1 });
      expect(plugins).toMatchObject([{ name: 'plain', defines: 'model' }]);
    }));
});
