/**
 * Scores of drawn sets of images, of which intervals over images are made. The sets of as many images are the same for all
 * runs, so that differences are paired; a run is scored on them once, however many tables it is in.
 */
import type { PerImageCounts, ScoreName } from '../metrics';
import { Random } from '../random';
import { drawSets, percentileInterval, spread } from './bootstrap';
import type { Interval } from './bootstrap';
import { setScorer } from './perImage';

export interface DrawOptions {
  /** What the sets are drawn for: other purposes have other sets. */
  purpose: string;
  /** Of the draws (default 0). */
  seed?: number;
  /** Default 2000. */
  resamples?: number;
}

type Scores = readonly (number | null)[];

const knownSets = new Map<string, number[][]>();
const knownScores = new WeakMap<PerImageCounts, Map<string, Scores>>();

/** `score` of a run on each drawn set; null where it is not defined. */
export function drawnScores(counts: PerImageCounts, score: ScoreName, draws: DrawOptions): Scores {
  const known = knownScores.get(counts) ?? new Map<string, Scores>();
  knownScores.set(counts, known);
  return keptIn(known, JSON.stringify([score, draws]), () => {
    const scoresOf = setScorer(counts);
    return drawnSets(counts.names.length, draws).map((set) => scoresOf(set)[score]);
  });
}

function drawnSets(images: number, { purpose, seed = 0, resamples }: DrawOptions): number[][] {
  return keptIn(knownSets, JSON.stringify([images, purpose, seed, resamples]), () =>
    drawSets(images, { random: new Random(seed).stream(purpose), resamples }),
  );
}

function keptIn<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** 95 % percentile interval of the mean over the lists (of the seeds, say), set by set; null for fewer than two images. */
export function meanInterval(lists: readonly Scores[], images: number): Interval | null {
  if (images < 2) return null;
  return percentileInterval(lists[0].map((_, b) => spread(lists.map((l) => l[b]))?.mean ?? null));
}
