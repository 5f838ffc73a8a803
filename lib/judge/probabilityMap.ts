/** Numbers of each pixel and class, read from a file of one image and given out pixel by pixel. */
import { described, invalid } from '../check';
import { readRawTensor } from '../models/safetensors';
import { floatsOf, readNpy } from './npy';
import type { FloatArray } from './npy';

export const layouts = ['hwc', 'chw'] as const;
/** `[H,W,C]` or `[C,H,W]`. */
export type Layout = (typeof layouts)[number];

/** Where the numbers of one image lie. */
export interface FloatSource {
  file: string;
  /** Of a safetensors file; absent: a .npy file. */
  tensor?: string;
}

/** Bytes of an element of the dtypes that are read. */
export const floatTypes = { F32: 4, F16: 2 } as const;

export interface ProbabilityMap {
  height: number;
  width: number;
  /** Copies the numbers of `count` pixels from pixel `from` on to `out`, `[count, C]`. */
  read: (from: number, count: number, out: Float32Array) => void;
}

/**
 * Reads the numbers of one image: `[H,W,C]` or `[C,H,W]`, also with a leading 1, float16 or float32.
 *
 * @throws InputError that names the file, for another shape too
 */
export async function readProbabilityMap(
  { file, tensor }: FloatSource,
  { layout, numClasses }: { layout: Layout; numClasses: number },
): Promise<ProbabilityMap> {
  const { shape: stored, values } =
    tensor === undefined ? await readNpy(file) : await readTensor(file, tensor);
  const shape = stored.length === 4 && stored[0] === 1 ? stored.slice(1) : stored;
  const [height, width, channels] = layout === 'hwc' ? shape : [shape[1], shape[2], shape[0]];
  if (shape.length !== 3 || channels !== numClasses) {
    const expected = layout === 'hwc' ? `[H,W,${numClasses}]` : `[${numClasses},H,W]`;
    const other = layout === 'hwc' ? 'chw' : 'hwc';
    const got = described(`[${stored.join(',')}] in ${file}`);
    throw invalid(
      'judge',
      'shape',
      expected,
      got,
      `Give --layout ${other} where that is its layout.`,
    );
  }
  return { height, width, read: readerOf(values, { layout, pixels: height * width, numClasses }) };
}

async function readTensor(file: string, tensor: string): Promise<FloatArray> {
  const { dtype, shape, bytes } = await readRawTensor(file, tensor, floatTypes);
  return { shape, values: floatsOf(bytes, dtype === 'F32') };
}

function readerOf(
  values: Float32Array | Uint16Array,
  { layout, pixels, numClasses }: { layout: Layout; pixels: number; numClasses: number },
): ProbabilityMap['read'] {
  if (values instanceof Float32Array && layout === 'hwc') {
    return (from, count, out) => {
      out.set(values.subarray(from * numClasses, (from + count) * numClasses));
    };
  }
  const numbers = values instanceof Float32Array ? undefined : halfFloats();
  const [pixelStep, classStep] = layout === 'hwc' ? [numClasses, 1] : [1, pixels];
  return (from, count, out) => {
    for (let c = 0; c < numClasses; c++) {
      let at = from * pixelStep + c * classStep;
      if (numbers === undefined) {
        for (let i = 0; i < count; i++, at += pixelStep) out[i * numClasses + c] = values[at];
      } else {
        for (let i = 0; i < count; i++, at += pixelStep)
          out[i * numClasses + c] = numbers[values[at]];
      }
    }
  };
}

let halves: Float32Array | undefined;

/** Every half float by its bits (IEEE 754-2019, binary16). */
function halfFloats(): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0
      ? sign * fraction * 2 ** -24
      : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
  return halves;
}

/**
 * The same at another size, bilinear with aligned pixel centres (as `torch.nn.functional.interpolate` without
 * `align_corners`).
 */
export function resizedMap(
  map: ProbabilityMap,
  numClasses: number,
  height: number,
  width: number,
): ProbabilityMap {
  const columns = Array.from({ length: width }, (_, x) => neighbours(x, width, map.width));
  const [upper, lower] = [0, 1].map(() => new Float32Array(map.width * numClasses));
  let [upperAt, lowerAt] = [-1, -1];
  return {
    height,
    width,
    read(from, count, out) {
      let to = 0;
      for (let i = from; i < from + count; i++) {
        const rows = neighbours(Math.floor(i / width), height, map.height);
        if (rows.first !== upperAt) map.read(rows.first * map.width, map.width, upper);
        if (rows.second !== lowerAt) map.read(rows.second * map.width, map.width, lower);
        [upperAt, lowerAt] = [rows.first, rows.second];
        const { first, second, share } = columns[i % width];
        const [left, right] = [first * numClasses, second * numClasses];
        for (let c = 0; c < numClasses; c++, to++) {
          const above = upper[left + c] * (1 - share) + upper[right + c] * share;
          const below = lower[left + c] * (1 - share) + lower[right + c] * share;
          out[to] = above * (1 - rows.share) + below * rows.share;
        }
      }
    },
  };
}

function neighbours(index: number, outputs: number, inputs: number) {
  const place = Math.max(0, ((index + 0.5) * inputs) / outputs - 0.5);
  const first = Math.min(Math.floor(place), inputs - 1);
  return { first, second: Math.min(first + 1, inputs - 1), share: place - first };
}
