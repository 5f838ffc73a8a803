import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../lib/print/browser';

const SCRIPT = resolve(__dirname, '../../scripts/notebook.mjs');
const FOLDER = mkdtempSync(join(tmpdir(), 'notebook-test-'));

interface Cell {
  cell_type: string;
  metadata: Record<string, unknown>;
  source: string | string[];
  execution_count?: number | null;
  outputs?: { name?: string; text?: string[]; data?: Record<string, unknown> }[];
}

const PARAMETERS = code(
  'let tau = 1;\nlet names: string[] = ["a", "b"];\nlet dataset = "camvid";',
  {
    tags: ['parameters'],
    profiles: { tiny: { dataset: 'synthetic', tau: 5 } },
  },
);

function code(source: string, metadata: Record<string, unknown> = {}): Cell {
  return { cell_type: 'code', metadata, source, execution_count: null, outputs: [] };
}

function writeNotebook(name: string, cells: Cell[]): string {
  const file = join(FOLDER, `${name}.ipynb`);
  const metadata = {
    kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' },
  };
  const numbered = cells.map((cell, i) => ({ id: `cell-${i}`, ...cell }));
  writeFileSync(
    file,
    JSON.stringify({ cells: numbered, metadata, nbformat: 4, nbformat_minor: 5 }),
  );
  return file;
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [SCRIPT, ...args, '--skip-setup', '--out', FOLDER]);
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const done = new Promise<{ status: number | null; output: string }>((finish) =>
    child.on('close', (status) => finish({ status, output })),
  );
  return { child, done };
}

function executed(name: string): Cell[] {
  const text = readFileSync(join(FOLDER, 'notebooks', `${name}.ipynb`), 'utf8');
  return (JSON.parse(text) as { cells: Cell[] }).cells;
}

function printed(cells: Cell[]): string {
  return cells
    .flatMap((cell) => cell.outputs ?? [])
    .flatMap((output) => output.text ?? [])
    .join('');
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resume) => setTimeout(resume, 50));
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Alive, and not merely waiting to be reaped. */
function running(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('npm run notebook', () => {
  it('sets parameters from the profile, then from --set, in the executed copy alone', async () => {
    const file = writeNotebook('parameters', [
      PARAMETERS,
      code('console.log(JSON.stringify([tau, names, dataset]));'),
      code('for (let i = 1; i <= 3000; i++) console.log(`line ${i}`);'),
    ]);
    const before = readFileSync(file);
    const settings = ['--set', 'tau=2', '--set', 'names=["</script>"]'];
    const { status, output } = await start(file, '--profile', 'tiny', ...settings).done;
    expect(output).toContain('[4/4]');
    expect(status, output).toBe(0);
    const expected = [2, ['</script>'], 'synthetic'];
    expect(printed(executed('parameters'))).toContain(JSON.stringify(expected));
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i + 1}\n`).join('');
    expect(executed('parameters').at(-1)?.outputs).toMatchObject([{ name: 'stdout' }]);
    expect(printed(executed('parameters').slice(-1))).toBe(lines);
    expect(readFileSync(file)).toEqual(before);
  });

  it('reports the failing cell with its error, runs no later one and leaves the notebook as it was', async () => {
    const file = writeNotebook('failing', [
      code('console.log("first");'),
      code('const reason = "no such thing";\nthrow new Error(reason);'),
      code('console.log("later");'),
    ]);
    const before = readFileSync(file);
    const { status, output } = await start(file, '--save').done;
    expect(status, output).toBe(1);
    expect(output).toMatch(/cell 2 of 3 failed/);
    expect(output).toContain('| throw new Error(reason);');
    expect(output).toContain('Error: no such thing');
    expect(printed(executed('failing'))).not.toContain('later');
    expect(readFileSync(file)).toEqual(before);
  });

  it('runs the cell after an expected failure, which the kernel refuses at first', async () => {
    const file = writeNotebook('expected', [
      code('throw new Error("as described");', { tags: ['raises-exception'] }),
      code('console.log("ran after it");'),
      code('1 + 1;', { tags: ['raises-exception'] }),
    ]);
    const { status, output } = await start(file).done;
    expect(printed(executed('expected'))).toContain('ran after it');
    expect(output).toMatch(/cell 3 of 3 failed[\s\S]*raised nothing/);
    expect(status, output).toBe(1);
  });

  it('fails on a rejection that no cell awaits', async () => {
    const file = writeNotebook('unawaited', [
      code('const lost = (async () => { throw new Error("nobody waits"); })();'),
      code('console.log("goes on");'),
    ]);
    const { status, output } = await start(file).done;
    expect(output).toMatch(/cell 1 of 2 failed[\s\S]*no cell awaits[\s\S]*nobody waits/);
    expect(status, output).toBe(1);
  });

  it('says so when the kernel is killed', async () => {
    const file = writeNotebook('killed', [
      code('process.kill(process.pid, "SIGKILL");\nawait new Promise(() => {});'),
    ]);
    const { status, output } = await start(file).done;
    expect(output).toMatch(/killed by SIGKILL while this cell ran/);
    expect(status, output).toBe(1);
  });

  it('stops the kernel on Ctrl-C and exits with 130', async () => {
    const mark = join(FOLDER, 'pid');
    const file = writeNotebook('endless', [
      code(
        `import * as fs from 'fs';\nfs.writeFileSync(${JSON.stringify(mark)}, String(process.pid));`,
      ),
      code('while (true) {}'),
    ]);
    const { child, done } = start(file);
    await until(() => existsSync(mark) && readFileSync(mark, 'utf8') !== '');
    child.kill('SIGINT');
    const { status, output } = await done;
    expect(output).toContain('Interrupted');
    expect(status, output).toBe(130);
    expect(alive(Number(readFileSync(mark, 'utf8')))).toBe(false);
  });

  it.each(['the Python process', 'npm run notebook'])(
    'ends, and the kernel with it, when %s is killed',
    async (which) => {
      const [mark, connection] = ['processes', 'connection'].map((name) => join(FOLDER, name));
      const file = writeNotebook('orphan', [
        code(`import * as fs from 'fs';
fs.writeFileSync(${JSON.stringify(connection)}, process.argv[process.argv.length - 1]);
fs.writeFileSync(${JSON.stringify(mark)}, process.pid + ' ' + process.ppid);`),
        code('while (true) {}'),
      ]);
      rmSync(mark, { force: true });
      const { child, done } = start(file);
      await until(() => existsSync(mark) && readFileSync(mark, 'utf8') !== '');
      const [kernel, runner] = readFileSync(mark, 'utf8').split(' ').map(Number);
      expect(existsSync(readFileSync(connection, 'utf8'))).toBe(true);
      const killed = which === 'npm run notebook' ? (child.pid ?? NaN) : runner;
      process.kill(killed, 'SIGKILL');
      const { status, output } = await done;
      await until(() => !running(kernel) && !running(runner));
      expect(existsSync(readFileSync(connection, 'utf8'))).toBe(false);
      if (killed !== runner) return;
      expect(output).toMatch(/the Python process that runs the notebook was ended by SIGKILL/);
      expect(status, output).toBe(1);
    },
  );

  it('saves outputs with counts from 1, without what differs by run and without photographs', async () => {
    const photographs = code('console.log("a photograph");', { tags: ['licensed-images'] });
    const cells = [PARAMETERS, code('console.log(`tau is ${tau}`);'), photographs];
    const file = writeNotebook('saved', cells);
    const { status, output } = await start(file, '--save').done;
    expect(status, output).toBe(0);
    const saved = (JSON.parse(readFileSync(file, 'utf8')) as { cells: Cell[] }).cells;
    expect(saved.map((cell) => cell.execution_count)).toEqual([1, 2, 3]);
    expect(printed(saved)).toBe('tau is 1\n');
    expect(saved.map((cell) => cell.metadata)).toEqual(cells.map((cell) => cell.metadata));
    expect(JSON.stringify(saved[2].outputs)).toContain('not committed');
    expect(printed(executed('saved'))).toContain('a photograph');
  });

  it('writes HTML whose figures have working sliders without a network', async () => {
    const step = '{ label: n, method: "animate", args: [[n], { mode: "immediate" }] }';
    const figure = `{ data: [{ x: [0, 1], y: [0, 1], mode: "lines", name: "</script>" }],
      layout: { yaxis: { range: [0, 9] }, sliders: [{ steps: ["1", "8"].map((n) => (${step})) }] },
      frames: ["1", "8"].map((n) => ({ name: n, data: [{ y: [0, Number(n)] }] })) }`;
    const file = writeNotebook('figure', [
      { cell_type: 'markdown', metadata: {}, source: '# A figure\n\nwith $\\frac{1}{2}$' },
      code(
        `import { display } from 'tslab';\ndisplay.raw('application/vnd.plotly.v1+json', <any>${figure});`,
      ),
    ]);
    const { status, output } = await start(file).done;
    expect(status, output).toBe(0);
    const browser = (await launchBrowser()) as unknown as Browser;
    try {
      const page = await browser.newPage({ offline: true });
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(`file://${join(FOLDER, 'notebooks', 'figure.html')}`);
      const curve = page.locator('path.js-line').first();
      const before = await curve.getAttribute('d');
      const slider = page.locator('.slider-rail-touch-rect');
      await slider.scrollIntoViewIfNeeded();
      const rail = await slider.boundingBox();
      if (!rail) throw new Error('the page shows no slider');
      await page.mouse.click(rail.x + rail.width - 4, rail.y + rail.height / 2);
      await expect.poll(() => curve.getAttribute('d')).not.toBe(before);
      expect(requests.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it.each([
    [['--set', 'tua=2'], /no parameter 'tua'[\s\S]*tau = 1\n\s+names = \["a", "b"\]/],
    [['--profile', 'huge'], /--profile must be one of tiny, quick, full, got 'huge'/],
    [['--save', '--set', 'tau=2'], /--save keeps outputs of the committed parameters/],
    [['--timeout', 'soon'], /--timeout must be a number of seconds > 0, got 'soon'/],
  ])('refuses %j before it starts a kernel', async (args, message) => {
    const file = writeNotebook('refused', [PARAMETERS]);
    const { status, output } = await start(file, ...args).done;
    expect(output).toMatch(message);
    expect(output).not.toMatch(/kernel started|\n\s+at /);
    expect(status, output).toBe(1);
  });

  it('lists the notebooks that share a number, which then names none of them', async () => {
    const { status, output } = await start('00').done;
    expect(output).toMatch(/Several notebooks are '00': 00-start-here, 00-method\. Name one/);
    expect(status, output).toBe(1);
  });

  it('lists the notebooks when there is none of that name', async () => {
    const { status, output } = await start('no-such-notebook').done;
    expect(output).toMatch(/No notebook 'no-such-notebook'\. There are: /);
    expect(status, output).toBe(1);
  });
});
