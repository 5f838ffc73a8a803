/** Loads items ahead of their consumer, in order, with bounded memory and bounded concurrency. */
import os from 'node:os';
import { cellInterrupt, checkInterrupt } from '../interrupt';

export interface PrefetchOptions {
  /** Results held ahead of the consumer at most, finished or under way. */
  ahead: number;
  /** Loads under way at once (default: the number of CPU cores, at least 4). */
  concurrency?: number;
}

/**
 * Yields `load(item)` for each item, in the order of `items`, while later items load in the
 * background. When the consumer stops early (`break`, `return`, an error) no further load starts,
 * and the generator ends after those under way have settled. An error of `load` is thrown at its
 * item's turn. In a notebook an interrupt of the cell is thrown before the next result.
 */
export async function* prefetch<Item, Result>(
  items: readonly Item[],
  load: (item: Item) => Promise<Result>,
  { ahead, concurrency = Math.max(4, os.availableParallelism()) }: PrefetchOptions,
): AsyncGenerator<Result, void, undefined> {
  const window: Promise<Result>[] = [];
  /** The last load of each lane; loads of one lane run one after the other. */
  const lanes: Promise<unknown>[] = Array.from({ length: concurrency }, () => Promise.resolve());
  let next = 0;
  let stopped = false;
  const interrupt = cellInterrupt();

  const start = (index: number): Promise<Result> => {
    const lane = index % concurrency;
    const result = lanes[lane].then(() => {
      if (stopped) throw new Error('prefetch: stopped');
      return load(items[index]);
    });
    lanes[lane] = result.catch(() => undefined);
    return result;
  };
  const fill = (): void => {
    while (window.length < ahead && next < items.length) window.push(start(next++));
  };

  try {
    fill();
    for (let first = window.shift(); first !== undefined; first = window.shift()) {
      const result = await first;
      fill();
      yield result;
      await checkInterrupt(interrupt);
    }
  } finally {
    stopped = true;
    await Promise.all(lanes);
  }
}
