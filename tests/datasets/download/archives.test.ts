import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { extractArchive } from '../../../lib/datasets/download/archives';
import { tarBytes, zipBytes } from './archiveBytes';
import { withFolder } from '../files';

const members = /^set\/(.+)$/;
const good = [
  { path: 'set/', type: 'Directory' as const },
  { path: 'set/a.txt', content: 'first' },
  { path: 'set/deep/b.txt', content: 'second'.repeat(5000) },
  { path: 'set/empty.txt' },
  { path: 'set/._a.txt', content: 'of macOS' },
  { path: 'other/c.txt', content: 'not wanted' },
];

/** Unpacks `bytes`; the folder beside it holds a bystander that must stay as it is. */
async function extract(
  file: string,
  bytes: Buffer,
  use: (folder: string, extracted: Promise<number>) => Promise<void>,
  limit = 1e6,
): Promise<void> {
  await withFolder(async (root) => {
    const archive = path.join(root, file);
    const folder = path.join(root, 'target');
    await mkdir(folder);
    await writeFile(archive, bytes);
    await writeFile(path.join(root, 'bystander'), 'untouched');
    await use(folder, extractArchive(archive, folder, { members, limit }));
    expect(await readFile(path.join(root, 'bystander'), 'utf8')).toBe('untouched');
    expect((await readdir(root)).sort()).toEqual(['bystander', file, 'target'].sort());
  });
}

describe.each([
  ['good.tar.gz', tarBytes(good)],
  ['good.tar', tarBytes(good, { gzip: false })],
  ['good.zip', zipBytes(good)],
])('%s', (file, bytes) => {
  it('gives the wanted files, whole', () =>
    extract(file, bytes, async (folder, extracted) => {
      expect(await extracted).toBe(3);
      expect((await readdir(folder)).sort()).toEqual(['a.txt', 'deep', 'empty.txt']);
      expect(await readFile(path.join(folder, 'a.txt'), 'utf8')).toBe('first');
      expect(await readFile(path.join(folder, 'deep/b.txt'), 'utf8')).toBe('second'.repeat(5000));
    }));

  it('is refused when it unpacks to more than the limit', () =>
    extract(
      file,
      bytes,
      (_, extracted) => expect(extracted).rejects.toThrow('unpacks to more than 20000 bytes'),
      20_000,
    ));
});

it('reports damage: a cut tar.gz, a cut tar, a zip without its end, other content', async () => {
  const cut = (bytes: Buffer, length: number) => bytes.subarray(0, length);
  const damaged: [string, Buffer][] = [
    ['a.tar.gz', cut(tarBytes(good), 150)],
    ['a.tar', cut(tarBytes(good, { gzip: false }), 512 * 4 + 100)],
    ['a.zip', cut(zipBytes(good), 500)],
    ['b.tar.gz', Buffer.from('<html>Please sign in</html>')],
  ];
  for (const [file, bytes] of damaged) {
    await extract(file, bytes, (_, extracted) =>
      expect(extracted).rejects.toThrow(`${file} is damaged or no`),
    );
  }
});

it('reports a zip member that is not as long as it claims', () =>
  extract('a.zip', zipBytes(good, { claimedSize: 3 }), (_, extracted) =>
    expect(extracted).rejects.toThrow('a.zip is damaged'),
  ));

const outside = [
  '../bystander',
  'set/../../bystander',
  '/tmp/pat-evil',
  'set\\..\\..\\bystander',
  'C:/bystander',
];

it.each(outside)('refuses the member %s in a zip and in a tar', async (member) => {
  const hostile = [
    { path: 'set/a.txt', content: 'x' },
    { path: member, content: 'evil' },
  ];
  for (const [file, bytes] of [
    ['a.zip', zipBytes(hostile)],
    ['a.tar.gz', tarBytes(hostile)],
  ] as const) {
    await extract(file, bytes, (_, extracted) =>
      expect(extracted).rejects.toThrow(/a\.(zip|tar\.gz) is refused: .*(bystander|evil|path)/),
    );
  }
});

it('makes no link and no device', async () => {
  const hostile = [
    tarBytes([
      { path: 'set/l', type: 'SymbolicLink', linkpath: '..' },
      { path: 'set/l/bystander' },
    ]),
    tarBytes([{ path: 'set/l', type: 'Link', linkpath: '../bystander' }]),
    tarBytes([{ path: 'set/l', type: 'CharacterDevice' }]),
  ];
  for (const bytes of hostile) {
    await extract('a.tar.gz', bytes, async (folder, extracted) => {
      await expect(extracted).rejects.toThrow("its member 'set/l' is a link or a device");
      expect(await readdir(folder)).toEqual([]);
    });
  }
  const zip = zipBytes([{ path: 'set/l', content: '../bystander', type: 'SymbolicLink' }]);
  await extract('a.zip', zip, (_, extracted) =>
    expect(extracted).rejects.toThrow("its member 'set/l' is a link or a device"),
  );
});

it('passes over links that are not wanted', () =>
  extract(
    'a.tar.gz',
    tarBytes([
      { path: 'other/l', type: 'SymbolicLink', linkpath: '/etc/passwd' },
      { path: 'set/a.txt', content: 'x' },
    ]),
    async (folder, extracted) => {
      expect(await extracted).toBe(1);
      expect(await readdir(folder)).toEqual(['a.txt']);
    },
  ));

it('refuses a member that is there twice', async () => {
  const twice = [
    { path: 'set/a.txt', content: 'x' },
    { path: 'set/./a.txt', content: 'y' },
  ];
  await extract('a.tar', tarBytes(twice, { gzip: false }), (_, extracted) =>
    expect(extracted).rejects.toThrow('it holds a.txt twice'),
  );
});

it('stops when it is aborted', () =>
  withFolder(async (folder) => {
    const archive = path.join(folder, 'a.tar.gz');
    await writeFile(archive, tarBytes(good));
    const options = { members, limit: 1e6, signal: AbortSignal.abort() };
    await expect(extractArchive(archive, folder, options)).rejects.toThrow('aborted');
  }));
