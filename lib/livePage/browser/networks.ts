/** The networks of the page: the kit's own layers, with the weights of the runs. */
import { tf } from '../../backend';
import '../../models/layers';
import '../../models/maxPooling';
import { fromHalves } from '../float16';
import type { PageRun, PageWeight } from '../pageTypes';
import { bytesOf } from './images';

/** Image → logits `[H,W,C]`, row-major. */
export type Network = (pixels: ImageData) => Promise<Float32Array>;

/**
 * WebGL where a graphics card does it, else the CPU, which is faster than WebGL in software; `#webgl` or `#cpu` in the page's
 * address chooses.
 */
export async function startBackend(): Promise<string> {
  const asked = location.hash.slice(1);
  const names = asked === 'cpu' || (asked !== 'webgl' && isSoftware()) ? ['cpu'] : ['webgl', 'cpu'];
  // One program for all sizes of an op: compiling programs is most of the first prediction.
  tf.env().set('WEBGL_USE_SHAPES_UNIFORMS', true);
  await tf.setBackend('cpu'); // there for single pixels in any case
  for (const name of names) {
    if (await tf.setBackend(name).catch(() => false)) return name;
  }
  throw new Error('Neither WebGL nor the CPU backend of TensorFlow.js works in this browser.');
}

/** Whether WebGL is computed without a graphics card, or not at all. */
function isSoftware(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  if (!gl || !info) return gl === null;
  const renderer = String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer);
}

/** Builds the network of a run. */
export async function loadNetwork(run: PageRun): Promise<Network> {
  const topology = JSON.parse(run.topology) as Parameters<typeof tf.models.modelFromJSON>[0];
  const model = await tf.models.modelFromJSON(topology);
  const values = stored(run);
  for (const weight of model.weights) {
    const { shape, of } = values.get(weight.originalName) ?? missing(weight.originalName);
    tf.tidy(() => void weight.write(tf.tensor(of, shape)));
  }
  return async ({ data: rgba, height, width }) => {
    const image = Float32Array.from(
      { length: height * width * 3 },
      (_, i) => rgba[((i / 3) | 0) * 4 + (i % 3)] / 255,
    );
    const logits = tf.tidy(
      () =>
        model.apply(tf.tensor4d(image, [1, height, width, 3]), { training: false }) as tf.Tensor,
    );
    try {
      return (await logits.data()) as Float32Array;
    } finally {
      logits.dispose();
    }
  };
}

function stored({ weights, values }: PageRun): Map<string, { shape: number[]; of: Float32Array }> {
  const buffer = bytesOf(values);
  let at = 0;
  const read = ({ shape, dtype }: PageWeight) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const from = at;
    at += size * (dtype === 'float16' ? 2 : 4);
    const part = buffer.slice(from, at); // of its own: a typed array begins at a multiple of its element
    return dtype === 'float16' ? fromHalves(new Uint16Array(part)) : new Float32Array(part);
  };
  return new Map(weights.map((weight) => [weight.name, { shape: weight.shape, of: read(weight) }]));
}

function missing(name: string): never {
  throw new Error(`The page lacks the weight ${name}.`);
}
