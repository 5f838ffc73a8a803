import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser } from '../../lib/print/browser';
import { writeExplorePat } from '../../lib/figures/explorePatPage';
import { axeFindings } from '../support/axe';

interface ParameterScript {
  parameterValues: (file: string) => string[];
}

interface Gallery {
  writeGallery: (folder: string) => Promise<{ page: string; figures: string[] }>;
}

interface Records {
  lastSeconds: (file: string, out: string) => number | undefined;
}

const RECORDS = pathToFileURL(resolve(__dirname, '../../scripts/notebookRecord.mjs')).href;
const PARAMETERS = pathToFileURL(resolve(__dirname, '../../scripts/notebookParameters.mjs')).href;
const GALLERY = pathToFileURL(resolve(__dirname, '../../scripts/gallery.mjs')).href;

let folder = '';
let page = '';
let html = '';
let browser: Browser;

async function figure(name: string, title: string, formats: string[]): Promise<void> {
  const image = sharp({ create: { width: 40, height: 30, channels: 3, background: '#0072B2' } });
  const picture = await image.png().toBuffer();
  for (const format of formats) writeFileSync(join(folder, `${name}.${format}`), picture);
  const caption = `${title}: Oxford-IIIT-Pet-with-a-name-longer-than-any-phone-is-wide (train, 40 images), τ = 2.`;
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ name, title, caption, data: [] }));
}

function notebook(name: string, figures: string[], record: object = {}, into = folder): void {
  const title = `${name} <of> the test`;
  const values = ['tau = 2', 'gammas = [0.5, 2, 5]', `datasets = ["${'camvid'.repeat(12)}"]`];
  const all = {
    name,
    title,
    ok: true,
    profile: 'quick',
    parameters: [],
    values,
    seconds: 3,
    figures,
  };
  writeFileSync(join(into, 'notebooks', `${name}.json`), JSON.stringify({ ...all, ...record }));
  writeFileSync(join(into, 'notebooks', `${name}.html`), '<!doctype html><title>n</title>');
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pat-gallery-'));
  mkdirSync(join(folder, 'notebooks'));
  await figure('curves', 'Curves & "quotes"', ['png', 'pdf', 'svg', 'csv']);
  await figure('explore-pat', 'Explore', ['png', 'pdf']);
  await figure('explore-again', 'Explore', ['png']);
  await figure('alone', 'Of no notebook', ['svg']);
  await writeExplorePat({}, folder);
  notebook('03-curves', ['curves', 'explore-pat', 'explore-again']);
  notebook('05-failing', [], { ok: false, values: undefined, parameters: ['tau = 5;'] });
  const { writeGallery } = (await import(GALLERY)) as Gallery;
  ({ page } = await writeGallery(folder));
  html = readFileSync(page, 'utf8');
  browser = (await launchBrowser()) as unknown as Browser;
}, 60_000);

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function opened(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
  const viewport = { width, height: 740 };
  const context = await browser.newContext({ offline: true, viewport, colorScheme });
  const opening = await context.newPage();
  await opening.goto(pathToFileURL(page).href);
  return opening;
}

describe('the gallery', () => {
  it('shows each figure once, with its caption and the parameters of its notebook', () => {
    expect(html.match(/<li class="card">/g)).toHaveLength(4);
    expect(html).toContain('4 figures from 2 notebooks.');
    expect(html).toContain('<h3>Curves &amp; &quot;quotes&quot;</h3>');
    expect(html).toContain('03-curves &lt;of&gt; the test');
    expect(html).toContain('profile quick: <code>tau = 2, gammas = [0.5, 2, 5], datasets');
    expect(html).toContain(
      '<strong>A cell failed.</strong> Ran in 3.0 s, profile quick: <code>tau = 5</code>',
    );
    expect(html).toContain('<h2>Other figures</h2>');
    // Two of one title are told apart, and every card names its files.
    expect(html).toContain('<h3>Explore: explore-again</h3>');
    for (const name of ['curves', 'explore-pat', 'alone'])
      expect(html).toContain(`<code>${name}</code>`);
  });

  it('has parameters of several lines whole', async () => {
    const file = join(folder, 'several.ipynb');
    const source = "let losses = [\n  { name: 'a;b' },\n  { name: 'c' },\n]; // two\nlet tau = 2;";
    const cell = { cell_type: 'code', metadata: { tags: ['parameters'] }, source };
    writeFileSync(file, JSON.stringify({ cells: [cell] }));
    const { parameterValues } = (await import(PARAMETERS)) as ParameterScript;
    expect(parameterValues(file)).toEqual(["losses = [{ name: 'a;b' }, { name: 'c' }]", 'tau = 2']);
    rmSync(file);
  });

  it('follows the reading order: the start page before what its name would put first', async () => {
    const other = mkdtempSync(join(tmpdir(), 'pat-gallery-order-'));
    try {
      mkdirSync(join(other, 'notebooks'));
      for (const name of ['00-method', '00-start-here', '01-next']) {
        notebook(name, [], { title: name }, other);
      }
      const { writeGallery } = (await import(GALLERY)) as Gallery;
      const text = readFileSync((await writeGallery(other)).page, 'utf8');
      const titles = [...text.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title);
      expect(titles).toEqual(['00-start-here', '00-method', '01-next']);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it('names the files that are not whole, and shows the others', async () => {
    const other = mkdtempSync(join(tmpdir(), 'pat-gallery-damaged-'));
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      mkdirSync(join(other, 'notebooks'));
      notebook('01-whole', [], {}, other);
      const damaged = { '02-empty': '', '03-torn': '{"name": "03-torn", "ti', '04-null': 'null' };
      for (const [name, text] of Object.entries({ ...damaged, '05-other': '{}' }))
        writeFileSync(join(other, 'notebooks', `${name}.json`), text);
      writeFileSync(join(other, 'torn.json'), '{"name": "torn"');
      const { writeGallery } = (await import(GALLERY)) as Gallery;
      const text = readFileSync((await writeGallery(other)).page, 'utf8');
      expect([...text.matchAll(/<h2>(.*?) &lt;/g)].map(([, title]) => title)).toEqual(['01-whole']);
      const files = said.mock.calls.map(([line]) => /^! (.*) is damaged/.exec(String(line))?.[1]);
      const names = ['02-empty', '03-torn', '04-null', '05-other'];
      expect(files.sort()).toEqual([
        ...names.map((name) => join(other, 'notebooks', `${name}.json`)),
        join(other, 'torn.json'),
      ]);
      expect(said.mock.calls[0][0]).toContain('Remedy: run its notebook again');
      const { lastSeconds } = (await import(RECORDS)) as Records;
      expect(lastSeconds('01-whole.ipynb', other)).toBe(3);
      expect(lastSeconds('02-empty.ipynb', other)).toBeUndefined();
      expect(lastSeconds('04-null.ipynb', other)).toBeUndefined();
    } finally {
      said.mockRestore();
      rmSync(other, { recursive: true });
    }
  });

  it('links to every file of a figure, to its interactive page and its notebook; every link leads to something', async () => {
    const opening = await opened(1280, 'light');
    const links = await opening
      .locator('a')
      .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
    for (const link of links) {
      const { hash } = new URL(link);
      if (hash)
        expect(await opening.locator(`[id="${decodeURIComponent(hash.slice(1))}"]`).count()).toBe(
          1,
        );
      expect(() => readFileSync(fileURLToPath(link.split('#')[0])), link).not.toThrow();
    }
    const texts = (title: string) =>
      opening.locator('.card').filter({ hasText: title }).locator('.files a').allInnerTexts();
    expect(await texts('quotes')).toEqual(['PDF', 'SVG', 'PNG', 'CSV', 'JSON', 'Notebook']);
    expect(await texts('Explore: explore-pat')).toEqual([
      'Interactive',
      'PDF',
      'PNG',
      'JSON',
      'Notebook',
    ]);
    await opening.close();
  });

  it('asks for nothing but its own folder, and fits a phone', async () => {
    const opening = await opened(360, 'dark');
    const asked: string[] = [];
    opening.on('request', (request) => asked.push(request.url()));
    await opening.reload();
    await opening.locator('.card img').last().scrollIntoViewIfNeeded();
    expect(asked.length).toBeGreaterThan(1);
    asked.forEach((url) => expect(url.startsWith(pathToFileURL(folder).href)).toBe(true));
    expect(await opening.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await opening.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('has no accessibility finding (%s, %i px wide)', async (scheme, width) => {
    const opening = await opened(width, scheme);
    expect(await axeFindings(opening)).toEqual([]);
    await opening.close();
  });
});
