import { describe, expect, it } from 'vitest';
import { stopwatch } from '../../lib/training/stopwatch';

/** Seconds counted of laps of `[wall, processors]`, in seconds. */
function counted(laps: readonly (readonly [number, number])[]): number {
  let at = { wall: 0, cpu: 0 };
  const lap = stopwatch(() => at);
  const position = { seconds: 0 };
  for (const [wall, cpu] of laps) {
    at = { wall: at.wall + 1000 * wall, cpu: at.cpu + 1000 * cpu };
    lap(position);
  }
  return position.seconds;
}

describe('stopwatch', () => {
  it('counts what was worked, and waits that are short or busy', () => {
    expect(
      counted([
        [1, 2],
        [20, 0],
        [100, 50],
      ]),
    ).toBe(121);
  });

  it('leaves out what was slept', () => {
    expect(
      counted([
        [1, 2],
        [8 * 3600, 0.5],
        [1, 1],
      ]),
    ).toBe(2.5);
  });
});
