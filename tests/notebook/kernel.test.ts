/** The notebook helpers in a real kernel: what only shows there. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKernel, runCells } from '../support/kernel';
import { processesWith } from '../support/processes';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pat-kernel-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const figures = () => ({ PAT_FIGURES_DIR: folder });

const FIGURE = `const figure = { name: 'kernel', title: 'T', caption: '', aspectRatio: 0.5, rows: [], layout: {},
  data: [{ type: 'scatter' as const, x: [1, 2], y: [3, 4] }] };`;

describe.skipIf(!hasKernel)(
  'a tslab kernel (needs .venv, see npm run setup)',
  { timeout: 240_000 },
  () => {
    it('shows a figure, saves it as a picture, and shows a table', async () => {
      const results = await runCells(
        [
          { code: "import { saveFigure, show, showTable } from './lib/notebook';" },
          { code: `${FIGURE}\nshow(figure);` },
          { code: 'await saveFigure(figure);' },
          { code: 'showTable([{ a: 1 }]);' },
        ],
        figures(),
      );
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

    it('shows a figure and a frame that are the last expression of a cell', async () => {
      const results = await runCells([
        { code: "import { dataFrame, figure } from './lib/notebook';" },
        { code: "figure({ name: 'own', data: [{ y: [1, 2] }] })" },
        { code: 'await dataFrame([{ a: 1 }])' },
        { code: '1 + 1' },
      ]);
      expect(results.map(({ mimeTypes }) => mimeTypes)).toEqual([
        [],
        [['application/vnd.plotly.v1+json', 'text/plain']],
        [['text/html', 'text/plain']],
        [],
      ]);
      expect(results.map(({ text }) => text)).toEqual(['', '', '', '2\n']);
    });

    it('outlives interrupts, and each ends the work that listens to it', async () => {
      const work = `const signal = interruptible();
      await new Promise((done) => setTimeout(done, 20));
      console.log('begun');
      while (!signal.aborted) { await new Promise((done) => setTimeout(done, 20)); }
      rounds.push('ended');`;
      const results = await runCells(
        [
          { code: "import { interruptible } from './lib/notebook';\nconst rounds: string[] = [];" },
          { code: work, interruptWhen: 'begun' },
          { code: 'console.log(rounds.join());' },
          { code: work, interruptWhen: 'begun' },
          { code: 'console.log(rounds.join());' },
        ],
        figures(),
      );
      expect(results.map(({ status }) => status)).toEqual(['ok', 'error', 'ok', 'error', 'ok']);
      expect([results[2].text, results[4].text]).toEqual(['ended\n', 'ended,ended\n']);
    });

    it('ends an own loop over batches at an interrupt, which listens to nothing', async () => {
      const loop = `while (true) { for await (const batch of data.batches({ batchSize: 2 })) {
        batch.images.dispose(); batch.labels.dispose(); counts[0] += 1;
        if (counts[0] === 3) console.log('begun'); } }`;
      const results = await runCells([
        { code: "import { openDataset } from './lib/datasets';\nconst counts = [0];" },
        {
          code: `const data = await openDataset({ name: 'synthetic', split: 'valid', size: [16, 16] });`,
        },
        { code: `await 0;\n${loop}`, interruptWhen: 'begun' },
        {
          code: `const before = counts[0];
            await new Promise((done) => setTimeout(done, 500));
            console.log(before > 0, counts[0] - before);`,
        },
      ]);
      expect(results.map(({ status }) => status)).toEqual(['ok', 'ok', 'error', 'ok']);
      expect(results[3].text).toContain('true 0');
    });

    it('says where a stopped training goes on, in one line, and goes on there', async () => {
      const outDir = JSON.stringify(join(folder, 'stopped'));
      const training = `const run = await trainLive({ ...config, epochs }, { dataset: 'drawn', curves: false, outDir: ${outDir} });`;
      const results = await runCells([
        {
          code: `import { trainLive } from './lib/notebook/trainLive';
            import { runExperiment } from './lib/training/experiment';
            import type { ProgressEvent } from './lib/training/experiment';
            const config = { dataset: { name: 'synthetic' as const, size: [16, 16] as [number, number], trainLength: 8, validLength: 2 },
              model: { name: 'segnet' as const, width: 2 }, batchSize: 2, logging: { tensorboard: false, images: 0, classStatistics: false } };
            const epochs = 400;`,
        },
        {
          code: `await 0;\nsetTimeout(() => console.log('begun'), 3000);\n${training}`,
          interruptWhen: 'begun',
        },
        {
          code: `const onProgress = (event: ProgressEvent) => { if (event.kind === 'start') console.log('from step', event.step); };
            await runExperiment({ ...config, epochs }, { outDir: ${outDir}, onProgress });`,
          interruptWhen: 'from step',
        },
      ]);
      expect(results.map(({ status }) => status)).toEqual(['ok', 'error', 'error']);
      const [, stopped, again] = results.map(({ text }) => text);
      const [, step] =
        /stopped: checkpoint saved at step (\d+)\. Run the cell again to go on\./.exec(stopped) ??
        [];
      expect(Number(step)).toBeGreaterThan(0);
      expect(stopped).toMatch(/\nInterrupted\.\n$/);
      expect(stopped).not.toMatch(/^ +at /m);
      expect(again).toContain(`from step ${step}\n`);
    });

    it('ends when it is told to, in the middle of a training, and its lock is free at once', async () => {
      const run = JSON.stringify(join(folder, 'run'));
      const training = `import { lockRun } from './lib/runs/lock';
      await lockRun(${run});
      console.log('locked');
      for (;;) await new Promise((done) => setTimeout(done, 20));`;
      const next = `import { lockRun } from './lib/runs/lock';
      const start = performance.now();
      const { takenOver } = await lockRun(${run});
      console.log(takenOver !== undefined, performance.now() - start < 5000);`;
      const results = await runCells([{ code: training, endAfter: 'locked' }, { code: next }]);
      expect(results.map(({ status }) => status)).toEqual(['ended 0', 'ok']);
      expect(results[1].text).toBe('true true\n');
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
          { ...figures(), PAT_TEST_MARK: mark },
        );
        expect(results.map(({ status }) => status)).toEqual(['ok', 'ok']);
        await expect.poll(() => processesWith(mark), { timeout: 5000 }).toEqual([]);
      },
    );
  },
);
