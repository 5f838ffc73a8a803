import { describe, expect, it } from 'vitest';
import type { Data } from 'plotly.js';
import { drawn } from '../../lib/print/plain';
import { logTicks } from '../../lib/print/logTicks';
import { logAxis } from '../../lib/print/style';

describe('ticks of a logarithmic axis', () => {
  it.each([
    [0.7, 33, [1, 3, 10, 30]],
    [0.5, 2.5, [0.5, 1, 2]],
    [20, 33, [20, 25, 30]],
    [1.02, 1.05, [1.02, 1.03, 1.04, 1.05]],
    [95, 140, [100, 120, 140]],
  ])('between %d and %d are at least three', (low, high, ticks) => {
    expect(logTicks(low, high)).toEqual(ticks);
  });

  it('are the axis’s own where three powers of ten lie there, and for long numbers', () => {
    for (const [low, high] of [
      [1, 900],
      [1e-9, 1e-8],
      [2, 2],
    ]) {
      expect(logTicks(low, high)).toBeUndefined();
    }
  });

  it('come from the axis’s range, else from what is drawn along it', () => {
    const data = [
      { x: [1, 2], y: [22, 31] },
      { x: [1, 2], y: [5, 7000], yaxis: 'y2' },
    ] as Data[];
    const ticks = (layout: object) => drawn({ data }, layout).layout.yaxis?.tickvals;
    expect(ticks({ yaxis: logAxis('Loss') })).toEqual([22, 24, 26, 28, 30]);
    expect(ticks({ yaxis: logAxis('Loss', { range: [-1, 0.7] }) })).toEqual([0.1, 0.3, 1, 3]);
    expect(ticks({ yaxis: logAxis('Loss', { tickvals: [7] }) })).toEqual([7]);
    expect(drawn({ data }, { yaxis2: logAxis('') }).layout.yaxis2?.tickvals).toBeUndefined();
  });
});
