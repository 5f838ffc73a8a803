/** The notebook helpers in a real kernel: what only shows there. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesWith } from '../support/processes';

const root = resolve(__dirname, '../..');
const python = join(root, '.venv/bin/python');
const installed = existsSync(join(root, '.venv/share/jupyter/kernels/tslab/kernel.json'));

interface Cell {
  code?: string;
  /** Seconds after which the cell is interrupted. */
  interruptAfter?: number;
  /** Kill the kernel instead. */
  kill?: boolean;
}

interface CellResult {
  status: string;
  text: string;
  mimeTypes: string[][];
}

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pat-kernel-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs cells one after another in a kernel of their own. */
async function runCells(cells: Cell[], environment: NodeJS.ProcessEnv = {}): Promise<CellResult[]> {
  const child = spawn(python, [join(root, 'tests/support/kernelCells.py')], {
    cwd: root,
    env: { ...process.env, PAT_FIGURES_DIR: folder, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(cells));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await new Promise((done) => child.on('close', done));
  return JSON.parse(output) as CellResult[];
}

const FIGURE = `const figure = { name: 'kernel', title: 'T', caption: '', aspectRatio: 0.5, rows: [], layout: {},
  data: [{ type: 'scatter' as const, x: [1, 2], y: [3, 4] }] };`;

describe.skipIf(!installed)(
  'a tslab kernel (needs .venv, see npm run setup)',
  { timeout: 120_000 },
  () => {
    it('shows a figure, saves it as a picture, and shows a table', async () => {
      const results = await runCells([
        { code: "import { saveFigure, show, showTable } from './lib/notebook';" },
        { code: `${FIGURE}\nshow(figure);` },
        { code: 'await saveFigure(figure);' },
        { code: 'showTable([{ a: 1 }]);' },
      ]);
      expect(results.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(results.map(({ mimeTypes }) => mimeTypes)).toEqual([
        [],
        [['application/vnd.plotly.v1+json', 'text/plain']],
        [['image/png', 'text/plain']],
        [['text/html', 'text/plain']],
      ]);
      expect(results[2].text).toMatch(/^\S*kernel\.\{svg, pdf, png, csv, json\}\n$/);
      expect(readdirSync(folder).sort()).toContain('kernel.pdf');
    });

    it('outlives interrupts, and each ends the work that listens to it', async () => {
      const work = `const signal = interruptible();
      while (!signal.aborted) { await new Promise((done) => setTimeout(done, 20)); }
      rounds.push('ended');`;
      const results = await runCells([
        { code: "import { interruptible } from './lib/notebook';\nconst rounds: string[] = [];" },
        { code: work, interruptAfter: 1 },
        { code: 'console.log(rounds.join());' },
        { code: work, interruptAfter: 1 },
        { code: 'console.log(rounds.join());' },
      ]);
      expect(results.map(({ status }) => status)).toEqual(['ok', 'error', 'ok', 'error', 'ok']);
      expect([results[2].text, results[4].text]).toEqual(['ended\n', 'ended,ended\n']);
    });

    it('ends an own loop over batches at an interrupt, which listens to nothing', async () => {
      const loop = `while (true) { for await (const batch of data.batches({ batchSize: 2 })) {
        batch.images.dispose(); batch.labels.dispose(); counts[0] += 1; } }`;
      const results = await runCells([
        { code: "import { openDataset } from './lib/datasets';\nconst counts = [0];" },
        {
          code: `const data = await openDataset({ name: 'synthetic', split: 'valid', size: [16, 16] });`,
        },
        { code: `await 0;\n${loop}`, interruptAfter: 5 },
        {
          code: `const before = counts[0];
            await new Promise((done) => setTimeout(done, 500));
            console.log(before > 0, counts[0] - before);`,
        },
      ]);
      expect(results.map(({ status }) => status)).toEqual(['ok', 'ok', 'error', 'ok']);
      expect(results[3].text).toContain('true 0');
    });

    it.skipIf(process.platform !== 'linux')(
      'leaves no browser behind when it is killed (Linux only)',
      async () => {
        const mark = `pat-kernel-test-${process.pid}`;
        const results = await runCells(
          [
            { code: `import { saveFigure } from './lib/notebook';\n${FIGURE}` },
            { code: 'await saveFigure(figure);' },
            { kill: true },
          ],
          { PAT_TEST_MARK: mark },
        );
        expect(results.map(({ status }) => status)).toEqual(['ok', 'ok']);
        await expect.poll(() => processesWith(mark), { timeout: 5000 }).toEqual([]);
      },
    );
  },
);
