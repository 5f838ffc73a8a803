import { describe, expect, it } from 'vitest';
import { fromHalves, LARGEST_HALF, toHalves } from '../../lib/livePage/float16';

const half = (value: number) => fromHalves(toHalves([value]))[0];

describe('half precision', () => {
  it('gives back every half', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = fromHalves(all);
    const finite = all.filter((_, i) => Number.isFinite(values[i]));
    expect(finite.length).toBe(65536 - 2048);
    const again = toHalves(fromHalves(finite));
    expect(Buffer.from(again.buffer).equals(Buffer.from(finite.buffer))).toBe(true);
  });

  it('rounds to the nearest, ties to even', () => {
    // Neighbours of 1 are 2⁻¹⁰ apart, the smallest subnormal is 2⁻²⁴.
    const unit = 2 ** -10;
    expect(half(1 + 0.5 * unit)).toBe(1);
    expect(half(1 + 1.5 * unit)).toBe(1 + 2 * unit);
    expect(half(1 + 0.51 * unit)).toBe(1 + unit);
    expect(half(2 - 0.4 * unit)).toBe(2); // a carry into the exponent
    expect(half(-0.1)).toBe(-0.0999755859375);
    expect(half(65519)).toBe(LARGEST_HALF);
    expect(half(2 ** -24)).toBe(2 ** -24);
    expect(half(2 ** -25)).toBe(0);
    expect(half(1.5 * 2 ** -25)).toBe(2 ** -24);
    expect(half(2 ** -14 - 2 ** -26)).toBe(2 ** -14); // a subnormal becomes normal
    expect(Object.is(half(-0), -0)).toBe(true);
  });
});
