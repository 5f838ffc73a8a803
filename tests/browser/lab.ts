/**
 * Acts as a user of JupyterLab: opens notebook 03 (tiny profile), runs all cells, drags the τ slider of its figure
 * and expects the drawn curve to change. Run by `npm test -- --only browser`; `--screenshot` keeps a picture of the
 * end in any case, `--notebook FILE` takes another notebook with a slider.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../lib/print/browser';

const ROOT = resolve(__dirname, '../..');
const FOLDER = join(ROOT, '.cache', 'browser');
/** Where the notebook goes: Jupyter opens nothing in a hidden folder. */
const VISIBLE = join(ROOT, 'figures', 'browser-test');
const PICTURE = join(FOLDER, 'lab.png');
const RUN_TIMEOUT = 180_000;

interface Server {
  /** The address that `npm run lab` prints, token included. */
  url: string;
  port: number;
  output: () => string;
  stop: () => Promise<void>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { screenshot: { type: 'boolean' }, notebook: { type: 'string' } },
  });
  const file = await tinyCopy(values.notebook);
  const server = await startLab(file);
  let browser: Browser | undefined;
  let page: Page | undefined;
  try {
    await isClosed(server);
    browser = (await launchBrowser()) as unknown as Browser;
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await runAllCells(page, server, file);
    const { before, after } = await dragSlider(page);
    console.log(
      `the slider changed ${after.filter((path, i) => path !== before[i]).length} curves`,
    );
    if (values.screenshot) await page.screenshot({ path: PICTURE });
  } catch (error) {
    await page?.screenshot({ path: PICTURE }).catch(() => undefined);
    console.error(`JupyterLab said:\n${server.output().split('\n').slice(-20).join('\n')}`);
    if (page) console.error(`Screenshot: ${relative('', PICTURE)}`);
    throw error;
  } finally {
    await browser?.close();
    await server.stop();
    rmSync(VISIBLE, { recursive: true, force: true });
  }
}

/** The notebook with its tiny profile filled in, in a folder of its own; returns its path. */
async function tinyCopy(chosen?: string): Promise<string> {
  const { findNotebook } = (await script('notebookFiles')) as {
    findNotebook: (name: string) => string;
  };
  const { assignments, withAssignments } = (await script('notebookParameters')) as {
    assignments: (file: string, profile: string) => string[];
    withAssignments: (file: string, injected: string[]) => unknown;
  };
  const source = findNotebook(chosen ?? '03');
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  mkdirSync(VISIBLE, { recursive: true });
  const file = join(VISIBLE, basename(source));
  writeFileSync(file, JSON.stringify(withAssignments(source, assignments(source, 'tiny'))));
  return file;
}

/** A module of scripts/, which have no types. */
function script(name: string): Promise<unknown> {
  return import(join(ROOT, 'scripts', `${name}.mjs`));
}

/** `npm run lab` on a free port with a fresh token, with settings and layout of its own. */
async function startLab(file: string): Promise<Server> {
  const port = await freePort();
  const token = randomBytes(16).toString('hex');
  const own = ['--skip-setup', '--no-browser', '--port', String(port), file];
  const jupyter = ['workspaces', 'user_settings'].map(
    (name) => `--LabApp.${name}_dir=${join(FOLDER, name)}`,
  );
  const lab = spawn(process.execPath, ['scripts/lab.mjs', ...own, '--', ...jupyter], {
    cwd: ROOT,
    env: {
      ...process.env,
      PAT_LAB_TOKEN: token,
      PAT_DATA_DIR: '',
      PAT_FIGURES_DIR: join(FOLDER, 'figures'),
    },
  });
  const end = () => void stop(lab).finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
  let text = '';
  lab.stdout.on('data', (part: Buffer) => (text += part.toString()));
  lab.stderr.on('data', (part: Buffer) => (text += part.toString()));
  const server = {
    url: '',
    port,
    output: () => text.replaceAll(token, '…'),
    stop: () => stop(lab),
  };
  const address = () => /http:\/\/127\.0\.0\.1:\S+/.exec(text)?.[0];
  await waitFor(() => lab.exitCode !== null || address() !== undefined, 60_000);
  server.url = address() ?? '';
  if (server.url !== '') return server;
  await server.stop();
  throw new Error(`npm run lab printed no address:\n${server.output()}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** Ends the server, which ends its kernels; by force when it does not within 15 s. */
async function stop(lab: ChildProcess): Promise<void> {
  const closed = new Promise((done) => lab.once('exit', done));
  if (lab.exitCode !== null || !lab.kill('SIGTERM')) return;
  const force = setTimeout(() => lab.kill('SIGKILL'), 15_000);
  await closed;
  clearTimeout(force);
}

/** The server turns requests without the token away, and listens on no address but 127.0.0.1. */
async function isClosed({ port }: Server): Promise<void> {
  const { status } = await fetch(`http://127.0.0.1:${port}/api/contents`);
  if (status !== 403) throw new Error(`without a token JupyterLab answered ${status}, not 403`);
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  for (const { address } of addresses.filter(({ internal }) => !internal)) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect({ host: address, port, timeout: 2000 });
      socket.on('connect', () => done(true));
      socket.on('error', () => done(false));
      socket.on('timeout', () => done(false));
    });
    if (open) throw new Error(`JupyterLab also listens on ${address}`);
  }
}

/** Opens the notebook, chooses Run > Run All Cells and waits until every cell has run. */
async function runAllCells(page: Page, server: Server, file: string): Promise<void> {
  await page.goto(server.url);
  await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor({ timeout: 60_000 });
  // Asked to run cells before the kernel is there, JupyterLab opens a dialog instead.
  const idle = page.locator('#jp-main-statusbar').getByText('| Idle');
  await idle.waitFor({ timeout: 60_000 });
  await page.locator('#jp-MainMenu').getByText('Run', { exact: true }).click();
  await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click();
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as {
    cells: {
      cell_type: string;
      source: string | string[];
      metadata: { jupyter?: { source_hidden?: boolean } };
    }[];
  };
  const code = cells.filter((cell) => cell.cell_type === 'code' && cell.source.length > 0);
  // A cell with a hidden source shows no number; after the last number the kernel may still be at such cells.
  const shown = code.map(({ metadata }) => !metadata.jupyter?.source_hidden);
  const number = shown.lastIndexOf(true) + 1;
  const prompt = page.locator('.jp-Notebook .jp-InputPrompt').filter({ hasText: `[${number}]:` });
  const waiting = page.locator('.jp-Notebook .jp-InputPrompt').filter({ hasText: '[*]' });
  const complaint = page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').last();
  // After a failing cell the kernel gives the waiting ones back, so that none waits and the last has not run.
  const finished = async () =>
    (await waiting.count()) === 0 &&
    (((await prompt.count()) > 0 && (await idle.count()) > 0) || (await complaint.count()) > 0);
  if (!(await waitFor(finished, RUN_TIMEOUT))) throw new Error('the cells did not end in time');
  if ((await prompt.count()) === 0)
    throw new Error(`a cell failed: ${await complaint.innerText()}`);
}

/** Drags the figure's slider to its other end; returns the drawn curves before and after. */
async function dragSlider(page: Page): Promise<{ before: string[]; after: string[] }> {
  const slider = page.locator('.slider-container');
  const plot = page.locator('.js-plotly-plot').filter({ has: slider }).first();
  await plot.waitFor({ state: 'attached', timeout: 60_000 });
  const railRect = plot.locator('.slider-rail-touch-rect').first();
  await railRect.scrollIntoViewIfNeeded();
  const rail = await restingBox(railRect);
  const grip = await restingBox(plot.locator('.slider-grip-rect').first());
  const before = await curves(plot);
  if (before.length === 0) throw new Error('the figure with the slider shows no curve');
  const middle = grip.x + grip.width / 2;
  const target = middle < rail.x + rail.width / 2 ? rail.x + rail.width - 4 : rail.x + 4;
  await page.mouse.move(middle, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(target, grip.y + grip.height / 2, { steps: 8 });
  await page.mouse.up();
  let after = before;
  const changed = async () => {
    after = await curves(plot);
    return after.length === before.length && after.some((path, i) => path !== before[i]);
  };
  if (!(await waitFor(changed, 10_000))) {
    throw new Error('no curve changed after the slider was dragged to its other end');
  }
  return { before, after };
}

/** Where an element is once it no longer moves: outputs above it may still be growing. */
async function restingBox(locator: Locator) {
  let found = await locator.boundingBox();
  const rests = async () => {
    const last = found;
    found = await locator.boundingBox();
    return found !== null && last !== null && found.x === last.x && found.y === last.y;
  };
  const resting = await waitFor(rests, 10_000);
  if (!found || !resting) throw new Error('the slider is not on screen, or does not stay in place');
  return found;
}

/** The path of every line the figure draws. */
async function curves(plot: Locator): Promise<string[]> {
  return plot.locator('path.js-line').evaluateAll((paths) => {
    return paths.map((path) => path.getAttribute('d') ?? '');
  });
}

/** Polls until `condition` holds; false when it does not within `limit` milliseconds. */
async function waitFor(
  condition: () => boolean | Promise<boolean>,
  limit: number,
): Promise<boolean> {
  const end = Date.now() + limit;
  while (Date.now() < end) {
    if (await condition()) return true;
    await new Promise((done) => setTimeout(done, 200));
  }
  return false;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
