import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventFile } from '../../../lib/training/tensorboard/eventFile';
import { withFolder } from '../../datasets/files';
import { eventsIn } from './events';

describe('eventFile', () => {
  it('begins with version and start, keeps numbers and images, and writes nothing before a flush', () =>
    withFolder(async (parent) => {
      const folder = path.join(parent, 'tensorboard');
      const before = Date.now() / 1000;
      const file = eventFile(folder, 1);
      await expect(readdir(folder)).rejects.toThrow('ENOENT');
      const png = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256));
      file.add(1, [
        { tag: 'a/b', scalar: 0.5 },
        { tag: 'größe', scalar: -Infinity },
      ]);
      file.add(2 ** 40 + 3, [{ tag: 'p', image: { width: 200, height: 130, png } }]);
      await file.flush();
      await file.flush();
      const [[version, start, numbers, pictures, ...rest], ...files] = await eventsIn(folder);
      expect({ rest, files }).toEqual({ rest: [], files: [] });
      expect(version).toMatchObject({ version: 'brain.Event:2', step: 0 });
      expect(version.time).toBeGreaterThanOrEqual(before);
      expect(start).toMatchObject({ isStart: true, step: 1 });
      expect(numbers).toMatchObject({ step: 1, scalars: { 'a/b': 0.5, größe: -Infinity } });
      expect(pictures.step).toBe(2 ** 40 + 3);
      expect(pictures.images).toEqual({ p: { width: 200, height: 130, png } });
    }));

  it('comes behind those of a clock that was set back since', () =>
    withFolder(async (folder) => {
      const earlier = path.join(folder, `events.out.tfevents.${Date.now() + 3_600_000}.1.ab`);
      await writeFile(earlier, '');
      const file = eventFile(folder, 5);
      file.add(5, [{ tag: 'loss', scalar: 1 }]);
      await file.flush();
      const names = (await readdir(folder)).sort();
      expect(names).toHaveLength(2);
      expect(path.join(folder, names[0])).toBe(earlier);
      const [, [, start]] = await eventsIn(folder);
      expect(start.time).toBeGreaterThan(Date.now() / 1000 + 3599);
    }));

  it('of a later process says from which step on earlier files do not count', () =>
    withFolder(async (folder) => {
      const killed = eventFile(folder, 1);
      for (const step of [1, 2, 3]) killed.add(step, [{ tag: 'loss', scalar: step }]);
      await killed.flush();
      const [name] = await readdir(folder);
      const torn = path.join(folder, name);
      await truncate(torn, (await stat(torn)).size - 1);
      await new Promise((resolve) => setTimeout(resolve, 2)); // names are in the order of time
      const next = eventFile(folder, 2);
      next.add(2, [{ tag: 'loss', scalar: 20 }]);
      await next.flush();
      const [first, second] = await eventsIn(folder);
      expect(first.map(({ step }) => step)).toEqual([0, 1, 1, 2]);
      expect(second.map(({ step, isStart }) => [step, isStart])).toEqual([
        [0, false],
        [2, true],
        [2, false],
      ]);
    }));
});
