import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, findBrowser, launchBrowser, withBrowser } from '../../lib/print/browser';
import type { Browser } from '../../lib/print/browser';
import { withoutSystemFonts } from '../../lib/print/findBrowser';
import { processesWith } from '../support/processes';

const bundled = process.platform === 'linux' && process.arch === 'x64';
let folder = '';

/** A program of that name; returns its path. */
function program(directory: string, name: string): string {
  const path = join(folder, directory, name);
  mkdirSync(join(folder, directory), { recursive: true });
  writeFileSync(path, '#!/bin/sh\nexit 1\n');
  chmodSync(path, 0o755);
  return path;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pat-browser-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await closeBrowser();
});

describe('findBrowser', () => {
  it('takes PAT_CHROMIUM before everything else', async () => {
    const path = program('chosen', 'my-chromium');
    program('installed', 'chromium');
    const found = await findBrowser({ PAT_CHROMIUM: path, PATH: join(folder, 'installed') });
    expect(found).toEqual({ path, source: 'PAT_CHROMIUM' });
  });

  it('does not fall back when PAT_CHROMIUM is wrong', async () => {
    const missing = join(folder, 'nothing');
    await expect(findBrowser({ PAT_CHROMIUM: missing, PATH: process.env.PATH })).rejects.toThrow(
      `findBrowser: PAT_CHROMIUM must be the path of a Chromium program, got '${missing}'.`,
    );
  });

  it('prefers chromium to google-chrome, wherever on the PATH they are', async () => {
    program('first', 'google-chrome');
    const path = program('second', 'chromium');
    const PATH = [join(folder, 'first'), join(folder, 'second')].join(':');
    expect(await findBrowser({ PATH })).toEqual({ path, source: 'PATH' });
  });

  it('skips folders and files that cannot be run', async () => {
    mkdirSync(join(folder, 'odd', 'chromium'), { recursive: true });
    writeFileSync(join(folder, 'odd', 'chromium-browser'), '');
    const path = program('odd', 'google-chrome-stable');
    expect(await findBrowser({ PATH: join(folder, 'odd') })).toEqual({ path, source: 'PATH' });
  });
});

describe.skipIf(!bundled)('the browser of npm (Linux x64 only)', () => {
  it('has the fonts that come with it where the system has none', () => {
    expect(withoutSystemFonts('/cache', folder)).toEqual({}); // a folder that is there
    expect(withoutSystemFonts('/cache', join(folder, 'none'))).toEqual({ XDG_DATA_HOME: '/cache' });
  });

  it('is found where nothing is installed, and starts', async () => {
    const { path, source } = await findBrowser({ PATH: folder });
    expect(source).toBe('@sparticuz/chromium');
    process.env.PAT_CHROMIUM = path;
    try {
      const browser = await launchBrowser();
      expect(browser.version()).toMatch(/^\d+\./);
      await browser.close();
    } finally {
      delete process.env.PAT_CHROMIUM;
    }
  });
});

describe('launchBrowser', () => {
  it('says which program does not start', async () => {
    const path = program('broken', 'chromium');
    process.env.PAT_CHROMIUM = path;
    try {
      await expect(launchBrowser()).rejects.toThrow(
        `launchBrowser: ${path} (from PAT_CHROMIUM) does not start. Install Chromium`,
      );
    } finally {
      delete process.env.PAT_CHROMIUM;
    }
  });
});

describe('withBrowser', () => {
  it('shares one browser, and starts another when that one is gone', async () => {
    const take = (browser: Browser) => Promise.resolve(browser);
    const [first, second] = await Promise.all([withBrowser(take), withBrowser(take)]);
    expect(second).toBe(first);
    await first.close();
    const third = await withBrowser(take);
    expect(third).not.toBe(first);
    expect(third.isConnected()).toBe(true);
  });

  it('passes on what a job throws', async () => {
    await expect(withBrowser(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it.skipIf(process.platform !== 'linux')(
    'lets a script end by itself, and leaves no browser behind (Linux only)',
    async () => {
      const script = join(folder, 'script.ts');
      const source = resolve(__dirname, '../../lib/print/browser');
      writeFileSync(
        script,
        `import { withBrowser } from ${JSON.stringify(source)};
        void withBrowser(async (browser) => {
          await (await browser.newPage()).close();
          console.log('drawn');
        });`,
      );
      const mark = `pat-browser-test-${process.pid}`;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [resolve(__dirname, '../../node_modules/tsx/dist/cli.mjs'), script],
        { env: { ...process.env, PAT_TEST_MARK: mark }, timeout: 50_000 },
      );
      expect(stdout).toBe('drawn\n');
      await expect.poll(() => processesWith(mark), { timeout: 5000 }).toEqual([]);
    },
  );
});
