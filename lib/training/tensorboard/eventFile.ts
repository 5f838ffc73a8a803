/** Event files for TensorBoard, written in large pieces so that no step waits for the disk. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { startEvent, summaryEvent, versionEvent } from './event';
import { makeFolder, toldPlainly } from '../../files';
import type { SummaryValue } from './event';
import { tfRecord } from './tfRecord';

export interface EventFile {
  /** Adds values of a step to what waits; not finite scalars are kept, TensorBoard marks them. */
  add(step: number, values: readonly SummaryValue[]): void;
  /** Appends all that waits. The file is created at the first call; after a kill its last record may be torn. */
  flush(): Promise<void>;
}

/**
 * A new event file in `folder` for a process that begins with step `firstStep`. Each process has a file of its own:
 * TensorBoard reads them in order and drops steps of earlier files from `firstStep` on.
 *
 * (tfjs-node's `summaryFileWriter` has no images, and keeps one file open per folder for the life of the process.)
 */
export function eventFile(folder: string, firstStep: number): EventFile {
  const unique = `${process.pid}.${randomBytes(4).toString('hex')}`;
  // TensorBoard reads files in the order of their names: a clock that was set back must not put this one before others.
  const ahead = Math.max(0, latestTime(folder) + 1 - Date.now());
  const file = path.join(folder, `events.out.tfevents.${Date.now() + ahead}.${unique}`);
  const now = () => (Date.now() + ahead) / 1000;
  let waiting = [tfRecord(versionEvent(now())), tfRecord(startEvent(now(), firstStep))];
  return {
    add: (step, values) => {
      waiting.push(tfRecord(summaryEvent(now(), step, values)));
    },
    flush: async () => {
      if (waiting.length === 0) return;
      const content = Buffer.concat(waiting);
      waiting = [];
      await makeFolder('eventFile', folder);
      await toldPlainly('eventFile', file, async () => {
        const handle = await open(file, 'a');
        await handle.writeFile(content).finally(() => handle.close());
      });
    },
  };
}

/** The latest time, in milliseconds, in the names of the event files of a folder and of their last changes; 0 without any. */
function latestTime(folder: string): number {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.reduce((latest, name) => {
    const [, time] = /^events\.out\.tfevents\.(\d+)\./.exec(name) ?? [];
    if (time === undefined) return latest;
    return Math.max(latest, Number(time), Math.ceil(statSync(path.join(folder, name)).mtimeMs));
  }, 0);
}
