/** A picture of a live page, for where no script runs. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { InputError } from '../check';
import { withBrowser } from '../print/browser';

/** Milliseconds between two looks, and how often it is looked at most. */
const [PAUSE, TRIES] = [100, 600];

/** What the page tells from its script. */
interface PageGlobals {
  document: { documentElement: { dataset: { predicted?: string } } };
}

/**
 * Opens the page that `writeLivePage` wrote in the kit's browser, without a network, and takes a PNG of 1280 × 900 pixels once
 * its first image is predicted.
 *
 * @throws InputError for a page that has predicted nothing after a minute, as one without an image.
 */
export function livePagePicture(file: string): Promise<Uint8Array> {
  return withBrowser(async (browser) => {
    const page = await browser.newPage({ offline: true });
    try {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(pathToFileURL(path.resolve(file)).href);
      for (let i = 0; i < TRIES; i++) {
        const predicted = await page.evaluate(
          () => (globalThis as unknown as PageGlobals).document.documentElement.dataset.predicted,
          undefined,
        );
        if (predicted !== undefined) return await page.screenshot({ type: 'png' });
        await sleep(PAUSE);
      }
      throw new InputError(
        `livePagePicture: file must be a live page that predicts its first image, got ${file}, which did not. ` +
          'Open it in a browser: it says why.',
      );
    } finally {
      await page.close();
    }
  });
}
