import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser } from '../../lib/print/browser';
import { exportFigure } from '../../lib/print/export';
import type { ExportedFiles } from '../../lib/print/export';
import { VENUES, axis, logAxis, panelTitle, seriesStyle } from '../../lib/print/style';
import type { VenueName } from '../../lib/print/style';
import type { Figure } from '../../lib/print/figure';
import { expectClose } from '../support/closeness';

/** Lines with markers on linear and logarithmic axes, and the symbols the paper's figures use. */
function curves(): Figure {
  const x = Float64Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
  const series = [0, 1, 2].map((index) => {
    const { color, dash, symbol } = seriesStyle(index);
    return {
      type: 'scatter' as const,
      mode: 'lines+markers' as const,
      name: `τ = ${index}, β·‖g‖ ≤ 10<sup>−${index}</sup>`,
      x,
      y: x.map((p) => -Math.log(p) + index),
      line: { color, dash },
      marker: { symbol },
    };
  });
  return {
    name: 'export-curves',
    title: 'Curves <1> & "2"',
    caption: 'Three curves.',
    data: series,
    layout: {
      xaxis: logAxis('', {
        title: { text: 'p of the true class → ∞', font: { style: 'italic' } },
      }),
      yaxis: axis('', {
        title: { text: '‖∇L‖ ∈ ℝ, γ × ∂L/∂z<sub>y</sub>', font: { weight: 700 } },
      }),
      annotations: [panelTitle('(a) −1 ≈ √2')],
    },
    aspectRatio: 0.6,
    rows: [...x].map((p, i) => ({ p, class: 'a, "b"', loss: i === 0 ? null : -Math.log(p) })),
  };
}

function heatmap(): Figure {
  const z = [
    [0, 1],
    [2, 3],
  ];
  return { ...curves(), name: 'export-heatmap', data: [{ type: 'heatmap', z }], layout: {} };
}

let folder = '';
let files: ExportedFiles;
let pdf = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pat-export-'));
  files = await exportFigure(curves(), { directory: folder });
  pdf = readFileSync(files.pdf, 'latin1');
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await closeBrowser();
});

const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('the PDF', () => {
  it.each(Object.keys(VENUES) as VenueName[])('has one page of the size of %s', async (venue) => {
    const { pdf: path } = await exportFigure(curves(), { venue, directory: join(folder, venue) });
    const text = readFileSync(path, 'latin1');
    expect(text.match(/\/Type \/Page\b/g)).toHaveLength(1);
    const box = /\/MediaBox \[([^\]]+)\]/.exec(text)?.[1].split(' ').map(Number) ?? [];
    const width = (VENUES[venue].widthMillimetres / 25.4) * 72;
    expectClose([box[2] - box[0], box[3] - box[1]], [width, 0.6 * width], { absolute: 0.01 });
  });

  it('holds its fonts as TrueType, all of them the kit’s, and none as Type 3', () => {
    const fonts = [...pdf.matchAll(/\/BaseFont \/[A-Z]{6}\+([\w-]+)/g)].map((match) => match[1]);
    const families = ['Arimo-Bold', 'Arimo-Italic', 'Arimo-Regular', 'NotoSansMath-Regular'];
    expect([...new Set(fonts)].sort()).toEqual(families);
    const descendants = pdf.match(/\/Subtype \/CIDFontType2/g) ?? [];
    expect(descendants.length).toBe(pdf.match(/\/FontFile2 /g)?.length);
    expect(pdf).not.toContain('/Type3');
  });

  it('holds text as text, not as outlines', () => {
    const streams = [...pdf.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, data]) => {
      try {
        return inflateSync(Buffer.from(data, 'latin1')).toString('latin1');
      } catch {
        return '';
      }
    });
    expect(streams.some((content) => /\bBT\b[\s\S]*\bTf\b[\s\S]*\bET\b/.test(content))).toBe(true);
  });

  it('holds no picture unless the figure has one', async () => {
    expect(pdf).not.toContain('/Subtype /Image');
    const other = await exportFigure(heatmap(), { directory: folder });
    expect(readFileSync(other.pdf, 'latin1')).toContain('/Subtype /Image');
  });

  it('has fixed dates, the figure’s title, and a table whose offsets lead to the objects', () => {
    expect(pdf.match(/\(D:[^)]*\)/g)).toEqual(Array(2).fill("(D:20000101000000+00'00')"));
    expect(pdf).toContain('/Title (Curves <1> & "2")');
    const start = Number(/startxref\s+(\d+)/.exec(pdf)?.[1]);
    expect(pdf.slice(start, start + 4)).toBe('xref');
    const offsets = [...pdf.slice(start).matchAll(/^(\d{10}) \d{5} n/gm)].map((row) =>
      Number(row[1]),
    );
    expect(offsets.length).toBeGreaterThan(10);
    offsets.forEach((offset, i) =>
      expect(pdf.slice(offset)).toMatch(new RegExp(`^${i + 1} 0 obj`)),
    );
  });
});

describe('the SVG', () => {
  it('has its physical size, a matching view box, the title and its fonts', () => {
    const svg = readFileSync(files.svg, 'utf8');
    const [, width, height, box] =
      /^<svg width="([\d.]+)mm" height="([\d.]+)mm" viewBox="0 0 ([\d. ]+)"/.exec(svg) ?? [];
    expectClose([Number(width), Number(height)], [122, 73.2]);
    const [boxWidth, boxHeight] = box.split(' ').map(Number);
    expectClose(boxHeight / boxWidth, 0.6, { absolute: 1e-6 });
    expect(svg).toContain('<title>Curves &lt;1&gt; &amp; &quot;2&quot;</title>');
    expect(svg.match(/@font-face/g)?.length).toBe(new Set(svg.match(/base64,[\w+/=]+/g)).size);
    expect(svg).not.toMatch(/(href|src)="?http/);
  });

  it('names its clip paths after the figure, so that two figures on a page do not share any', async () => {
    const other = await exportFigure({ ...curves(), name: 'other' }, { directory: folder });
    const ids = (path: string): string[] => readFileSync(path, 'utf8').match(/ id="[^"]+"/g) ?? [];
    expect(ids(files.svg).length).toBeGreaterThan(0);
    expect(ids(files.svg).filter((id) => ids(other.svg).includes(id))).toEqual([]);
  });
});

describe('the PNG', () => {
  it('has 300 dots per inch, says so, and shows something', async () => {
    const bytes = readFileSync(files.png);
    const dots = (mm: number) => Math.round((mm / 25.4) * 300);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([dots(122), dots(73.2)]);
    const physical = bytes.indexOf('pHYs');
    expect([4, 8].map((skip) => bytes.readUInt32BE(physical + skip))).toEqual([11811, 11811]);
    expect(bytes[physical + 12]).toBe(1); // dots per metre
    const { channels, dominant } = await sharp(bytes).stats();
    expect(channels[0].stdev).toBeGreaterThan(10);
    expect(dominant.r).toBeGreaterThan(240);
  });
});

describe('the numbers', () => {
  it('are written as CSV, one line per row', () => {
    const lines = readFileSync(files.csv, 'utf8').split('\r\n');
    expect(lines.slice(0, 2)).toEqual(['p,class,loss', '0.05,"a, ""b""",']);
    expect(lines).toHaveLength(22);
  });

  it('are written as Plotly JSON, typed arrays as lists', () => {
    const figure = JSON.parse(readFileSync(files.json, 'utf8')) as Record<string, unknown>;
    expect(figure).toMatchObject({
      name: 'export-curves',
      title: 'Curves <1> & "2"',
      caption: 'Three curves.',
      venue: 'eccv',
      widthMillimetres: 122,
      frames: [],
    });
    expect((figure.data as { x: number[] }[])[0].x).toEqual([
      ...(curves().data[0] as { x: number[] }).x,
    ]);
  });
});

describe('exportFigure', () => {
  it('gives the same bytes again, in this process and in another', async () => {
    const again = await exportFigure(curves(), { directory: join(folder, 'again') });
    const script = join(folder, 'script.ts');
    const target = join(folder, 'elsewhere');
    const library = JSON.stringify(resolve(__dirname, '../../lib/print/export'));
    writeFileSync(
      script,
      `import { readFileSync } from 'node:fs';
      import { exportFigure } from ${library};
      const { name, title, caption, data, layout } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
      void exportFigure({ name, title, caption, data, layout, aspectRatio: 0.6, rows: [] },
        { directory: ${JSON.stringify(target)} });`,
    );
    const figure = join(folder, 'figure.json');
    const { name, title, caption, data, layout } = curves();
    const listed = data.map((trace) => {
      const { x, y } = trace as { x: Float64Array; y: Float64Array };
      return { ...trace, x: [...x], y: [...y] };
    });
    writeFileSync(figure, JSON.stringify({ name, title, caption, data: listed, layout }));
    const tsx = resolve(__dirname, '../../node_modules/tsx/dist/cli.mjs');
    await promisify(execFile)(process.execPath, [tsx, script, figure]);
    for (const format of ['svg', 'pdf', 'png', 'json'] as const) {
      expect(digest(again[format]), format).toBe(digest(files[format]));
      expect(digest(join(target, `export-curves.${format}`)), format).toBe(digest(files[format]));
    }
  });

  it('says before drawing that a folder cannot be written to', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const directory = join(file, 'figures');
    await expect(exportFigure(curves(), { directory })).rejects.toThrow(
      `exportFigure: directory must be a folder that can be written to, got '${directory}' (ENOTDIR`,
    );
  });

  it('takes the folder from PAT_FIGURES_DIR and leaves nothing but the five files in it', async () => {
    const directory = join(folder, 'environment');
    const list = join(folder, 'list');
    process.env.PAT_FIGURES_DIR = directory;
    process.env.PAT_FIGURES_LIST = list;
    try {
      await exportFigure(curves());
    } finally {
      delete process.env.PAT_FIGURES_DIR;
      delete process.env.PAT_FIGURES_LIST;
    }
    // npm start, which runs several notebooks at a time, reads from it which of them wrote what.
    expect(readFileSync(list, 'utf8')).toBe('export-curves\n');
    expect(readdirSync(directory).sort()).toEqual(
      ['csv', 'json', 'pdf', 'png', 'svg'].map((format) => `export-curves.${format}`),
    );
  });

  it('leaves older files as they were, and nothing else, when it fails', async () => {
    const directory = join(folder, 'failing');
    const kept = await exportFigure(curves(), { directory });
    const before = digest(kept.svg);
    const bad = { ...curves(), layout: { xaxis: axis('a \uE123') } };
    await expect(exportFigure(bad, { directory })).rejects.toThrow(
      "has a glyph for '\uE123' (U+E123)",
    );
    expect(readdirSync(directory)).toHaveLength(5);
    expect(digest(kept.svg)).toBe(before);
  });

  it('names the file that it cannot write, and what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-taken-'));
    mkdirSync(join(folder, 'export-curves.json', 'inside'), { recursive: true });
    await expect(exportFigure(curves(), { directory: folder })).rejects.toThrow(
      `exportFigure: ${join(folder, 'export-curves.json')} must be a file, got EISDIR. It is a folder`,
    );
    rmSync(folder, { recursive: true });
  });

  it('throws for a name that is no file stem, an unknown venue or option, and a bad size', async () => {
    const given = (change: object, options: object = {}) =>
      exportFigure({ ...curves(), ...change }, { directory: folder, ...options });
    await expect(given({ name: '../up' })).rejects.toThrow('figure.name must be letters, digits');
    await expect(given({ aspectRatio: 0 })).rejects.toThrow('figure.aspectRatio must be a number');
    await expect(given({}, { venue: 'cvpr' })).rejects.toThrow('venue must be one of eccv, ieee');
    await expect(given({}, { dpi: 600 })).rejects.toThrow('option must be one of venue, directory');
  });

  it('draws figures asked for at once one after another, each into its own files', async () => {
    const directory = join(folder, 'parallel');
    const [first, second] = await Promise.all([
      exportFigure(curves(), { directory }),
      exportFigure(heatmap(), { directory }),
    ]);
    expect(digest(first.svg)).toBe(digest(files.svg));
    expect(readFileSync(second.svg, 'utf8')).toContain('<image');
  });
});
