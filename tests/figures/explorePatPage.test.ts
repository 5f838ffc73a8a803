import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lossCurves } from '../../lib/analysis/lossCurves';
import { launchBrowser } from '../../lib/print/browser';
import { explorePatHtml, writeExplorePat } from '../../lib/figures/explorePatPage';
import { significant } from '../../lib/print/figureText';
import { pageBundle } from '../../lib/notebook/pageOutput';
import { axeFindings } from '../support/axe';

const PHONE = { width: 360, height: 740 };

let folder = '';
let file = '';
let browser: Browser;
/** Errors in the pages, and what they asked for beyond themselves. */
let problems: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pat-explore-'));
  file = await writeExplorePat({ temperature: 2, numClasses: 7 }, folder);
  browser = (await launchBrowser()) as unknown as Browser;
}, 60_000);

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  problems = [];
});
afterEach(() => {
  expect(problems).toEqual([]);
});

/** The page from the disk, in a browser without network. */
async function opened(options: BrowserContextOptions = {}, path = file): Promise<Page> {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('request', (request) => {
    if (!request.url().startsWith(pathToFileURL(path).href)) problems.push(request.url());
  });
  await page.goto(pathToFileURL(path).href);
  await page.locator('#lossChart .curve').first().waitFor({ state: 'attached' });
  return page;
}

const curve = (page: Page, chart: string, name: string) =>
  page.locator(`#${chart} .curve.${name}`).getAttribute('d');
const cells = (page: Page) => page.locator('#numbers td').allInnerTexts();

describe('explore-pat.html', () => {
  it('shows, from the disk, the numbers of the kit’s losses', async () => {
    const page = await opened();
    const { curves } = await lossCurves({
      numClasses: 7,
      probabilities: [0.1],
      losses: [
        { label: 'exponential', config: { name: 'pat', temperature: 2 } },
        { label: 'inverse', config: { name: 'pat', temperature: 2, coefficient: 'inverse' } },
      ],
    });
    const expected = curves.map(({ coefficient, loss, gradient }) =>
      [coefficient?.[0] ?? NaN, loss[0], gradient[0]].map((value) => significant(value)),
    );
    const shown = await cells(page);
    expect([shown.slice(4, 7), shown.slice(8, 11)]).toEqual(expected);
    await page.close();
  });

  it('is driven by the keyboard alone, and every slider changes what it should', async () => {
    const page = await opened();
    const charts = ['coefficientChart', 'lossChart', 'gradientChart', 'classesChart'];
    const drawn = async () =>
      (
        await Promise.all(
          charts.flatMap((chart) =>
            ['exponential', 'inverse'].map((name) => curve(page, chart, name)),
          ),
        )
      ).map(String);
    const all = [true, true, true, true, true, true, true, true];
    const changes: [string, boolean[]][] = [
      ['temperature', all],
      ['sharpness', all.map((_, i) => i % 2 === 0)],
      ['epsilon', all.map((_, i) => i % 2 === 1)],
      ['imbalance', all.map(() => false)],
      ['smallestProbability', all.map((_, i) => i > 5)],
      ['numClasses', all],
    ];
    for (const [id, wanted] of changes) {
      await page.focus(`#${id}`);
      const before = await drawn();
      await page.keyboard.press('PageUp');
      const after = await drawn();
      const changed = after.map((path, i) => path !== before[i]);
      // A new decade on the axis moves the other curves of a panel too.
      wanted.forEach((must, i) => must && expect(changed[i], `${id}, curve ${i}`).toBe(true));
      expect(await page.getAttribute(`#${id}`, 'aria-valuetext')).toBe(
        await page.innerText(`#${id}Value`),
      );
    }
    await page.focus('#classesSharpness');
    await page.keyboard.press('Space');
    expect(await page.innerText('#sharpnessValue')).toMatch(/^C = /);
    expect(await page.innerText('#code')).toContain("sharpness: 'classes'");
    await page.close();
  });

  it('keeps the choice in its address, and goes back to the start', async () => {
    const page = await opened();
    await page.focus('#temperature');
    await page.keyboard.press('End');
    expect(page.url()).toContain('temperature=10');
    const again = await opened();
    await again.goto(page.url());
    await again.reload();
    expect(await again.innerText('#temperatureValue')).toBe('10');
    await again.click('#restart');
    expect(await again.innerText('#temperatureValue')).toBe('2');
    await Promise.all([page.close(), again.close()]);
  });

  it('fits a phone, and keeps the curves in sight below the sliders', async () => {
    const page = await opened({ viewport: PHONE });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    await page.locator('#smallestProbability').scrollIntoViewIfNeeded();
    const { top, bottom } = await page
      .locator('#figure')
      .evaluate((figure) => figure.getBoundingClientRect());
    expect(top).toBe(0);
    expect(bottom).toBeLessThan(0.7 * PHONE.height);
    await page.close();
  });

  it('draws in a cell’s frame too, as high as its content and dark where JupyterLab is', async () => {
    const path = join(folder, 'cell.html');
    const bundle = pageBundle(explorePatHtml(), 'Explore PAT', join(folder, 'explore-pat.html'));
    const output = String(bundle['text/html']);
    writeFileSync(path, `<!doctype html><body data-jp-theme-light="false">${output}</body>`);
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href);
    const frame = page.frameLocator('iframe');
    await frame.locator('#lossChart .curve.inverse').waitFor({ state: 'attached' });
    const content = await frame.locator('html').evaluate((root) => ({
      height: (root as HTMLElement).offsetHeight,
      theme: (root as HTMLElement).dataset.theme,
    }));
    expect(content.theme).toBe('dark');
    const box = await page.locator('iframe').boundingBox();
    expect(Math.abs((box?.height ?? 0) - content.height)).toBeLessThan(2);
    await page.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('has no accessibility finding (%s, %i px wide)', async (colorScheme, width) => {
    const page = await opened({ colorScheme, viewport: { width, height: 740 } });
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
  });
});
