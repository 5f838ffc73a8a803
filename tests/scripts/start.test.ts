/** `npm start` with notebooks of its own: several at a time, each with what is its own. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKernel } from '../support/kernel';

const script = resolve(__dirname, '../../scripts/start.mjs');
const folder = mkdtempSync(join(tmpdir(), 'start-test-'));
const marks = join(folder, 'marks');

/** Code that makes the mark `own` and waits for the mark `other`. */
const meet = (own: string, other: string) => `
import { existsSync, writeFileSync } from 'fs';
const mark = (name: string) => ${JSON.stringify(marks)} + '/' + name;
writeFileSync(mark('${own}'), '');
while (!existsSync(mark('${other}'))) await new Promise((done) => setTimeout(done, 20));
console.log('met');`;

/** Code that writes a figure and says so, as exportFigure does. */
const draw = (name: string) => `
import { appendFileSync } from 'fs';
const figure = { name: '${name}', title: '${name}', data: [] };
writeFileSync(process.env.PAT_FIGURES_DIR + '/${name}.json', JSON.stringify(figure));
appendFileSync(process.env.PAT_FIGURES_LIST ?? '', '${name}\\n');
writeFileSync(mark('${name}-done'), '');`;

function writeNotebook(name: string, sources: string[], metadata: object = {}): string {
  const file = join(folder, `${name}.ipynb`);
  const cells = sources.map((source, i) => {
    return {
      id: `c${i}`,
      cell_type: 'code',
      metadata: {},
      source,
      execution_count: null,
      outputs: [],
    };
  });
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  const whole = { cells, metadata: { kernelspec, ...metadata }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(file, JSON.stringify(whole));
  return file;
}

async function start(...args: string[]) {
  const child = spawn(process.execPath, [script, '--skip-setup', ...args]);
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const status = await new Promise<number | null>((done) => child.on('close', done));
  return { status, output };
}

beforeAll(() => mkdirSync(marks));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasKernel)(
  'npm start (needs .venv, see npm run setup)',
  { timeout: 480_000 },
  () => {
    it('runs two notebooks at a time, one that measures time alone, and keeps apart what they write', async () => {
      const last = `import { existsSync } from 'fs';
      const isThere = (name: string) => existsSync(${JSON.stringify(marks)} + '/' + name);
      console.log(['fig-a-done', 'fig-b-done'].map(isThere).join());`;
      const measuring = writeNotebook('measuring', [last], { measures_time: true });
      const a = writeNotebook('a', [meet('a', 'b'), draw('fig-a')]);
      const b = writeNotebook('b', [meet('b', 'a'), draw('fig-b')]);
      const only = [measuring, a, b].flatMap((file) => ['--only', file]);
      const both = join(folder, 'both');
      const { status, output } = await start(...only, '--jobs', '2', '--out', both);
      expect(status, output).toBe(0);
      expect(output).toContain('3 of 3 notebooks ran, 2 figures written');
      expect(output).toMatch(/^a {26}\[1\/2\] import/m);
      const read = (out: string, name: string) => readFileSync(join(out, name), 'utf8');
      expect(read(both, 'notebooks/measuring.ipynb')).toContain('true,true');
      for (const name of ['a', 'b']) {
        const record = JSON.parse(read(both, `notebooks/${name}.json`)) as { figures: string[] };
        expect(record.figures).toEqual([`fig-${name}`]);
      }
      // One after the other (the marks are there by now): the same bytes.
      const single = join(folder, 'single');
      expect((await start(...only.slice(2), '--jobs', '1', '--out', single)).status).toBe(0);
      const files = ['fig-a.json', 'fig-b.json', 'notebooks/a.ipynb', 'notebooks/b.html'];
      for (const file of files) expect(read(single, file), file).toBe(read(both, file));
    });

    it.each([['0'], ['two']])('refuses --jobs %s', async (jobs) => {
      const { status, output } = await start('--jobs', jobs);
      expect({ status, output }).toEqual({
        status: 1,
        output: `--jobs must be a whole number >= 1, got '${jobs}'.\n`,
      });
    });
  },
);
