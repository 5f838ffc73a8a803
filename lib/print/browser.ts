/**
 * The headless Chromium that draws figures: how it starts, and one shared instance.
 *
 * playwright-core drives it. Its types (2 MB) would slow the first cell of every notebook, so the part used
 * here is declared below and the package is loaded when the first browser starts.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import { InputError } from '../check';
import { markProfile, removeOrphanedProfiles } from './browserProfiles';
import { BROWSER_REMEDY, findBrowser } from './findBrowser';

export { findBrowser } from './findBrowser';

/** The part of playwright-core's `Page` the kit uses. */
export interface BrowserPage {
  addScriptTag(options: { content: string }): Promise<unknown>;
  addStyleTag(options: { content: string }): Promise<unknown>;
  close(): Promise<void>;
  evaluate<Argument, Result>(
    script: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  goto(url: string): Promise<unknown>;
  pdf(options: {
    width: string;
    height: string;
    printBackground?: boolean;
    pageRanges?: string;
  }): Promise<Buffer>;
  screenshot(options: { type: 'png'; animations?: 'disabled' }): Promise<Buffer>;
  setContent(html: string): Promise<void>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
}

/** The part of playwright-core's `Browser` the kit uses; the object is playwright's own. */
export interface Browser {
  close(): Promise<void>;
  isConnected(): boolean;
  newPage(options?: { deviceScaleFactor?: number; offline?: boolean }): Promise<BrowserPage>;
  version(): string;
}

interface LaunchOptions {
  executablePath: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  headless: true;
  handleSIGINT: false;
  handleSIGTERM: false;
  handleSIGHUP: false;
}

interface Playwright {
  chromium: { launch(options: LaunchOptions): Promise<Browser> };
}

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
];

const requireHere = createRequire(__filename);

/**
 * Starts a headless Chromium with a fresh profile that nothing is left of when it closes. An interrupt of this
 * process does not reach it; it ends with this process, however that ends.
 *
 * @throws InputError naming the program and the cause when it does not start
 */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = requireHere('playwright-core') as Playwright;
  const location = await findBrowser();
  removeOrphanedProfiles();
  const launch = async (env: NodeJS.ProcessEnv) => {
    const { result, children } = await withChildren(() =>
      chromium.launch({
        executablePath: location.path,
        args: process.getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS,
        env,
        headless: true,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      }),
    );
    children.forEach(markProfile);
    return result;
  };
  const environment = { ...process.env, ...location.environment };
  try {
    return await launch(environment);
  } catch (error) {
    const { libraries } = location;
    const searched = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
    const retry = libraries ? launch({ ...environment, LD_LIBRARY_PATH: searched }) : undefined;
    const browser = await retry?.catch(() => undefined);
    if (browser) return browser;
    const cause = error instanceof Error ? error.message.split('\n').slice(0, 12).join('\n') : '';
    throw new InputError(
      `launchBrowser: ${location.path} (from ${location.source}) does not start. ${BROWSER_REMEDY}\n${cause}`,
    );
  }
}

interface SharedBrowser {
  browser: Promise<Browser>;
  /** Chromium's process and pipes, which keep this process alive only while a job runs. */
  handles: Set<Referable>;
  jobs: number;
}

interface Referable {
  ref?(): unknown;
  unref?(): unknown;
}

let shared: SharedBrowser | undefined;

/**
 * Runs `job` with the process's one browser, started at the first call (again, if it died). Between jobs the
 * browser does not keep the process alive: a script ends, and a kernel shuts down, as if it were not there.
 */
export async function withBrowser<T>(job: (browser: Browser) => Promise<T>): Promise<T> {
  if (shared && !(await shared.browser.catch(() => undefined))?.isConnected()) shared = undefined;
  shared ??= startShared();
  const mine = shared;
  mine.jobs += 1;
  for (const handle of mine.handles) handle.ref?.();
  try {
    return await job(await mine.browser);
  } finally {
    mine.jobs -= 1;
    if (mine.jobs === 0) for (const handle of mine.handles) handle.unref?.();
  }
}

/** Closes the shared browser, if there is one. */
export async function closeBrowser(): Promise<void> {
  const closing = shared;
  shared = undefined;
  await (await closing?.browser.catch(() => undefined))?.close();
}

function startShared(): SharedBrowser {
  const handles = new Set<Referable>();
  const browser = withChildren(launchBrowser).then(({ result, children }) => {
    for (const child of children) {
      handles.add(child);
      for (const stream of child.stdio ?? []) if (stream) handles.add(stream as Referable);
    }
    return result;
  });
  return { browser, handles, jobs: 0 };
}

/** What `action` resolves to, and the processes started meanwhile: Node announces each on a channel. */
async function withChildren<T>(action: () => Promise<T>) {
  const children: ChildProcess[] = [];
  const collect = (message: unknown) =>
    children.push((message as { process: ChildProcess }).process);
  subscribe('child_process', collect);
  try {
    return { result: await action(), children };
  } finally {
    unsubscribe('child_process', collect);
  }
}
