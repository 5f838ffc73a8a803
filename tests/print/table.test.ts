import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableHtml, tableLatex, tableMarkdown } from '../../lib/print/table';
import type { Table } from '../../lib/print/table';
import { marksOf } from '../../lib/print/table/marks';
import { withFolder } from '../datasets/files';

const note = 'Table 3, SegNet, third temperature';
const table: Table = {
  name: 'table1',
  caption: 'Losses & their scores, 100 % CamVid_2',
  labels: ['Loss', 'Option'],
  columns: [
    { group: 'mIoU', header: 'Paper', digits: 2, better: 'higher' },
    { group: 'mIoU', header: 'Ours', digits: 2, better: 'higher' },
    { group: 'mIoU', header: 'Δ', digits: 2, signed: true },
    { group: 'Dice error', header: 'Paper', digits: 1, better: 'lower' },
    { group: 'Dice error', header: 'Ours', digits: 1, better: 'lower' },
    { group: 'Dice error', header: 'Δ', digits: 1, signed: true },
  ],
  rows: [
    {
      labels: ['Focal', 'γ = 2'],
      cells: [
        { value: 74.02 },
        { value: 71.234, deviation: 0.305 },
        { value: 71.234 - 74.02 },
        { value: 0.56 },
        { value: 0.6, deviation: null },
        { value: 0.6 - 0.56 },
      ],
    },
    {
      labels: ['PAT | τ', '±1'],
      cells: [
        { value: 76.22, note },
        { value: 76.3, deviation: 1.2 },
        { value: 76.3 - 76.22 },
        null,
        { value: 0.549 },
        null,
      ],
    },
    {
      labels: ['BMS', ''],
      cells: [
        { value: 8.15 },
        null,
        null,
        { value: 3.08 },
        { value: 0.4501 },
        { value: 0.4501 - 3.08 },
      ],
    },
  ],
};

describe('marksOf', () => {
  it('goes by the numbers as printed', () => {
    const higher = { digits: 1, better: 'higher' } as const;
    expect(marksOf([1.01, 1.04, 0.9, null, 0.2], higher)).toEqual([
      'best',
      'best',
      'second',
      'none',
      'none',
    ]);
    expect(marksOf([3, 1, 2], { digits: 0, better: 'lower' })).toEqual(['none', 'best', 'second']);
    expect(marksOf([3, 1], { digits: 0 })).toEqual(['none', 'none']);
  });
});

describe('tables', () => {
  it('as Markdown', () => {
    expect(tableMarkdown(table).split('\n')).toEqual([
      'Losses & their scores, 100 % CamVid_2',
      '',
      '| Loss | Option | mIoU Paper | mIoU Ours | mIoU Δ | Dice error Paper | Dice error Ours | Dice error Δ |',
      '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| Focal | γ = 2 | <u>74.02</u> | <u>71.23 ± 0.30</u> | −2.79 | **0.6** | <u>0.6</u> | 0.0 |',
      '| PAT \\| τ | ±1 | **76.22**<sup>a</sup> | **76.30 ± 1.20** | +0.08 | – | **0.5** | – |',
      '| BMS |  | 8.15 | – | – | <u>3.1</u> | **0.5** | −2.6 |',
      '',
      `<sup>a</sup> ${note}  `,
      '',
    ]);
  });

  it('as HTML, groups above their columns', () => {
    const text = tableHtml(table);
    expect(text).toContain('<p>Losses &amp; their scores, 100 % CamVid_2</p>');
    expect(text).toMatch(/<th colspan="3" [^>]*>mIoU<\/th><th colspan="3" [^>]*>Dice error<\/th>/);
    expect(text).toMatch(/<td [^>]*><b>76.22<\/b><sup>a<\/sup><\/td>/);
    expect(text).toMatch(/<td [^>]*><u>71.23 ± 0.30<\/u><\/td><td [^>]*>−2.79<\/td>/);
    expect(text.match(/<td [^>]*>–<\/td>/g)).toHaveLength(4);
    expect(text).toContain(`<p><sup>a</sup> ${note}</p>`);
    const bare = { ...table, columns: [{ header: 'p', digits: 3, least: 0.001 }] };
    const small = tableHtml({ ...bare, rows: [{ labels: ['<', ''], cells: [{ value: 1e-9 }] }] });
    expect(small).toMatch(/>&lt;<\/td>.*>&lt;0.001<\/td>/);
    expect(small.match(/<tr>/g)).toHaveLength(2);
  });

  it('as LaTeX', () => {
    const text = tableLatex(table);
    expect(text).toContain(
      '\\begin{tabular}{llS[table-format=2.2, table-space-text-post={\\textsuperscript{a}}]' +
        'S[table-format=2.2(3)]S[table-format=+1.2]',
    );
    expect(text).toContain('\\caption{Losses \\& their scores, 100 \\% CamVid\\_2}');
    expect(text).toContain(
      'Focal & $\\gamma$ = 2 & {\\underline{\\num{74.02}}} & {\\underline{\\num{71.23 +- 0.30}}} & -2.79 &',
    );
    expect(text).toContain(
      '& \\bfseries 76.22 {\\textsuperscript{a}} & \\bfseries 76.30 +- 1.20 &',
    );
    expect(text).toContain('PAT \\textbar{} $\\tau$ &'); // the plain fonts have other signs in the places of |, < and >
    expect(tableLatex({ ...table, caption: 'p < 0.05 > 0' })).toContain(
      '\\caption{p \\textless{} 0.05 \\textgreater{} 0}',
    );
    expect(text).toContain(' & {--} & ');
    expect(text).toContain('\\cmidrule(lr){3-5} \\cmidrule(lr){6-8}');
    expect(tableLatex(table)).toBe(text);
  });

  it('prints what is very small as less than the least number, and many columns small', () => {
    const columns = [{ header: 'p', digits: 3, least: 0.001 }];
    const rows = [0.0004, 0.001].map((value) => ({ labels: ['', ''], cells: [{ value }] }));
    const small = { ...table, columns, rows, compact: true };
    expect(tableMarkdown(small)).toContain('| <0.001 |\n|  |  | 0.001 |');
    expect(tableLatex(small)).toContain('{$<$\\,0.001}');
    expect(tableLatex(small)).toContain('\\scriptsize\\setlength{\\tabcolsep}{2pt}\n');
    expect(tableLatex(table)).not.toContain('tabcolsep');
  });

  it('refuses a bad name and a row of another length', () => {
    expect(() => tableLatex({ ...table, name: 'a b' })).toThrow('a file stem');
    const rows = [{ labels: ['x', 'y'], cells: [null] }];
    expect(() => tableMarkdown({ ...table, rows })).toThrow('2 labels and 6 cells, got 2 and 1');
  });

  const latex = spawnSync('pdflatex', ['--version']).status === 0;
  const packages = ['booktabs.sty', 'siunitx.sty', 'graphicx.sty'];
  const found = latex && packages.every((name) => spawnSync('kpsewhich', [name]).status === 0);
  const reason = found ? '' : ' (skipped: no pdflatex with booktabs, siunitx and graphicx)';
  it.skipIf(!found)(
    `compile, compact ones no wider than the text${reason}`,
    { timeout: 120_000 },
    () =>
      withFolder(async (folder) => {
        const compile = async (text: string) => {
          const document = [
            '\\documentclass{article}',
            '\\usepackage[utf8]{inputenc}',
            '\\usepackage{booktabs, siunitx, graphicx}',
            '\\setlength{\\textwidth}{122mm}',
            '\\begin{document}',
            text,
            '\\end{document}',
          ].join('\n');
          await writeFile(path.join(folder, 'table.tex'), document);
          const options = ['-interaction=nonstopmode', '-halt-on-error', 'table.tex'];
          execFileSync('pdflatex', options, { cwd: folder, stdio: 'ignore' });
          const pdf = await readFile(path.join(folder, 'table.pdf'));
          expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
          return readFile(path.join(folder, 'table.log'), 'utf8');
        };
        expect(await compile(tableLatex(table))).not.toMatch(
          /LaTeX Error|Missing character|siunitx Warning/,
        );
        const columns = Array.from({ length: 4 }, () => table.columns).flat();
        const rows = table.rows.map((row) => ({
          ...row,
          cells: Array.from({ length: 4 }, () => row.cells).flat(),
        }));
        const wide = { ...table, columns, rows };
        expect(await compile(tableLatex(wide))).toContain('Overfull');
        expect(await compile(tableLatex({ ...wide, compact: true }))).not.toMatch(
          /Overfull|LaTeX Error/,
        );
      }),
  );
});
