import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../lib/print/browser';
import { axeFindings } from '../support/axe';
import { run } from './run';

let folder = '';
let figures = '';
let site = '';
let results = '';
let browser: Browser;

/** A figure as `npm start` leaves it, and the output of the cell that saved it. */
async function figure(name: string, background: string): Promise<object[]> {
  const png = await sharp({ create: { width: 40, height: 30, channels: 3, background } })
    .png()
    .toBuffer();
  for (const format of ['png', 'svg', 'pdf', 'csv']) {
    writeFileSync(join(figures, `${name}.${format}`), png);
  }
  writeFileSync(join(figures, `${name}.json`), JSON.stringify({ name, title: name, data: [] }));
  const data = { 'image/png': png.toString('base64') };
  return [
    { output_type: 'display_data', data, metadata: {} },
    { output_type: 'stream', name: 'stdout', text: `figures/${name}.{svg, pdf, png, csv, json}\n` },
  ];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pat-site-'));
  [figures, site, results] = ['figures', 'site', 'results'].map((name) => join(folder, name));
  mkdirSync(join(figures, 'notebooks'), { recursive: true });
  mkdirSync(results);
  const records = 'data/results/laptop/camvid/segnet';
  for (const loss of ['crossEntropy', 'pat-temperature=1']) {
    cpSync(join(records, loss), join(results, loss), { recursive: true });
  }
  const cell = (outputs: object[], tags: string[]) => ({
    ...{ cell_type: 'code', execution_count: 1, id: `c${tags.length}`, source: 'show();' },
    ...{ metadata: { tags }, outputs },
  });
  const notebook = {
    cells: [
      cell(await figure('own', '#0072B2'), []),
      cell(await figure('photographs', '#D55E00'), ['licensed-images']),
    ],
    ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
  };
  const pages = join(figures, 'notebooks');
  writeFileSync(join(pages, '02-some.ipynb'), JSON.stringify(notebook));
  writeFileSync(join(pages, '02-some.html'), '<!doctype html><title>unsafe</title>');
  const record = { name: '02-some', title: 'Some', ok: true, profile: 'quick', parameters: [] };
  writeFileSync(
    join(pages, '02-some.json'),
    JSON.stringify({ ...record, seconds: 1, figures: ['own', 'photographs'] }),
  );
  writeFileSync(join(figures, 'live-page.html'), '<!doctype html><title>live</title>');
  browser = (await launchBrowser()) as unknown as Browser;
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const make = (out: string) =>
  run(['site', '--out', out, '--figures', figures, '--results', results, '--title', 'A <site>']);

describe('npm run site', () => {
  it('writes pages whose links are relative and lead somewhere, without licensed photographs', async () => {
    const { status, output, errors } = await make(site);
    expect([errors, status]).toEqual([expect.any(String), 0]);
    expect(output).toMatch(/site: \d+\.\d MB, starts at index\.html/);
    const files = readdirSync(site, { recursive: true, encoding: 'utf8' });
    const pages = files.filter((name) => name.endsWith('.html'));
    expect(pages).toEqual(
      expect.arrayContaining(['index.html', 'ledger.html', 'live.html', 'tables.html']),
    );
    for (const page of pages) {
      const html = readFileSync(join(site, page), 'utf8');
      const targets = [...html.matchAll(/(?:href|src)="([^"#]+)(?:#[^"]*)?"/g)].map(([, to]) => to);
      for (const target of targets.filter((to) => !to.startsWith('data:'))) {
        expect(target).not.toMatch(/^(\w+:|\/)/);
        if (/notebooks\/\d\d-[\w-]+\.html$/.test(target) && page === 'ledger.html') continue; // not run here
        const to = resolve(site, dirname(page), decodeURIComponent(target));
        expect([page, target, existsSync(to)]).toEqual([page, target, true]);
      }
    }
    expect(files.filter((name) => name.includes('photographs'))).toEqual([]);
    expect(files.filter((name) => /\.(svg|ipynb)$/.test(name))).toEqual([]);
    const notebook = readFileSync(join(site, 'figures/notebooks/02-some.html'), 'utf8');
    expect(notebook).toContain('src="../own.png"');
    expect(notebook).toContain('are not committed');
    for (const name of ['own', 'photographs']) {
      expect(notebook.includes(readFileSync(join(figures, `${name}.png`), 'base64'))).toBe(false);
    }
    expect(files.some((name) => /tables\/table1\.csv$/.test(name))).toBe(true);
  });

  it.each(['light', 'dark'] as const)('is accessible (%s)', async (colorScheme) => {
    const context = await browser.newContext({ offline: true, colorScheme });
    for (const name of ['index', 'ledger', 'tables']) {
      const page = await context.newPage();
      await page.goto(pathToFileURL(join(site, `${name}.html`)).href);
      expect([name, await axeFindings(page)]).toEqual([name, []]);
      if (name === 'index') expect(await page.locator('h1').innerText()).toBe('A <site>');
      await page.close();
    }
    await context.close();
  });

  it('writes over nothing but a site', async () => {
    const { status, errors } = await make(figures);
    expect([status, errors]).toEqual([1, expect.stringContaining('would be lost')]);
    const none = ['--figures', join(folder, 'no'), '--results', results];
    const missing = await run(['site', '--out', join(folder, 'b'), ...none]);
    expect(missing.errors).toContain('Run npm start first');
    expect(existsSync(join(folder, 'b'))).toBe(false);
    expect((await run(['site'])).errors).toContain('--out is missing');
  });
});
