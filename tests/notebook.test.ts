import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeBrowser } from '../lib/print/browser';
import { axis } from '../lib/print/style';
import type { Figure } from '../lib/print/figure';
import {
  dataFrame,
  interruptible,
  markdown,
  progress,
  saveFigure,
  show,
  showImage,
  showTable,
} from '../lib/notebook';

const figure: Figure = {
  name: 'notebook',
  title: 'A figure',
  caption: '',
  data: [{ type: 'scatter', x: new Float32Array([1, NaN]), y: [Infinity, 2] }],
  layout: { xaxis: axis('τ'), sliders: [{}] },
  frames: [{ name: '1' }],
  aspectRatio: 0.5,
  rows: [],
};

interface Output {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

const require = createRequire(__filename);
const jupyter = require.resolve('tslab/dist/jupyter.js');
let outputs: { content: Output; update: boolean }[] = [];

/** Makes this process look like a tslab kernel whose cell is running. */
function startCell(): void {
  const lastWriteDisplayData = (content: Output, update: boolean) =>
    outputs.push({ content, update });
  require.cache[jupyter] = { exports: { lastWriteDisplayData } } as unknown as NodeJS.Module;
}

beforeEach(() => {
  outputs = [];
});

afterEach(() => {
  delete require.cache[jupyter];
  vi.restoreAllMocks();
});

describe('in a cell', () => {
  beforeEach(startCell);

  it('a figure is shown with its frames and sliders, at the size asked for', () => {
    show(figure, { width: 500 });
    const { data } = outputs[0].content;
    expect(data['application/vnd.plotly.v1+json']).toMatchObject({
      data: [{ x: [1, null], y: [null, 2] }],
      layout: { width: 500, height: 250, sliders: [{}] },
      frames: [{ name: '1' }],
    });
    expect(data['text/plain']).toBe('Figure notebook: A figure');
  });

  it('an unknown option or a width that is no width is an error', () => {
    expect(() => show(figure, { widht: 500 } as object)).toThrow("Did you mean 'width'?");
    expect(() => show(figure, { width: -1 })).toThrow('show: width must be a number >= 100');
    expect(() => showTable([], { precision: 0 })).toThrow(
      'showTable: precision must be an integer',
    );
    expect(outputs).toEqual([]);
  });

  it('a picture keeps its bytes and is as wide as asked', () => {
    showImage(Uint8Array.of(1, 2, 3), { width: 461.1 });
    expect(outputs[0].content.data['image/png']).toBe('AQID');
    expect(outputs[0].content.metadata).toEqual({ 'image/png': { width: 461 } });
  });

  it('Markdown is shown as Markdown', () => {
    markdown('**12** images');
    expect(outputs[0].content.data['text/markdown']).toBe('**12** images');
  });

  it('a figure is saved, shown at its print size, and its files are named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pat-notebook-'));
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      // A void result: tslab would print anything else below the picture.
      expect(await saveFigure(figure, { directory: folder, venue: 'ieee' })).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
      await closeBrowser();
    }
    const { data, metadata } = outputs[0].content;
    expect(
      Buffer.from(data['image/png'] as string, 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect(metadata).toEqual({ 'image/png': { width: 336 } });
    expect(log.mock.calls[0][0]).toMatch(/notebook\.\{svg, pdf, png, csv, json\}$/);
  });

  it('progress rewrites one output, at most every 100 ms', () => {
    vi.useFakeTimers();
    try {
      const bar = progress('epoch', 4);
      bar.update(1);
      vi.advanceTimersByTime(2000);
      bar.update(2);
      vi.advanceTimersByTime(50);
      bar.update(3);
      bar.update(4);
      bar.done();
    } finally {
      vi.useRealTimers();
    }
    const lines = outputs.map(({ content }) => content.data['text/plain']);
    expect(lines).toEqual([
      `epoch ▕${' '.repeat(24)}▏ 0/4 0 %, 0:00`,
      `epoch ▕${'█'.repeat(12)}${' '.repeat(12)}▏ 2/4 50 %, 0:02, 0:02 left`,
      `epoch ▕${'█'.repeat(24)}▏ 4/4 100 %, 0:02`,
    ]);
    expect(outputs.map(({ update }) => update)).toEqual([false, true, true]);
    const ids = outputs.map(({ content }) => content.transient.display_id);
    expect(ids[0]).toBeTruthy();
    expect(new Set(ids).size).toBe(1);
  });

  it('progress of nothing shows nothing', () => {
    const bar = progress('runs', 0);
    bar.update(0);
    bar.done();
    expect(outputs).toEqual([]);
  });
});

describe('a table', () => {
  const html = (index = 0) => outputs[index].content.data['text/html'] as string;
  const text = (index = 0) => outputs[index].content.data['text/plain'] as string;
  beforeEach(startCell);

  it('is escaped, numbers to the right', () => {
    showTable([{ '<b>': 'a & "b"', n: 3 }], { title: 'T < 1' });
    expect(html()).toContain('<caption style="text-align:left">T &lt; 1</caption>');
    expect(html()).toMatch(/<th style="text-align:left;[^>]*>&lt;b&gt;<\/th>/);
    expect(html()).toMatch(/<td style="text-align:left;[^>]*>a &amp; &quot;b&quot;<\/td>/);
    expect(html()).toMatch(/<td style="text-align:right;[^>]*>3<\/td>/);
  });

  it('shows counts in full, other numbers with the digits asked for, nothing as a dash', () => {
    const values = [123456789, 0.5, 1234.5678, -0.000012345, 1.5e9 + 0.5, NaN, null, undefined];
    showTable(values.map((v) => ({ v })));
    const shown = ['1.235e+8', '0.5000', '1235', '−1.234e-5', '1.500e+9', 'NaN', '–', '–'];
    expect(
      text()
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    ).toEqual(shown);
    showTable([{ v: 1234.5678, w: 0.5 }], { precision: 6 });
    expect(text(1)).toBe('      v         w\n1234.57  0.500000');
    showTable([{ n: 123456789 }, { n: -7 }]);
    expect(text(2)).toBe('        n\n123456789\n       −7');
  });

  it('shows the numbers of a column with as many decimals, where none loses its digits', () => {
    const shares = [31.6912, 5.87, 0.29167, 13];
    showTable(
      [20.2, 7.6, 13].map((v, i) => ({ v, share: shares[i], wide: [2000.5, 0.002, 1][i] })),
    );
    expect(text()).toBe(
      '   v  share      wide\n20.2  31.69      2001\n 7.6   5.87  0.002000\n13.0   0.29     1.000',
    );
  });

  it('has every column of every row, in the order they appear', () => {
    showTable([{ a: 1 }, { b: 'x', a: 2 }]);
    expect(text()).toBe('a  b\n1  –\n2  x');
  });

  it('can be a danfojs frame, with its index where it has a meaning', () => {
    const frame = dataFrame([
      { name: 'car', count: 2 },
      { name: 'sky', count: 10 },
    ]);
    showTable(frame);
    expect(text()).toBe('name  count\ncar       2\nsky      10');
    showTable(frame.sortValues('count', { ascending: false }));
    expect(text(1)).toBe('   name  count\n1  sky      10\n0  car       2');
  });

  it('of no rows cannot become a frame', () => {
    expect(() => dataFrame([])).toThrow('dataFrame: rows must be at least one row, got [].');
  });
});

describe('outside a kernel', () => {
  it('outputs are printed as text', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    show(figure);
    showTable([{ a: 1 }], { title: 'T' });
    showImage(new Uint8Array(5));
    expect(log.mock.calls.flat()).toEqual([
      'Figure notebook: A figure',
      'T\na\n1',
      'Image, 5 bytes',
    ]);
  });

  it.each([true, false])('progress goes to the standard error (a terminal: %s)', (terminal) => {
    const written: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => written.push(String(line)) > 0);
    const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    Object.defineProperty(process.stderr, 'isTTY', { value: terminal, configurable: true });
    vi.useFakeTimers();
    try {
      const bar = progress('p', 2);
      vi.advanceTimersByTime(5000);
      bar.update(1);
      bar.done();
    } finally {
      vi.useRealTimers();
      if (isTTY) Object.defineProperty(process.stderr, 'isTTY', isTTY);
      else delete (process.stderr as { isTTY?: boolean }).isTTY;
    }
    if (terminal) {
      expect(written).toHaveLength(3);
      expect(written.every((line) => line.startsWith('\r'))).toBe(true);
      expect(written[2].endsWith('\n')).toBe(true);
    } else {
      expect(written).toHaveLength(2); // nothing at 5 s
      expect(written.every((line) => line.endsWith('\n'))).toBe(true);
    }
  });
});

describe('interruptible', () => {
  it('aborts at an interrupt; the next call gives a fresh signal', async () => {
    const signal = interruptible();
    expect(interruptible()).toBe(signal);
    expect(signal.aborted).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    process.emit('SIGINT', 'SIGINT');
    expect(signal.aborted).toBe(true);
    expect((signal.reason as Error).message).toBe('interrupted');
    expect(interruptible().aborted).toBe(false);
  });
});
