/** Seconds of work, without those that the process slept. */
import type { RunPosition } from '../runs/position';

/** A longer lap in which the process did next to nothing was slept (a lid was closed, the process stopped). */
const SLEEP_MILLISECONDS = 30_000;
/** Share of the lap that the processors worked, all together. */
const IDLE_SHARE = 0.02;

/** Adds the seconds since the last call, or since it was made, to a position. */
export type Stopwatch = (position: Pick<RunPosition, 'seconds'>) => void;

/**
 * Begins to measure. Of a lap of more than 30 s in which the process used its processors less than 2 % of the time, only
 * what they worked counts.
 *
 * Option `clocks`: milliseconds on the wall and of the processors, for tests
 */
export function stopwatch(clocks: () => { wall: number; cpu: number } = processClocks): Stopwatch {
  let before = clocks();
  return (position) => {
    const now = clocks();
    const [wall, cpu] = [now.wall - before.wall, now.cpu - before.cpu];
    before = now;
    const slept = wall > SLEEP_MILLISECONDS && cpu < IDLE_SHARE * wall;
    position.seconds += (slept ? cpu : wall) / 1000;
  };
}

function processClocks(): { wall: number; cpu: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1000 };
}
