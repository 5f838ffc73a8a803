import { setImmediate, setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefetch } from '../../lib/datasets/prefetch';

const range = (length: number) => Array.from({ length }, (_, i) => i);

describe('prefetch', () => {
  it('keeps the order of the items and both bounds, whatever finishes first', async () => {
    const bound = fc.integer({ min: 1, max: 6 });
    const delays = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(delays, bound, bound, async (items, ahead, concurrency) => {
        let running = 0;
        let mostRunning = 0;
        let started = 0;
        let received = 0;
        let mostAhead = 0;
        const load = async (index: number) => {
          started += 1;
          running += 1;
          mostRunning = Math.max(mostRunning, running);
          mostAhead = Math.max(mostAhead, started - received);
          for (let i = 0; i < items[index]; i++) await setImmediate();
          running -= 1;
          return index;
        };
        const seen: number[] = [];
        for await (const index of prefetch(range(items.length), load, { ahead, concurrency })) {
          received += 1;
          seen.push(index);
        }
        expect(seen).toEqual(range(items.length));
        expect(mostRunning).toBeLessThanOrEqual(concurrency);
        expect(mostAhead).toBeLessThanOrEqual(ahead + 1);
      }),
      { numRuns: 40 },
    );
  });

  it('loads ahead while the consumer is busy', async () => {
    const started: number[] = [];
    const load = (index: number) => Promise.resolve(started.push(index));
    for await (const first of prefetch(range(9), load, { ahead: 3 })) {
      await setTimeout(1);
      expect(first).toBe(1);
      expect(started).toEqual([0, 1, 2, 3]);
      break;
    }
  });

  it('starts nothing more after the consumer stops, and waits for what is under way', async () => {
    let started = 0;
    let ended = 0;
    const load = async () => {
      started += 1;
      await setTimeout(2);
      ended += 1;
    };
    const results = prefetch(range(100), load, { ahead: 20, concurrency: 2 });
    await results.next();
    await results.return();
    expect(ended).toBe(started);
    const before = started;
    await setTimeout(20);
    expect(started).toBe(before);
    expect(started).toBeLessThanOrEqual(4);
  });

  it('throws an error at its item, after the results before it', async () => {
    const load = (index: number) =>
      index === 2 ? Promise.reject(new Error('bad item')) : Promise.resolve(index);
    const seen: number[] = [];
    const read = async () => {
      for await (const index of prefetch(range(6), load, { ahead: 6 })) seen.push(index);
    };
    await expect(read()).rejects.toThrow('bad item');
    expect(seen).toEqual([0, 1]);
  });
});
