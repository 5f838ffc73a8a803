/**
 * Image and label files of every format, whole and damaged, through both decoders, each in a process of its own: whole ones
 * give the values they were made of, the others the same on both routes, or an InputError that names the file.
 */
import { fork } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../datasets/files';
import { listing, numRuns, options, seed } from './support';

const worker = path.join(__dirname, 'decodeWorker.ts');
/** Without a word for so long, the process hangs; it tells every 50 cases. */
const MOST_SILENCE = 240_000;

/** A word for each case. @throws where the process failed, was ended by a signal, or hung. */
async function outcomes(kind: string, route: string, folder: string): Promise<string[]> {
  await mkdir(folder);
  const args = [kind, String(seed), String(numRuns), folder, route];
  const child = fork(worker, args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-2000)));
  let hung = false;
  const end = () => {
    hung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(end, MOST_SILENCE);
  child.on('message', () => {
    clearTimeout(timer);
    timer = setTimeout(end, MOST_SILENCE);
  });
  const ended = await new Promise((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  clearTimeout(timer);
  const bytes = (await readFile(path.join(folder, 'case'))).toString('base64').slice(0, 4000);
  expect({ ended, hung }, `${errors}\nThe case: ${bytes}`).toEqual({ ended: 0, hung: false });
  expect(listing(folder)).toEqual(['case', 'outcomes.json']);
  return JSON.parse(await readFile(path.join(folder, 'outcomes.json'), 'utf8')) as string[];
}

describe('a right value, or an InputError that names the file, for', () => {
  it.each([
    ['label files (PNG)', 'masks'],
    ['images (PNG)', 'png'],
    ['images (JPEG)', 'jpeg'],
    ['images (WebP, GIF, TIFF, BMP)', 'others'],
  ])('%s', { timeout: 2 * options.timeout }, (_, kind) =>
    withFolder(async (folder) => {
      const [native, sharp] = await Promise.all(
        ['native', 'sharp'].map((route) => outcomes(kind, route, path.join(folder, route))),
      );
      expect(native).toHaveLength(numRuns);
      const refused = native.filter((one) => one === 'refused').length;
      if (process.env.PAT_FUZZ)
        console.log(`${kind}: ${numRuns - refused} accepted, ${refused} refused`);
      expect(Math.min(refused, numRuns - refused)).toBeGreaterThan(0);
      const both = native.flatMap((one, i) =>
        one === sharp[i] ? [] : [{ case: i, native: one, sharp: sharp[i] }],
      );
      expect(both).toEqual([]);
    }),
  );
});
