import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuTimes, foreignShare, ownMiB, peakMiB } from '../../lib/measurement/foreignCpu';
import { interleave } from '../../lib/measurement/interleave';
import { Peer } from '../../lib/measurement/peer';

describe('interleave', () => {
  const never = new AbortController().signal;

  it('lets one side compute at a time, each first in turn', async () => {
    const order: string[] = [];
    const side = (name: string, ms: number) => ({
      name,
      pid: process.pid,
      burst: () => Promise.resolve(order.push(name) && ms),
    });
    const sides = [side('a', 1), side('b', 2), side('c', 3)];
    const { used, measured } = await interleave(sides, { rounds: 3, maxForeign: 1, signal: never });
    expect(order.join('')).toBe('abcbcacab');
    expect(measured).toBe(3);
    expect(used.map(({ milliseconds }) => milliseconds)).toEqual(
      Array.from({ length: 3 }, () => ({ a: 1, b: 2, c: 3 })),
    );
  });

  it('stops between two bursts', async () => {
    const side = { name: 'a', pid: process.pid, burst: () => Promise.resolve(1) };
    const options = { rounds: 3, maxForeign: 1, signal: AbortSignal.abort() };
    await expect(interleave([side], options)).rejects.toThrow(/abort/);
  });
});

describe('foreignCpu', () => {
  it('counts as foreign what is busy and not own', () => {
    const before = { total: 1000, busy: 500, own: 100 };
    expect(foreignShare(before, { total: 1200, busy: 650, own: 150 })).toBeCloseTo(0.5);
    expect(foreignShare(before, { total: 1200, busy: 650, own: 260 })).toBe(0);
    expect(foreignShare(before, before)).toBe(0);
  });

  it.skipIf(!existsSync('/proc/stat'))('reads time and memory of a process (needs /proc)', () => {
    const before = cpuTimes([process.pid])!;
    const end = performance.now() + 100;
    while (performance.now() < end); // computes
    const after = cpuTimes([process.pid])!;
    expect(after.own).toBeGreaterThan(before.own);
    expect(after.total).toBeGreaterThan(before.total);
    const resident = process.memoryUsage.rss() / 2 ** 20;
    expect(peakMiB(process.pid)!).toBeGreaterThanOrEqual(resident / 2);
    const own = ownMiB(process.pid)!;
    const more = Buffer.alloc(64 * 2 ** 20, 1);
    expect(ownMiB(process.pid)! - own).toBeGreaterThan(60);
    expect(own + more.length / 2 ** 20).toBeLessThan(peakMiB(process.pid)!); // Node's own file is mapped, too
  });
});

describe('Peer', () => {
  const signal = new AbortController().signal;
  const node = (code: string) => new Peer('the test', process.execPath, ['-e', code], signal);

  it('asks line by line', async () => {
    const peer = node(`require('readline').createInterface({ input: process.stdin })
      .on('line', (line) => console.log(JSON.stringify({ line })))`);
    expect(await peer.ask('one')).toEqual({ line: 'one' });
    expect(await peer.ask('two')).toEqual({ line: 'two' });
    peer.stop();
  });

  it('tells what the process said when it ended', async () => {
    await expect(node(`throw new Error('no luck')`).ask('x')).rejects.toThrow(
      /the test ended: [^]*no luck/,
    );
  });
});
