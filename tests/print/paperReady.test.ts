/**
 * Every figure as a paper takes it: no text cut off or over another, fonts embedded and none of Type 3, one page of the
 * exact size, the same bytes twice, and a LaTeX document that holds them all without an overfull box. Here all figures for the narrowest venue and one for
 * every venue; PAT_EXPORT=all takes every figure for every venue.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, launchBrowser } from '../../lib/print/browser';
import { exportFigure } from '../../lib/print/export';
import type { ExportedFiles } from '../../lib/print/export';
import { VENUES, printLayout } from '../../lib/print/style';
import type { VenueName } from '../../lib/print/style';
import type { Figure } from '../../lib/print/figure';
import { EXAMPLES } from '../support/exampleFigures/table';
import { textProblems } from '../support/svgTexts';

const all = process.env.PAT_EXPORT === 'all';
const venues = Object.keys(VENUES) as VenueName[];
const [narrowest] = [...venues].sort(
  (a, b) => VENUES[a].widthMillimetres - VENUES[b].widthMillimetres,
);
/** Shows what the kit's figures are made of: lines, markers, formulas, a legend. */
const SAMPLE = 'explorePatFigure';

const hasPoppler = installed('pdffonts') && installed('pdfinfo');
const hasLatex = installed('pdflatex');
const LIMIT = all ? 600_000 : 120_000;

let folder = '';
let browser: Browser;
let page: Page;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pat-paper-'));
  browser = (await launchBrowser()) as unknown as Browser;
  page = await browser.newPage();
}, 60_000);

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
  await closeBrowser();
});

function installed(program: string): boolean {
  return spawnSync(program, ['-v'], { stdio: 'ignore' }).error === undefined;
}

/** PDFs of all that was exported, by venue: what the LaTeX document includes. */
const exported = new Map<VenueName, string[]>(venues.map((venue) => [venue, []]));

/** Exports twice; gives the files once the bytes of the two are the same. */
async function exportTwice(figure: Figure, venue: VenueName): Promise<ExportedFiles> {
  const directories = ['first', 'second'].map((name) => join(folder, venue, name));
  const [first, second] = [
    await exportFigure(figure, { venue, directory: directories[0] }),
    await exportFigure(figure, { venue, directory: directories[1] }),
  ];
  for (const format of ['svg', 'pdf', 'png', 'csv', 'json'] as const) {
    const same = readFileSync(first[format]).equals(readFileSync(second[format]));
    expect(same, `${figure.name}.${format}, twice the same bytes`).toBe(true);
  }
  return first;
}

/** Fails unless poppler finds one page of the venue's exact size, and all fonts embedded and none of Type 3. */
function checkPdf(pdf: string, figure: Figure, venue: VenueName): void {
  const facts = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' });
  expect(facts).toMatch(/^Pages: +1$/m);
  const size = /^Page size: +([\d.]+) x ([\d.]+) pts/m.exec(facts)?.slice(1).map(Number) ?? [];
  const { width = 0, height = 0 } = printLayout(figure, venue);
  const points = (VENUES[venue].widthMillimetres / 25.4) * 72;
  expect(Math.abs(size[0] - points), `${figure.name}: width ${size[0]} pt`).toBeLessThan(0.01);
  const tall = (points * height) / width;
  expect(Math.abs(size[1] - tall), `${figure.name}: height ${size[1]} pt`).toBeLessThan(0.01);
  // name, type (two words), encoding, emb, sub, uni, object
  const fonts = execFileSync('pdffonts', [pdf], { encoding: 'utf8' }).trim().split('\n').slice(2);
  expect(fonts.length).toBeGreaterThan(0);
  for (const font of fonts) {
    expect(font, figure.name).not.toMatch(/Type 3/);
    expect(font, figure.name).toMatch(/ yes (yes|no) +(yes|no) +\d+ +\d+$/);
  }
}

/** A LaTeX document with a text block of the venue's width and each PDF at its own size; gives TeX's log. */
function latexLog(venue: VenueName, pdfs: string[]): string {
  const directory = join(folder, venue, 'latex');
  mkdirSync(directory, { recursive: true });
  const width = `${VENUES[venue].widthMillimetres}mm`;
  const source = [
    '\\documentclass{article}',
    '\\usepackage{graphicx}',
    `\\usepackage[paperwidth=250mm, paperheight=400mm, textwidth=${width}, textheight=360mm]{geometry}`,
    '\\hfuzz=0.01pt \\vfuzz=0.01pt',
    '\\begin{document}',
    ...pdfs.map((pdf) => `\\noindent\\includegraphics{${pdf}}\\par\\clearpage`),
    '\\end{document}',
  ];
  writeFileSync(join(directory, 'figures.tex'), source.join('\n'));
  const wanted = ['-interaction=nonstopmode', '-halt-on-error', 'figures.tex'];
  const run = spawnSync('pdflatex', wanted, { cwd: directory, encoding: 'utf8' });
  expect(run.status, run.stdout.slice(-2000)).toBe(0);
  return readFileSync(join(directory, 'figures.log'), 'latin1');
}

const cases = venues.flatMap((venue) =>
  Object.keys(EXAMPLES)
    .filter((name) => all || venue === narrowest || name === SAMPLE)
    .map((name) => [name, venue] as const),
);

describe('exported for a paper', () => {
  it.each(cases)(
    '%s for %s: readable texts, the same bytes twice, one page with its fonts',
    async (name, venue) => {
      for (const figure of await EXAMPLES[name]()) {
        const { pdf, svg } = await exportTwice(figure, venue);
        exported.get(venue)?.push(pdf);
        expect(await textProblems(page, svg), figure.name).toEqual([]);
        if (hasPoppler) checkPdf(pdf, figure, venue);
      }
    },
    LIMIT,
  );

  it.skipIf(!hasPoppler)('was looked into by pdffonts and pdfinfo (needs poppler-utils)', () => {
    expect([...exported.values()].flat().length).toBeGreaterThan(cases.length - 1);
  });

  it.skipIf(!hasLatex)(
    'fits its text block: LaTeX sets all figures without an overfull box (needs pdflatex)',
    () => {
      for (const venue of venues) {
        const log = latexLog(venue, exported.get(venue) ?? []);
        expect(log.match(/^(Overfull|Underfull) .*$/gm) ?? [], venue).toEqual([]);
        expect(log).toContain(`(${exported.get(venue)?.length} page`);
      }
    },
    LIMIT,
  );

  it('would be found out: a text that is cut off, and one over another', async () => {
    const svg = join(folder, 'texts.svg');
    const texts =
      '<text x="385" y="20">cut</text><text x="10" y="50">one</text><text x="14" y="52">two</text>';
    const turned =
      '<text x="20" y="150" transform="rotate(-45 20 150)">turned</text><text x="70" y="150">flat</text>';
    const open =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200" width="80mm" height="40mm">';
    writeFileSync(svg, `${open}${texts}${turned}</svg>`);
    expect(await textProblems(page, svg)).toEqual(["'cut' is cut off", "'one' overlaps 'two'"]);
  });

  it.skipIf(!hasLatex)('would be found out: a figure for a wider venue is overfull', async () => {
    const [figure] = await EXAMPLES[SAMPLE]();
    const { pdf } = await exportFigure(figure, { venue: 'eccv', directory: join(folder, 'wide') });
    expect(latexLog(narrowest, [pdf])).toMatch(/^Overfull \\hbox/m);
  });
});
