/** Names that files bring are text in every page that the kit writes: each is opened in Chromium, and nothing may run. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRow } from '../lib/claims';
import { ledgerHtml, ledgerLatex, ledgerMarkdown } from '../lib/figures/ledgerTable';
import { renderTable } from '../lib/notebook/notebookTable';
import { pageBundle } from '../lib/notebook/pageOutput';
import { launchBrowser } from '../lib/print/browser';
import { htmlText, withoutHtml } from '../lib/print/escape';
import { csvText } from '../lib/print/plain';
import { exportFigure } from '../lib/print/export';
import type { Figure } from '../lib/print/figure';
import { tableHtml, tableLatex, tableMarkdown } from '../lib/print/table';
import type { Table } from '../lib/print/table';
import { writeFolderData, writeFolderPair } from './support/folderData';
import { findingsOn, hostileName } from './support/hostile';

const root = path.resolve(__dirname, '..');
const python = path.join(root, '.venv', 'bin', 'python');
/** Real notebooks that are run; all that show names of data: PAT_HOSTILE=01,02,05,10. */
const notebooks = (process.env.PAT_HOSTILE ?? '01').split(',');

let folder = '';
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pat-hostile-'));
  browser = (await launchBrowser()) as unknown as Browser;
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Writes a page and opens it. */
function findingsIn(name: string, content: string): Promise<string[]> {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return findingsOn(browser, file);
}

const page = (body: string) => `<!doctype html><meta charset="utf-8"><title>t</title>${body}`;

/** Cells of Markdown as the exported page of a notebook shows them. */
function notebookPage(cells: readonly string[]): string {
  const code = `import json, sys; sys.path.insert(0, ${JSON.stringify(path.join(root, 'scripts'))})
from notebookHtml import html_page
cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in json.load(sys.stdin)]
notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
sys.stdout.write(html_page(notebook, ${JSON.stringify(hostileName('pageTitle'))}, ""))`;
  return execFileSync(python, ['-c', code], { input: JSON.stringify(cells), encoding: 'utf8' });
}

const table: Table = {
  name: 'hostile',
  caption: hostileName('caption'),
  labels: [hostileName('labels')],
  columns: [{ group: hostileName('group'), header: hostileName('header'), digits: 1 }],
  rows: [{ labels: [hostileName('label')], cells: [{ value: 1, note: hostileName('note') }] }],
};

const figure = (name: string): Figure => ({
  name,
  title: hostileName('title'),
  caption: hostileName('figureCaption'),
  data: [{ type: 'bar', x: [hostileName('category'), 'b'], y: [1, 2], name: hostileName('trace') }],
  layout: { xaxis: { title: { text: 'classes' } } },
  aspectRatio: 0.6,
  rows: [{ [hostileName('column')]: hostileName('cell') }],
});

const claim: LedgerRow = {
  id: 'hostile',
  place: hostileName('place'),
  claim: hostileName('claim'),
  rule: hostileName('rule'),
  measured: hostileName('measured'),
  verdict: 'holds',
  notebook: '09-claims',
  comparisons: [],
  missing: [],
};

describe('a hostile name is text', () => {
  it('and is seen by these checks where it is not', async () => {
    const found = await findingsIn('control.html', page(hostileName('control')));
    for (const kind of [/^script: control/, /^<img onerror/, /^<b class="pwned"/]) {
      expect(found).toContainEqual(expect.stringMatching(kind));
    }
    const image = await findingsIn('image.html', page('<img src="http://pwned.invalid/x.png">'));
    expect(image).toContain('request: http://pwned.invalid/x.png');
  });

  it('in HTML: tables, data frames, claims, framed pages', async () => {
    const rows = [{ [hostileName('frameColumn')]: hostileName('frameCell') }];
    const inner = page(htmlText(hostileName('inner')));
    const parts = [
      tableHtml(table),
      renderTable(rows, { title: hostileName('frameTitle') }).html,
      ledgerHtml([claim]),
      pageBundle(inner, hostileName('frame'), `x/${hostileName('file', { asFile: true })}`)[
        'text/html'
      ] as string,
    ];
    expect(await findingsIn('html.html', page(parts.join('\n')))).toEqual([]);
    expect(ledgerLatex([claim])).not.toMatch(/(?<!\\)[%&_$](?=cmd|lt;)/);
  });

  it('in Markdown, rendered as an exported notebook is: tables, claims, sentences of a cell', async () => {
    const cells = [
      tableMarkdown(table),
      ledgerMarkdown([claim], 'notebooks'),
      withoutHtml(`**Reading.** The commonest class, ${hostileName('sentence')}, has 3 times.`),
      withoutHtml(`\n${hostileName('line')}\n\n[x]: ${hostileName('definition')}`),
    ];
    expect(await findingsIn('markdown.html', notebookPage(cells))).toEqual([]);
  });

  it('in CSV and LaTeX', () => {
    const csv = csvText([{ [hostileName('column')]: hostileName('cell') }]);
    for (const line of csv.trim().split('\r\n')) expect(line).toMatch(/^"'=cmd/);
    const latex = tableLatex({ ...table, caption: 'x' });
    expect(latex.replace(/\\(?:textbackslash|textasciitilde)\{\}/g, '')).not.toMatch(
      /\\(?:href|text)\{|(?<!\\)[$%#~]/,
    );
  });

  it('in the figures exported, and in the gallery of them', async () => {
    const out = path.join(folder, 'figures');
    const { svg } = await exportFigure(figure('hostile'), { directory: out });
    expect(readFileSync(svg, 'utf8')).toContain('&lt;img src=x');
    expect(await findingsOn(browser, svg)).toEqual([]);
    const file = hostileName('figureFile', { asFile: true });
    for (const format of ['png', 'svg']) {
      const picture = sharp({ create: { width: 4, height: 3, channels: 3, background: '#000' } });
      writeFileSync(path.join(out, `${file}.${format}`), await picture.png().toBuffer());
    }
    writeFileSync(path.join(out, `${file}.json`), JSON.stringify({ ...figure('x'), name: file }));
    mkdirSync(path.join(out, 'notebooks'));
    const name = hostileName('notebook', { asFile: true });
    const record = {
      name,
      title: hostileName('notebookTitle'),
      ok: true,
      profile: hostileName('profile'),
      parameters: [],
      values: [`a = ${JSON.stringify(hostileName('value'))}`],
      seconds: 1,
      figures: ['hostile'],
    };
    writeFileSync(path.join(out, 'notebooks', `${name}.json`), JSON.stringify(record));
    const { writeGallery } = (await import(
      pathToFileURL(path.join(root, 'scripts/gallery.mjs')).href
    )) as {
      writeGallery: (folder: string) => { page: string; figures: string[] };
    };
    const gallery = writeGallery(out);
    expect(gallery.figures).toHaveLength(2);
    expect(await findingsOn(browser, gallery.page)).toEqual([]);
  });

  it('to the gallery as to lib/print, which is not installed when scripts run', async () => {
    const { escapeHtml } = (await import(
      pathToFileURL(path.join(root, 'scripts/gallery.mjs')).href
    )) as {
      escapeHtml: (text: string) => string;
    };
    for (const text of [
      hostileName('twin'),
      hostileName('twin', { asFile: true }),
      '&amp;\0\u2028',
    ]) {
      expect(escapeHtml(text)).toBe(htmlText(text));
    }
  });
});

describe('a data set of hostile names', () => {
  let data = '';

  beforeAll(async () => {
    data = path.join(folder, hostileName('folder', { asFile: true }));
    const classes = ['classA', 'classB', 'classC'].map((place) => hostileName(place));
    await writeFolderData(data, { classes, title: hostileName('dataTitle') });
    writeFileSync(
      path.join(data, 'classes.json'),
      JSON.stringify({
        title: hostileName('dataTitle'),
        licence: hostileName('licence'),
        citation: hostileName('citation'),
        classes,
      }),
    );
    for (const [number, split] of ['train', 'valid', 'test'].entries()) {
      const name = hostileName(`image${number}`, { asFile: true });
      await writeFolderPair(data, name, { height: 32, width: 32, label: (i) => i % 3 });
      const list = path.join(data, `${split}.txt`);
      writeFileSync(list, `${readFileSync(list, 'utf8')}${name}\n`);
    }
  });

  /** A command of the kit's; throws what it printed where it fails. */
  const run = (script: string, ...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const environment = { ...process.env, PAT_DATA_DIR: data };
      const command = [path.join(root, 'scripts', script), ...args, '--skip-setup'];
      const child = spawn(process.execPath, command, { env: environment, cwd: root });
      let output = '';
      child.stdout.on('data', (text: Buffer) => (output += text.toString()));
      child.stderr.on('data', (text: Buffer) => (output += text.toString()));
      child.on('close', (status) => (status === 0 ? resolve(output) : reject(new Error(output))));
    });

  it.each(notebooks)(
    'in notebook %s, from its cells to its page',
    { timeout: 900_000 },
    async (number) => {
      const out = path.join(folder, `out-${number}`);
      const settings = ['--profile', 'tiny'];
      if (number === '10') {
        const runs = path.join(folder, 'runs');
        for (const [i, loss] of ['crossEntropy', 'pat'].entries()) {
          const into = path.join(runs, `${i}${hostileName('run', { asFile: true })}`);
          const small = [
            'epochs=1',
            'model.width=2',
            'dataset.size=[32,32]',
            'batchSize=2',
            `loss.name=${loss}`,
          ];
          const set = ['dataset.name=folder', ...small].flatMap((one) => ['--set', one]);
          await run('cli.mjs', 'train', '--out', into, ...set);
        }
        settings.push('--set', `runFolders=${JSON.stringify([runs])}`);
      } else settings.push('--set', 'datasetName=folder');
      await run('notebook.mjs', number, '--out', out, ...settings);
      const pages = readdirSync(path.join(out, 'notebooks')).filter((file) =>
        file.endsWith('.html'),
      );
      expect(pages).toHaveLength(1);
      const html = readFileSync(path.join(out, 'notebooks', pages[0]), 'utf8');
      expect(html).toContain('&lt;img src=x onerror=');
      const written = readdirSync(out).filter((file) => /\.(html|svg)$/.test(file));
      expect(written.length).toBeGreaterThan(1);
      const files = [...written, path.join('notebooks', pages[0])];
      for (const file of files) {
        expect([file, await findingsOn(browser, path.join(out, file))]).toEqual([file, []]);
      }
    },
  );
});
