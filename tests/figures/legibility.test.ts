import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PALETTE } from '../../lib/print/style';
import type { Figure } from '../../lib/print/figure';
import { ARRANGEMENTS, EXAMPLES } from '../support/exampleFigures/table';
import { contrast, legibilityProblems } from '../support/legibility';

const FIGURES = resolve(__dirname, '../../lib/figures');

describe('the table of example figures', () => {
  it('has every function of lib/figures that makes a figure', () => {
    const files = readdirSync(FIGURES).filter((file) => file.endsWith('.ts'));
    const functions = files.flatMap((file) => {
      const source = readFileSync(join(FIGURES, file), 'utf8');
      const declared = source.matchAll(
        /^export (?:async )?function (\w+)\([^]*?\n?\): (?:Promise<)?(\w+)\b/gm,
      );
      return [...declared].filter(([, , type]) => type === 'Figure').map(([, name]) => name);
    });
    expect(functions.length).toBeGreaterThan(15);
    const missing = functions.filter((name) => !(name in EXAMPLES) && !ARRANGEMENTS.includes(name));
    expect(missing, 'lines missing in tests/support/exampleFigures/table.ts').toEqual([]);
  });
});

/** What only code calls so: a loss, a network, a data set. */
const codeNames =
  /\b(crossEntropy|classBalanced|classBalancedFocal|balancedSoftmax|attentionUnet|nestedUnet|oxfordPet)\b/;
/** Attributes that no reader sees. */
const hidden = ['legendgroup'];

function codeNamesIn(value: unknown): string[] {
  if (typeof value === 'string') return codeNames.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  const shown = Object.entries(value).filter(([key]) => !hidden.includes(key));
  return shown.flatMap(([, inner]) => codeNamesIn(inner));
}

describe('every figure', () => {
  it.each(Object.keys(EXAMPLES))(
    '%s is legible in grey and for colour-blind readers',
    async (name) => {
      for (const figure of await EXAMPLES[name]()) expect(legibilityProblems(figure)).toEqual([]);
    },
  );

  it.each(Object.keys(EXAMPLES))('%s names things as the paper does', async (name) => {
    for (const { data, layout, caption } of await EXAMPLES[name]()) {
      expect(codeNamesIn({ data, layout, caption })).toEqual([]);
    }
  });
});

describe('the palette', () => {
  it('stands out from white', () => {
    for (const color of PALETTE) expect(contrast(color, '#FFFFFF'), color).toBeGreaterThan(3);
  });
});

describe('the rules', () => {
  const line = (name: string, color: string, dash: string, symbol: string) => ({
    ...{ type: 'scatter', mode: 'lines+markers', name, x: [1], y: [1] },
    ...{ line: { color, dash }, marker: { color, symbol } },
  });
  const figure = (data: object[], layout: Figure['layout'] = {}): Figure => ({
    ...{ name: 'rules', title: '', caption: '', aspectRatio: 1, rows: [] },
    data: data,
    layout,
  });

  it('find series that only colour tells apart, in one panel', () => {
    const [first, second] = [line('a', '#000000', 'dot', 'x'), line('b', '#0072B2', 'dot', 'x')];
    expect(legibilityProblems(figure([first, second]))).toEqual([
      "x: 'a' and 'b' share dash and marker (dot, x)",
    ]);
    expect(legibilityProblems(figure([first, { ...second, xaxis: 'x2' }]))).toEqual([]);
    expect(legibilityProblems(figure([first, line('b', '#0072B2', 'dot', 'cross')]))).toEqual([]);
  });

  it('find faint marks and faint text', () => {
    const yellow = line('a', '#F0E442', 'solid', 'x');
    expect(legibilityProblems(figure([yellow]))).toEqual(["x: 'a' has a contrast of 1.32:1"]);
    const outlined = {
      ...yellow,
      marker: { color: '#F0E442', line: { color: '#000000', width: 1 } },
    };
    expect(legibilityProblems(figure([outlined]))).toEqual([]);
    const clear = { ...line('a', '#000000', 'solid', 'x'), opacity: 0.2 };
    expect(legibilityProblems(figure([clear]))).toEqual(["x: 'a' has a contrast of 1.61:1"]);
    const note = { text: 'note', font: { color: '#999999' } };
    expect(legibilityProblems(figure([], { annotations: [note] }))).toEqual([
      'layout.annotations.0.font: 2.85:1',
    ]);
  });

  it('measure contrast as WCAG does', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 9);
    expect(contrast('rgb(119,119,119)', '#ffffff')).toBeCloseTo(4.478, 3);
    expect(contrast('rgba(0,0,0,0)', '#FFFFFF')).toBe(1);
    expect(() => contrast('grey', '#FFFFFF')).toThrow(/no colour/);
  });
});
