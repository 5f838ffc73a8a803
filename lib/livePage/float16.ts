/** Half precision (IEEE 754 binary16), in which a page carries kernels; rounded to nearest, ties to even. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The largest finite number of binary16. */
export const LARGEST_HALF = 65504;

/** The 16 bits of each value; |value| up to `LARGEST_HALF`. */
export function toHalves(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, (value) => {
    float[0] = value;
    const [word] = bits;
    const sign = (word >>> 16) & 0x8000;
    const exponent = ((word >>> 23) & 0xff) - 112; // of the half
    if (exponent > 0) {
      const half = (exponent << 10) | ((word >>> 13) & 0x3ff);
      return sign | (half + roundUp(word & 0x1fff, 0x1000, half)); // a carry is the next exponent
    }
    if (exponent < -10) return sign;
    const mantissa = (word & 0x7fffff) | 0x800000;
    const shift = 14 - exponent;
    const half = mantissa >>> shift;
    return sign | (half + roundUp(mantissa & ((1 << shift) - 1), 1 << (shift - 1), half));
  });
}

/** 1 where what is cut off is more than half a unit, or half a one after an odd number. */
function roundUp(rest: number, middle: number, half: number): number {
  return rest > middle || (rest === middle && (half & 1) === 1) ? 1 : 0;
}

/** The values of halves. */
export function fromHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) return sign * mantissa * 2 ** -24;
    if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
    return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
  });
}
