import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downloadFile } from '../../../lib/datasets/download/fetch';
import type { DownloadOptions } from '../../../lib/datasets/download/fetch';
import { Random } from '../../../lib/random';
import { withServer } from './fileServer';
import type { Fault, FileServer, ServerOptions } from './fileServer';
import { withFolder } from '../files';

const random = new Random(1);
const content = Buffer.from(Array.from({ length: 300_000 }, () => random.integer(0, 255)));
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
const checksum = { algorithm: 'md5', digest: md5(content) } as const;

interface Place extends FileServer {
  folder: string;
  file: string;
  download: (options?: Partial<DownloadOptions>) => Promise<void>;
}

/** A server, a folder, and a download from one to the other with pauses too short to notice. */
function withDownload(options: Partial<ServerOptions>, use: (place: Place) => Promise<void>) {
  return withServer({ content, ...options }, (server) =>
    withFolder((folder) => {
      const file = path.join(folder, 'file.tar.gz');
      const download = (more: Partial<DownloadOptions> = {}) =>
        downloadFile({ url: server.url, file, pause: 1, timeout: 2000, ...more });
      return use({ ...server, folder, file, download });
    }),
  );
}

async function expectComplete({ folder, file }: Place): Promise<void> {
  expect(await readdir(folder)).toEqual(['file.tar.gz']);
  expect((await readFile(file)).equals(content)).toBe(true);
}

describe('downloadFile', () => {
  it('downloads, verifies and leaves nothing beside the file', () =>
    withDownload({}, async (place) => {
      const seen: number[] = [];
      const onProgress = (received: number) => void seen.push(received);
      await place.download({ bytes: content.length, checksum, onProgress });
      await expectComplete(place);
      expect(seen.at(-1)).toBe(content.length);
      expect(place.requests).toHaveLength(1);
    }));

  it('takes a file of unknown length', () =>
    withDownload({ chunked: true, etag: null }, async (place) => {
      await place.download();
      await expectComplete(place);
    }));

  it('goes on where dropped connections stopped, byte for byte', () =>
    withDownload({ faults: [{ dropAfter: 100_000 }, { dropAfter: 50_000 }] }, async (place) => {
      const told: string[] = [];
      await place.download({ checksum, onRetry: (message) => told.push(message) });
      await expectComplete(place);
      const ranges = place.requests.map(({ range }) => range);
      expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
      expect(place.requests[1]['if-range']).toMatch(/^"300000-/);
      expect(told).toHaveLength(2);
    }));

  it('goes on in a later run', () =>
    withDownload({ faults: [{ dropAfter: 100_000 }] }, async (place) => {
      await expect(place.download({ retries: 0 })).rejects.toThrow(
        `100000 bytes are kept in ${place.file}.part. Run the same command to go on there.`,
      );
      expect((await readdir(place.folder)).sort()).toEqual([
        'file.tar.gz.part',
        'file.tar.gz.part.json',
      ]);
      await place.download();
      expect(place.requests[1].range).toBe('bytes=100000-');
      await expectComplete(place);
    }));

  it('starts over where the server ignores ranges', () =>
    withDownload({ ignoreRange: true, faults: [{ dropAfter: 100_000 }] }, async (place) => {
      await place.download({ checksum });
      await expectComplete(place);
    }));

  it('starts over when the file changed in between', () => {
    const older = Buffer.alloc(200_000, 1);
    const faults = [{ dropAfter: 100_000 }];
    const served = (request: number) => (request === 0 ? older : content);
    return withDownload({ content: served, faults }, async (place) => {
      await place.download();
      expect(place.requests[1]).toMatchObject({ range: 'bytes=100000-' });
      await expectComplete(place);
    });
  });

  it('does not join halves that nothing holds together', () =>
    withDownload({ etag: null, faults: [{ dropAfter: 100_000 }] }, async (place) => {
      await place.download();
      expect(place.requests[1].range).toBeUndefined();
      await expectComplete(place);
    }));

  it('starts over when a part is longer than the file', () =>
    withDownload({}, async (place) => {
      await writeFile(`${place.file}.part`, Buffer.alloc(400_000));
      await place.download({ checksum, bytes: content.length });
      await expectComplete(place);
    }));

  it('asks for nothing when the part is complete', () =>
    withDownload({}, async (place) => {
      await writeFile(`${place.file}.part`, content);
      await place.download({ checksum, bytes: content.length });
      expect(place.requests).toHaveLength(0);
      await expectComplete(place);
    }));

  it('deletes what has a wrong checksum, and says which', () =>
    withDownload({}, async ({ download, folder }) => {
      const wrong = { algorithm: 'sha256', digest: '0'.repeat(64) } as const;
      const got = createHash('sha256').update(content).digest('hex');
      await expect(download({ checksum: wrong })).rejects.toThrow(
        `the sha256 is ${got}, published is ${'0'.repeat(64)}`,
      );
      expect(await readdir(folder)).toEqual([]);
    }));

  it('refuses a server that announces another size than the published one', () =>
    withDownload({}, async ({ download, folder }) => {
      await expect(download({ bytes: 1000 })).rejects.toThrow(
        'announces 300000 bytes, the published file has 1000',
      );
      expect(await readdir(folder)).toEqual([]);
    }));

  it('refuses a server that sends more than the published size without announcing it', () =>
    withDownload({ chunked: true }, async ({ download, folder }) => {
      await expect(download({ bytes: 1000 })).rejects.toThrow('sends more than 1000 bytes');
      expect(await readdir(folder)).toEqual([]);
    }));

  it('gives up on a server that always announces more than it sends', () =>
    withDownload(
      { faults: Array.from({ length: 20 }, () => ({ claim: 400_000 })), ignoreRange: true },
      async ({ download, requests }) => {
        await expect(download({ retries: 3 })).rejects.toThrow('Given up after 4 attempts');
        expect(requests).toHaveLength(4);
      },
    ));

  it('does not take a file for complete that is shorter than the published one', () =>
    withDownload({ chunked: true }, async ({ download, file }) => {
      await expect(download({ bytes: 300_001, retries: 2 })).rejects.toThrow(/attempts|rest/);
      await expect(stat(file)).rejects.toThrow('ENOENT');
    }));

  it('notices, by the checksum, a server that announces less than there is', () =>
    withDownload({ faults: [{ claim: 1000 }] }, async ({ download, folder }) => {
      await expect(download({ checksum })).rejects.toThrow('The download is deleted');
      expect(await readdir(folder)).toEqual([]);
    }));

  it('tries again after 503, not after 404', () =>
    withDownload({ faults: [{ status: 503 }, undefined, { status: 404 }] }, async (place) => {
      await place.download();
      await expectComplete(place);
      await expect(place.download()).rejects.toThrow('answers 404: the file is not there');
      expect(place.requests).toHaveLength(3);
    }));

  it('follows redirects, but not for ever', () => {
    const here = { status: 302, headers: { Location: '/elsewhere' } };
    return withDownload(
      { faults: [here, undefined, ...Array<Fault>(9).fill(here)] },
      async (place) => {
        await place.download();
        await expectComplete(place);
        await expect(place.download()).rejects.toThrow('redirects more than 5 times');
      },
    );
  });

  it('takes the bytes as they are, whatever their content encoding', () =>
    withDownload({ faults: [{ headers: { 'Content-Encoding': 'gzip' } }] }, async (place) => {
      await place.download({ checksum });
      await expectComplete(place);
    }));

  it('counts a silent server as a dropped connection', () =>
    withDownload({ faults: [{ stall: true }] }, async (place) => {
      await place.download({ timeout: 100 });
      expect(place.requests).toHaveLength(2);
      await expectComplete(place);
    }));

  it('stops at once when interrupted, and goes on later', () =>
    withDownload({ faults: [{ stall: true }] }, async (place) => {
      const stop = new AbortController();
      const onProgress = () => stop.abort();
      await expect(place.download({ signal: stop.signal, onProgress })).rejects.toThrow('aborted');
      expect((await stat(`${place.file}.part`)).size).toBe(10);
      await place.download();
      expect(place.requests[1].range).toBe('bytes=10-');
      await expectComplete(place);
    }));

  it('reports a file that it cannot write', () =>
    withDownload({}, async ({ download, file }) => {
      await mkdir(`${file}.part.json`);
      await expect(download()).rejects.toThrow('The file system refuses: EISDIR');
    }));

  it('gives the same bytes whatever drops, with or without ranges, tags and lengths', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: content.length }), { maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (drops, ignoreRange, chunked, tagged) =>
          withDownload(
            {
              faults: drops.map((dropAfter) => ({ dropAfter })),
              ignoreRange,
              chunked,
              etag: tagged ? '"1"' : null,
            },
            async (place) => {
              await place.download({ checksum, bytes: content.length });
              await expectComplete(place);
            },
          ),
      ),
      { numRuns: 30, seed: 1 },
    ));

  it('says so when nobody answers', () =>
    withFolder(async (folder) => {
      const url = await withServer({ content }, ({ url: closed }) => Promise.resolve(closed));
      const options = { url, file: path.join(folder, 'file'), retries: 1, pause: 1 };
      await expect(downloadFile(options)).rejects.toThrow(
        /ECONNREFUSED.*Given up after 2 attempts/,
      );
    }));
});
