/** Rounds in which each side computes once while the others wait; rounds that others disturbed are repeated. */
import { cpuTimes, foreignShare } from './foreignCpu';

/** One of the things compared. */
export interface Side {
  name: string;
  /** Its process. */
  pid: number;
  /** One burst: milliseconds of a step. */
  burst: () => Promise<number>;
}

export interface Round {
  /** By the side's name. */
  milliseconds: Record<string, number>;
  /** What others used of all cores meanwhile, 0–1; null where that cannot be known. */
  foreignShare: number | null;
}

export interface RoundOptions {
  rounds: number;
  /** Rounds with a larger foreign share are repeated, at most as many as `rounds`. */
  maxForeign: number;
  signal: AbortSignal;
}

export interface Rounds {
  /** As many as asked for: the quiet ones, and the least disturbed others where those are too few. */
  used: Round[];
  /** All that were measured. */
  measured: number;
  /** Rounds above `maxForeign`, of all measured. */
  disturbed: number;
}

/** Bursts of all sides in turn; the side that begins changes from round to round. */
export async function interleave(
  sides: readonly Side[],
  { rounds, maxForeign, signal }: RoundOptions,
): Promise<Rounds> {
  const pids = [process.pid, ...sides.map(({ pid }) => pid)];
  const all: Round[] = [];
  const isQuiet = ({ foreignShare }: Round) => (foreignShare ?? 0) <= maxForeign;
  while (all.length < 2 * rounds && all.filter(isQuiet).length < rounds) {
    const before = cpuTimes(pids);
    const milliseconds: Record<string, number> = {};
    for (let i = 0; i < sides.length; i++) {
      signal.throwIfAborted();
      const side = sides[(i + all.length) % sides.length];
      milliseconds[side.name] = await side.burst();
    }
    const after = cpuTimes(pids);
    all.push({ milliseconds, foreignShare: before && after ? foreignShare(before, after) : null });
  }
  const byForeign = [...all].sort((a, b) => (a.foreignShare ?? 0) - (b.foreignShare ?? 0));
  const used = all.filter((round) => byForeign.indexOf(round) < rounds);
  return { used, measured: all.length, disturbed: all.filter((round) => !isQuiet(round)).length };
}
