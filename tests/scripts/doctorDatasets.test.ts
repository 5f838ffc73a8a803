/** What `npm run doctor` says of the folder that is to hold data sets. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../datasets/files';

interface Checks {
  checkDatasets: (root: string) => { status: string; value: string; remedy?: string };
}

const file = path.resolve(__dirname, '../../scripts/setup/checks.mjs');
const checks = import(pathToFileURL(file).href) as Promise<Checks>;

/** What is said of a root with these folders. */
const saidOf = (...folders: string[]) =>
  withFolderOf(folders, (root, { checkDatasets }) => ({ ...checkDatasets(root), root }));

async function withFolderOf<T>(
  folders: string[],
  use: (root: string, checks: Checks) => T,
): Promise<T> {
  const results: T[] = [];
  await withFolder(async (root) => {
    for (const folder of folders) await mkdir(path.join(root, folder), { recursive: true });
    results.push(use(root, await checks));
  });
  return results[0];
}

describe('checkDatasets', () => {
  it('names the sets of the kit', async () => {
    const { status, value } = await saidOf('camvid/CamVid/train', 'nyuv2');
    expect(status).toBe('ok');
    expect(value).toContain('camvid, nyuv2 (in ');
  });

  it('names folders of one\u2019s own, at the root and below it', async () => {
    const below = await saidOf('mine/images', 'mine/masks', 'notes');
    expect(below).toMatchObject({
      status: 'ok',
      value: `folder ${below.root}/mine (in ${below.root})`,
    });
    const itself = await saidOf('images', 'masks');
    expect(itself).toMatchObject({
      status: 'ok',
      value: `folder ${itself.root} (in ${itself.root})`,
    });
  });

  it('says of a set that is there in part what is missing', async () => {
    const { status, value, remedy } = await saidOf('camvid', 'nyuv2');
    expect(status).toBe('warning');
    expect(value).toContain('nyuv2, camvid is not whole: camvid/CamVid/train is missing');
    expect(remedy).toBe('npm run data -- download camvid');
  });

  it('tells an empty folder, a missing one and one of other things apart', async () => {
    expect((await saidOf()).value).toContain('which is empty');
    const missing = await withFolderOf([], (root, { checkDatasets }) =>
      checkDatasets(path.join(root, 'gone')),
    );
    expect(missing.value).toContain('there is no folder');
    const { status, value } = await saidOf('cat', 'dog');
    expect(status).toBe('warning');
    expect(value).toContain('which holds cat, dog');
  });
});
