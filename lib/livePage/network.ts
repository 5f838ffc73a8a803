/** A finished run's network as a page carries it. */
import { InputError } from '../check';
import { tf } from '../backend';
import { sizeMultiple } from '../models';
import type { TrainingRun } from '../runs/trainingRuns';
import { withRunModel } from '../training/runModel';
import { LARGEST_HALF, toHalves } from './float16';
import type { PageRun, PageWeight } from './pageTypes';

type PageNetwork = Pick<PageRun, 'topology' | 'weights' | 'values' | 'sizeMultiple'>;

/** Classes of layers that a page knows: the kit's own, and those of tfjs. */
const tfjsLayers = new Set(Object.keys(tf.layers).map((name) => name.toLowerCase()));
const isKnown = (name: string) => name.startsWith('Pat') || tfjsLayers.has(name.toLowerCase());

/**
 * Reads the network that a run kept. Kernels are halved in float16; what is one number a channel (biases, batch
 * normalization) stays float32: it is little, and running variances reach further than float16 does.
 *
 * @throws InputError for weights that are not those of the record, and for layers that no page knows.
 */
export function pageNetwork(
  where: string,
  run: Pick<TrainingRun, 'folder' | 'record'>,
  { float32 }: { float32: boolean },
): Promise<PageNetwork> {
  return withRunModel(where, run, (model, config) => {
    const foreign = model.layers.find((layer) => !isKnown(layer.getClassName()));
    if (foreign !== undefined) {
      throw new InputError(
        `${where}: run ${run.folder} must have layers of the kit or of tf.layers, got a '${foreign.getClassName()}' of its ` +
          'own, which no page knows. Leave that run out.',
      );
    }
    return {
      topology: model.toJSON() as string,
      sizeMultiple: sizeMultiple(config.model.name, config.model.variant),
      ...packed(where, model, !float32),
    };
  });
}

function packed(where: string, model: tf.LayersModel, halves: boolean) {
  const parts = model.weights.map((weight) => {
    const shape = weight.shape as number[];
    const values = weight.read().dataSync<'float32'>();
    const halved = halves && shape.length > 1;
    if (halved && values.some((value) => Math.abs(value) > LARGEST_HALF)) {
      throw new InputError(
        `${where}: ${weight.originalName} must hold values up to ${LARGEST_HALF} for float16. Use --float32.`,
      );
    }
    const entry: PageWeight = {
      ...{ name: weight.originalName, shape },
      dtype: halved ? 'float16' : 'float32',
    };
    const { buffer, byteOffset, byteLength } = halved ? toHalves(values) : values;
    return { entry, bytes: Buffer.from(buffer, byteOffset, byteLength) };
  });
  return {
    weights: parts.map(({ entry }) => entry),
    values: Buffer.concat(parts.map(({ bytes }) => bytes)).toString('base64'),
  };
}
