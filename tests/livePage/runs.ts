/** Finished runs for pages, and pages in the test browser. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { PageImage, PageRun } from '../../lib/livePage/pageTypes';
import { createModel, saveWeights } from '../../lib/models';
import type { ModelVariant } from '../../lib/models/modelTypes';
import { readRun } from '../../lib/runs/trainingRuns';
import type { TrainingRun } from '../../lib/runs/trainingRuns';
import { drawScales } from '../support/exports';

/** A copy of a run with another network, whose weights are drawn: batch normalization is not the identity. */
export async function withNetwork(
  { folder, record }: TrainingRun,
  model: { name: string; variant: ModelVariant; width: number },
): Promise<TrainingRun> {
  const label = `${model.name} ${model.variant}`;
  const target = path.join(path.dirname(folder), label.replace(' ', '-'));
  cpSync(folder, target, { recursive: true });
  const network = createModel({ ...model, numClasses: record.classNames.length, seed: 5 });
  drawScales(network, label);
  const weights = path.join(target, 'weights.safetensors');
  await saveWeights(network, weights);
  network.dispose();
  const weightsSha256 = createHash('sha256').update(readFileSync(weights)).digest('hex');
  edit(path.join(target, 'config.json'), (config) => ({ ...config, model }));
  edit(path.join(target, 'record.json'), ({ config, ...rest }) => {
    return { ...rest, config: { ...(config as object), model }, weightsSha256 };
  });
  return readRun(target, label);
}

function edit(file: string, change: (value: Record<string, unknown>) => object): void {
  const value = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(change(value)));
}

/** The page from the disk, once it has predicted its first image, in a browser without network; `problems` gets what must not be. */
export async function openPage(
  browser: Browser,
  file: string,
  problems: string[],
  { hash = '', ...options }: BrowserContextOptions & { hash?: '' | '#webgl' | '#cpu' } = {},
): Promise<Page> {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== `${address}${hash}` && request.url() !== address)
      problems.push(`request: ${request.url()}`);
  });
  await page.goto(address + hash);
  await page.waitForFunction(
    () => document.documentElement.dataset.predicted !== undefined,
    undefined,
    { timeout: 100_000 },
  );
  return page;
}

interface Shown {
  livePage: {
    logits: Float32Array[];
    decided: { classes: Uint8Array }[];
    data: { images: PageImage[]; runs: PageRun[] };
  };
}

/** The page's logits and classes by run. */
export function numbersOf(page: Page): Promise<{ logits: number[]; classes: number[] }[]> {
  return page.evaluate(() => {
    const { logits, decided } = (globalThis as unknown as Shown).livePage;
    return logits.map((own, run) => {
      return { logits: [...own], classes: [...decided[run].classes] };
    });
  });
}
