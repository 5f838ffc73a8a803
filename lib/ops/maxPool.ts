/**
 * 2×2 max pooling of stride 2, and the unpooling that undoes it (Badrinarayanan et al., TPAMI 2017, §3). Among equal
 * values the first in row order is the maximum, as in PyTorch. An odd last row or column is a window of its own:
 * `[B,H,W,C]` ↔ `[B,⌈H/2⌉,⌈W/2⌉,C]`.
 */
import { tf } from '../backend';
import { differentiable } from './differentiable';
import { exampleValues, valueAndGradients } from './example';
import { FusedOp } from './fusedOp';
import {
  boolAttribute,
  executeOp,
  executeSingleOp,
  intAttribute,
  stringAttribute,
  typeAttribute,
} from './raw';

type Pool = (x: tf.Tensor4D) => tf.Tensor4D;
type Unpool = (x: tf.Tensor4D, features: tf.Tensor4D, pooled: tf.Tensor4D) => tf.Tensor4D;
/** Values per window to the positions of the maxima of the features, zero elsewhere. */
type Route = (values: tf.Tensor4D) => tf.Tensor4D;

const WINDOW = { filterSize: 2, strides: 2, pad: 'same' } as const;
const ONE_DNN = ['_MklNativeMaxPool', '_MklNativeMaxPoolGrad'];

/** The maximum of each window. */
export const maxPool = new FusedOp<Pool>({
  name: 'max pooling',
  native: [{ ops: ONE_DNN, cpuOnly: true, run: nativePool }],
  portable: (x) => tf.maxPool(x, 2, 2, 'same'),
  example: (run) =>
    EXAMPLE_SIZES.flatMap((size) => valueAndGradients(run, [exampleValues<tf.Tensor4D>(size)])),
});

/**
 * `x` `[B,⌈H/2⌉,⌈W/2⌉,C]`, the features before `[B,H,W,C]` and after max pooling → each value of `x` at its window's
 * maximum, zero elsewhere, `[B,H,W,C]`. Differentiable in `x` only, as the positions are constants.
 */
export const maxUnpool = new FusedOp<Unpool>({
  name: 'max unpooling',
  native: [{ ops: [...ONE_DNN, 'AvgPool'], cpuOnly: true, run: nativeUnpool }],
  portable: portableUnpool,
  example: (run) =>
    EXAMPLE_SIZES.flatMap((size) => {
      const features = exampleValues<tf.Tensor4D>(size);
      const pooled = tf.maxPool(features, 2, 2, 'same');
      const x = exampleValues<tf.Tensor4D>(pooled.shape).add<tf.Tensor4D>(2);
      return valueAndGradients((x) => run(x, features, pooled), [x]);
    }),
});

/** Even and odd sides; channels below and at the width of oneDNN's blocks. */
const EXAMPLE_SIZES = [
  [2, 4, 6, 3],
  [1, 5, 3, 16],
];

function nativePool(x: tf.Tensor4D): tf.Tensor4D {
  return differentiable({
    inputs: [x],
    forward(save) {
      const [y, positions] = positionedPool(x);
      save(x, y, positions);
      return y;
    },
    backward: (dy, [x, y, positions]) => [positionedRoute(x, y, positions)(dy)],
  });
}

/** The gradient of max pooling is the same routing, so its op does the work. */
function nativeUnpool(x: tf.Tensor4D, features: tf.Tensor4D): tf.Tensor4D {
  return differentiable({
    inputs: [x],
    forward(save) {
      const [pooled, positions] = positionedPool(features);
      save(features, pooled, positions);
      return positionedRoute(features, pooled, positions)(x);
    },
    backward: (dy, [features, pooled, positions]) => [
      gather(dy, x.shape, positionedRoute(features, pooled, positions)),
    ],
  });
}

function portableUnpool(x: tf.Tensor4D, features: tf.Tensor4D, pooled: tf.Tensor4D): tf.Tensor4D {
  // WebGL's MaxPoolGrad takes the last of equal values for the maximum.
  const route = tf.getBackend() === 'webgl' ? comparedRoute : gradientRoute;
  return differentiable({
    inputs: [x],
    forward(save) {
      save(features, pooled);
      return route(features, pooled)(x);
    },
    backward: (dy, [features, pooled]) => [gather(dy, x.shape, route(features, pooled))],
  });
}

function gradientRoute(features: tf.Tensor, pooled: tf.Tensor): Route {
  return (values) => {
    const inputs = { dy: values, input: features, output: pooled };
    return tf.engine().runKernel('MaxPoolGrad', inputs, WINDOW);
  };
}

/** The same from comparisons alone: right on every backend, and slower. */
export function comparedRoute(features: tf.Tensor, pooled: tf.Tensor): Route {
  const [batch, height, width, channels] = features.shape as tf.Tensor4D['shape'];
  const [, rows, columns] = pooled.shape as tf.Tensor4D['shape'];
  const beyond = [0, 2 * rows - height, 2 * columns - width, 0];
  const edges = beyond.map((count): [number, number] => [0, count]);
  return (values) =>
    tf.tidy(() => {
      const even = features.pad(edges, -3e38); // [B,2h,2w,C], below every value
      const windows = even.reshape([batch, rows, 2, columns, 2 * channels]); // the two columns side by side
      let isFree: tf.Tensor = tf.onesLike(pooled);
      const parts = [0, 1].map((row) => {
        const pair = windows.slice([0, 0, row], [-1, -1, 1]).reshape([batch, rows, columns, -1]);
        return [0, 1].map((column) => {
          const place = pair.slice([0, 0, 0, column * channels], [-1, -1, -1, channels]);
          const isFirst = place.equal(pooled).toFloat().mul(isFree); // [B,h,w,C]
          isFree = isFree.sub(isFirst);
          return isFirst.mul(values);
        });
      });
      const lines = parts.map((pair) => tf.concat(pair, 3).expandDims(2)); // [B,h,1,w,2C] each
      const whole = tf
        .concat(lines, 2)
        .reshape<tf.Tensor4D>([batch, 2 * rows, 2 * columns, channels]);
      return whole.slice([0, 0, 0, 0], [batch, height, width, channels]);
    });
}

/** The value of `dy` `[B,H,W,C]` at each maximum, `pooledShape` `[B,⌈H/2⌉,⌈W/2⌉,C]`. */
function gather(dy: tf.Tensor4D, pooledShape: tf.Tensor4D['shape'], route: Route): tf.Tensor4D {
  const average = (values: tf.Tensor) => tf.avgPool(values as tf.Tensor4D, 2, 2, 'same');
  const [, height, width] = dy.shape;
  // One value per window remains; the mean over a window of n has 1/n of it, and n < 4 at an odd edge.
  if (height % 2 === 0 && width % 2 === 0) return average(dy.mul(route(tf.fill(pooledShape, 4))));
  const mask = route(tf.ones(pooledShape)); // [B,H,W,C]
  return average(dy.mul(mask)).div(average(mask));
}

/** The maxima, and oneDNN's record of where they were. */
function positionedPool(x: tf.Tensor4D): [tf.Tensor4D, tf.Tensor] {
  return executeOp('_MklNativeMaxPool', attributes(x), [x], 2) as [tf.Tensor4D, tf.Tensor];
}

function positionedRoute(features: tf.Tensor, pooled: tf.Tensor, positions: tf.Tensor): Route {
  return (values) => {
    const inputs = [features, pooled, values, positions];
    return executeSingleOp('_MklNativeMaxPoolGrad', attributes(features), inputs) as tf.Tensor4D;
  };
}

function attributes(x: tf.Tensor) {
  return {
    T: typeAttribute(x),
    ksize: intAttribute([1, 2, 2, 1]),
    strides: intAttribute([1, 2, 2, 1]),
    padding: stringAttribute('SAME'),
    data_format: stringAttribute('NHWC'),
    workspace_enabled: boolAttribute(true),
    _kernel: stringAttribute('MklNameChangeOp'),
  };
}
