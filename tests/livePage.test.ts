import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../lib/backend';
import type { LedgerRow } from '../lib/claims';
import { unitImage } from '../lib/datasets/unitImages';
import { logitAdjustment } from '../lib/decisions';
import { livePageHtml, writeLivePage } from '../lib/livePage';
import { patCoefficient } from '../lib/losses/pat';
import { pixelwiseLoss } from '../lib/losses';
import type { BuiltInLossConfig } from '../lib/losses';
import { createModel, loadWeights, networkNames } from '../lib/models';
import type { ModelVariant } from '../lib/models/modelTypes';
import { launchBrowser } from '../lib/print/browser';
import { readRun } from '../lib/runs/trainingRuns';
import type { TrainingRun } from '../lib/runs/trainingRuns';
import { openSplit } from '../lib/training/openSplit';
import { mean } from '../lib/statistics';
import { axeFindings } from './support/axe';
import { expectClose } from './support/closeness';
import { hostileName } from './support/hostile';
import { trainTiny } from './support/tinyRuns';
import { numbersOf, openPage, withNetwork } from './livePage/runs';

let folder = '';
let browser: Browser;
let run: TrainingRun;
let pat: TrainingRun;
let file = '';
/** Errors in the pages, and what they asked for beyond themselves. */
const problems: string[] = [];

const claim = (verdict: 'holds' | 'contradicted', id: string): LedgerRow => ({
  ...{ id, verdict, place: '§ 5', claim: `claim ${id}`, rule: 'a rule', notebook: '09-claims' },
  measured: 'a number',
  missing: [],
  comparisons: [
    { label: 'PAT − CE', value: 2, low: 1, high: 3, outcome: 'above', seeds: 3, clusters: 9 },
  ],
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pat-page-'));
  run = await trainTiny(folder, 'ce', {});
  pat = await trainTiny(folder, 'pat', { loss: { name: 'pat', temperature: 3 } });
  file = await writeLivePage({
    ...{ runs: [run, pat], file: join(folder, 'page.html'), imageCount: 2 },
    ledger: [claim('holds', 'a'), claim('contradicted', 'b')],
  });
  browser = (await launchBrowser()) as unknown as Browser;
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  expect(problems.splice(0)).toEqual([]);
});

/** Native logits `[1,H,W,C]` of a run for the first validation scene. */
async function nativeLogits({ folder, record }: TrainingRun): Promise<tf.Tensor4D> {
  const { config, classNames } = record;
  const model = createModel({ ...config.model, numClasses: classNames.length });
  await loadWeights(model, join(folder, 'weights.safetensors'));
  const sample = await (await openSplit(config, 'valid')).sample(0);
  const logits = tf.tidy(() => model.predict(unitImage(sample)) as tf.Tensor4D);
  model.dispose();
  return logits;
}

/** The share of equal entries. */
const agreement = (a: readonly number[], b: ArrayLike<number>) =>
  a.filter((value, i) => value === b[i]).length / a.length;

describe('the numbers of a live page', () => {
  const cases = networkNames.flatMap((name) =>
    (['paper', 'authors'] as ModelVariant[]).map((variant) => ({ name, variant, width: 4 })),
  );
  let runs: TrainingRun[] = [];
  let expected: { logits: Float32Array; classes: Int32Array }[] = [];
  beforeAll(async () => {
    runs = [];
    for (const model of cases) runs.push(await withNetwork(run, model));
    expected = [];
    for (const one of runs) {
      const logits = await nativeLogits(one);
      const classes = tf.tidy(() => logits.argMax(3).dataSync<'int32'>());
      expected.push({ logits: logits.dataSync<'float32'>(), classes });
      logits.dispose();
    }
  });

  it.each(['#webgl', '#cpu'] as const)(
    'are the native ones, for four networks in both variants (%s)',
    async (hash) => {
      const all = join(folder, 'all.html');
      await writeLivePage({ runs, file: all, float32: true, imageCount: 1 });
      const page = await openPage(browser, all, problems, { hash });
      expect(await page.locator('#backend').innerText()).toBe(hash === '#cpu' ? 'CPU' : 'WebGL');
      const got = await numbersOf(page);
      expect(got.length).toBe(8);
      got.forEach(({ logits, classes }, i) => {
        expectClose(logits, expected[i].logits, { absolute: 1e-3, relative: 0 });
        expect(agreement(classes, expected[i].classes)).toBeGreaterThanOrEqual(0.999);
        expect(new Set(classes).size).toBeGreaterThan(1); // or agreement would say nothing
      });
      await page.context().close();
    },
    240_000,
  );

  it('are nearly so from float16, which takes half the bytes', async () => {
    const halves = join(folder, 'halves.html');
    await writeLivePage({ runs, file: halves, imageCount: 1 });
    const page = await openPage(browser, halves, problems);
    const got = await numbersOf(page);
    got.forEach(({ logits, classes }, i) => {
      const scale = expected[i].logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = logits.map((value, j) => Math.abs(value - expected[i].logits[j]));
      expect(mean(off)).toBeLessThan(0.005 * scale); // SegNet's maxima may go elsewhere for single pixels
      expect(agreement(classes, expected[i].classes)).toBeGreaterThan(0.98);
    });
    await page.context().close();
    const bytes = async (float32: boolean) =>
      (await livePageHtml({ runs: [runs[2]], float32, imageCount: 0 })).length;
    const empty = (await livePageHtml({ runs: [run], imageCount: 0 })).length;
    const [small, large] = [(await bytes(false)) - empty, (await bytes(true)) - empty];
    expect(small).toBeLessThan(0.65 * large);
  });
});

describe('a live page', () => {
  it('shows of a pixel what the kit’s losses say, and follows τ, k and the arrow keys', async () => {
    const page = await openPage(browser, file, problems);
    const picture = page.locator('#panels canvas').nth(1);
    await picture.focus();
    await page.keyboard.press('ArrowLeft'); // from the middle: row 16, column 24 of 32×48
    await page.keyboard.press('ArrowDown');
    const status = page.locator('#pixelStatus');
    expect(await status.innerText()).toMatch(/^Row 18, column 24[,.]/);
    const [row, column] = [17, 23];
    const sample = await (await openSplit(run.record.config, 'valid')).sample(0);
    const label = sample.labels[row * 48 + column];
    expect(label).toBeLessThan(255);
    const z = await nativeLogits(run);
    const one = z.slice([0, row, column, 0], [1, 1, 1, -1]);
    const y = tf.tensor3d([label], [1, 1, 1], 'int32');
    const shown = async () =>
      (await page.locator('#pixelTable tr.number td:nth-of-type(1)').allInnerTexts()).slice(1);
    const wanted = (temperature: number, sharpness: number) => {
      const losses: BuiltInLossConfig[] = [
        { name: 'crossEntropy' },
        { name: 'focal', gamma: 2 },
        { name: 'pat', temperature, sharpness, normalizer: 'pixels' },
      ];
      const beta = patCoefficient(one, { temperature, sharpness }).dataSync()[label];
      return [beta, ...losses.map((config) => pixelwiseLoss(config)(one, y).dataSync()[0])];
    };
    expectClose((await shown()).map(Number), wanted(3, 1), { relative: 0.01 }); // τ of the PAT run
    await page.locator('#temperature').fill('0.5');
    await page.locator('#sharpness').fill('4');
    expectClose((await shown()).map(Number), wanted(0.5, 4), { relative: 0.01 });
    const p = one.softmax().dataSync();
    const texts = await page.locator('#pixelTable .value').allInnerTexts();
    const first = texts.filter((_, i) => i % 2 === 0).map((text) => parseFloat(text) / 100);
    expectClose(first, p, { absolute: 2e-3, relative: 0 });
    await page.context().close();
  });

  it('labels anew by logit adjustment, and paints what is asked for', async () => {
    const page = await openPage(browser, file, problems);
    const before = await numbersOf(page);
    await page.locator('#strength').fill('1.5');
    const after = await numbersOf(page);
    const pixels = run.record.trainingPixels as number[];
    const wanted = tf.tidy(() => {
      const z = tf.tensor2d(before[0].logits, [32 * 48, 5]);
      return z
        .sub(tf.tensor1d([...logitAdjustment(pixels, 1.5)]))
        .argMax(1)
        .dataSync();
    });
    expect(agreement(after[0].classes, wanted)).toBeGreaterThan(0.999);
    expect(after[0].classes).not.toEqual(before[0].classes);
    const painted = () =>
      page
        .locator('#panels canvas')
        .nth(1)
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const seen = new Set([await painted()]);
    const changed = async (change: () => Promise<unknown>) => {
      await change();
      seen.add(await painted());
    };
    await changed(() => page.locator('input[value=confidence]').check());
    await page.locator('input[value=disagreement]').check();
    const apart = after[0].classes.filter((c, i) => c !== after[1].classes[i]).length;
    const share = ((100 * apart) / after[0].classes.length).toFixed(1);
    expect(await page.locator('#viewNote').innerText()).toContain(`${share} % of the pixels`);
    await page.locator('input[value=classes]').check();
    await changed(() => page.locator('#opacity').fill('1'));
    const common = after[0].classes[0];
    await changed(() => page.locator('#legend input').nth(common).uncheck());
    expect(seen.size).toBe(4);
    await page.context().close();
  });

  it('predicts an image of the reader’s own', async () => {
    const page = await openPage(browser, file, problems);
    const own = join(folder, 'own.png');
    const background = { r: 20, g: 120, b: 200 };
    await sharp({ create: { width: 300, height: 100, channels: 3, background } })
      .png()
      .toFile(own);
    await page.locator('#file').setInputFiles(own);
    await page.waitForFunction(() => document.documentElement.dataset.predicted === 'own.png');
    const [height, width] = await page
      .locator('#panels canvas')
      .nth(1)
      .evaluate(({ height, width }: HTMLCanvasElement) => [height, width]);
    expect(width / height).toBeCloseTo(3, 0);
    expect(height * width).toBeLessThan(2 * 32 * 48);
    await page.locator('#panels canvas').nth(1).click();
    expect(await page.locator('#pixelStatus').innerText()).not.toContain('labelled');
    const text = join(folder, 'broken.png');
    writeFileSync(text, 'no image');
    await page.locator('#file').setInputFiles(text);
    await expect.poll(() => page.locator('#status').innerText()).toContain('cannot be shown');
    await page.context().close();
  });

  it.each([
    ['desktop', { viewport: { width: 1280, height: 900 } }],
    ['phone', { viewport: { width: 390, height: 844 } }],
    ['dark', { colorScheme: 'dark' }],
  ] as const)('is accessible and fits: %s', async (_name, options) => {
    const page = await openPage(browser, file, problems, options);
    await page.locator('#panels canvas').nth(1).click();
    await page.locator('#claims summary').first().click();
    await page.locator('#claims svg.interval').waitFor(); // drawn after the browser has opened it
    expect(await page.locator('#claims svg.interval').count()).toBe(1);
    expect(await axeFindings(page)).toEqual([]);
    const { wide, room } = await page.evaluate(() => ({
      ...{ wide: document.documentElement.scrollWidth, room: innerWidth },
    }));
    expect(wide).toBeLessThanOrEqual(room);
    await page.locator('#verdict').selectOption('contradicted');
    expect(await page.locator('#claims li:visible').allInnerTexts()).toEqual([
      expect.stringContaining('claim b'),
    ]);
    await page.context().close();
  });

  it('tells of the runs what their records say', async () => {
    const page = await openPage(browser, file, problems);
    const rows = await page.locator('#runTable tbody tr').allInnerTexts();
    expect(rows.length).toBe(2);
    expect(rows[1]).toContain('PAT, τ = 3\tSegNet, width 2, paper\tPAT, τ = 3\t3\t2 (kept: ');
    const d = (100 * (pat.record.scores.meanIoU as number)).toFixed(1);
    expect(rows[1]).toMatch(new RegExp(`${d} % \\(\\d+\\.\\d–\\d+\\.\\d\\)`));
    expect(rows[1]).toContain('validation split of Synthetic scenes, 6 images');
    await page.context().close();
  });

  it('shows names as text, never as markup', async () => {
    const name = (place: string) => hostileName(place);
    const record = {
      ...run.record,
      classNames: run.record.classNames.map((_, c) => name(`class${c}`)),
    };
    const hostile = join(folder, 'hostile.html');
    await writeLivePage({
      ...{ runs: [{ ...run, label: name('run'), record }], file: hostile, imageCount: 1 },
      title: name('title'),
      ledger: [{ ...claim('holds', name('claim')), measured: name('measured') }],
    });
    const page = await openPage(browser, hostile, problems);
    await page.locator('#panels canvas').nth(1).click();
    await page.locator('#claims summary').click();
    expect(await page.title()).toBe(name('title'));
    expect(await page.locator('h1').innerText()).toBe(name('title'));
    expect(await page.locator('#pixelTable thead').innerText()).toContain(name('run'));
    const classes = await page.locator('#legend label').allInnerTexts();
    expect(classes).toEqual(record.classNames);
    expect(await page.locator('main img, main script, .pwned').count()).toBe(0);
    await page.context().close();
  });

  it('needs runs with the same classes, and weights that are the record’s', async () => {
    await expect(livePageHtml({ runs: [] })).rejects.toThrow('livePage: runs must be a non-empty');
    const other = { ...pat, record: { ...pat.record, classNames: ['a', 'b'] } };
    await expect(livePageHtml({ runs: [run, other] })).rejects.toThrow('the same classes');
    const changed = await readRun(pat.folder);
    changed.record.weightsSha256 = '0'.repeat(64);
    await expect(livePageHtml({ runs: [changed] })).rejects.toThrow('SHA-256');
    // @ts-expect-error an unknown option
    await expect(livePageHtml({ runs: [run], colour: 1 })).rejects.toThrow("got 'colour'");
  });

  it('brings photographs only of a folder that it is given, and says whose they are', async () => {
    const html = await livePageHtml({ runs: [run], images: 'tests/livePage' }).catch(String);
    expect(html).toContain('a folder with JPEG, PNG');
    const photographs = join(folder, 'photographs');
    await (await import('node:fs/promises')).mkdir(photographs);
    const background = { r: 1, g: 2, b: 3 };
    await sharp({ create: { width: 30, height: 20, channels: 3, background } })
      .jpeg()
      .toFile(join(photographs, 'a.jpg'));
    const unknown = await livePageHtml({ runs: [run], images: photographs });
    expect(unknown).toContain('the folder “photographs”; it names no author');
    writeFileSync(join(photographs, 'ATTRIBUTION.txt'), 'By A <b>Photographer</b>, CC BY 4.0\n');
    const told = await livePageHtml({ runs: [run], images: photographs });
    expect(told).toContain('By A &lt;b&gt;Photographer&lt;/b&gt;, CC BY 4.0');
    expect(readFileSync(file, 'utf8')).toContain('Scenes drawn by this kit.');
    expect(statSync(file).size).toBeLessThan(2e6);
  });
});
