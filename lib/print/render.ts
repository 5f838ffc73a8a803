/**
 * Draws a figure in the browser: Plotly makes the SVG, and Chromium prints that SVG as PDF and PNG, so that the
 * three are the same picture. Two pages are kept between figures: one with Plotly, one that only shows SVGs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Layout } from 'plotly.js';
import { InputError } from '../check';
import { withBrowser } from './browser';
import type { Browser, BrowserPage } from './browser';
import { BROWSER_REMEDY } from './findBrowser';
import { fontFaceRules, foreignCharacters, missingGlyph } from './fonts';
import type { StyledText } from './fonts';
import { htmlText } from './escape';
import { drawn } from './plain';
import { VENUES, printLayout } from './style';
import type { VenueName } from './style';
import type { Figure } from './figure';

/** Resolution of the PNG, dots per inch. */
const PNG_DOTS_PER_INCH = 300;
const CSS_PIXELS_PER_INCH = 96;
const MILLIMETRES_PER_INCH = 25.4;
const CSS_PIXELS_PER_MILLIMETRE = CSS_PIXELS_PER_INCH / MILLIMETRES_PER_INCH;
const POINTS_PER_MILLIMETRE = 72 / MILLIMETRES_PER_INCH;
/** The date in every PDF, so that the same figure gives the same bytes. */
const FIXED_DATE = "D:20000101000000+00'00'";

/** A figure as three files' contents, the same bytes for the same figure and browser. */
export interface RenderedFigure {
  svg: string;
  pdf: Buffer;
  png: Buffer;
}

interface Drawing {
  svg: string;
  texts: StyledText[];
}

/** The functions of page.js. */
interface PageFunctions {
  drawFigure(request: { name: string; data: unknown; layout: unknown }): Promise<Drawing>;
  showSvg(request: { svg: string; title: string }): Promise<void>;
  withoutGlyph(characters: string[]): string[];
  loadFonts(): Promise<void>;
}

/** A figure's size: on paper in mm, and of its drawing in px. */
interface Size {
  width: number;
  height: number;
  drawingWidth: number;
  drawingHeight: number;
}

/**
 * Draws `figure` at `venue`'s size.
 *
 * @throws InputError for a character that no font of the kit or the machine has, and for data Plotly refuses
 */
export async function renderFigure(figure: Figure, venue: VenueName): Promise<RenderedFigure> {
  const layout = printLayout(figure, venue);
  const width = VENUES[venue].widthMillimetres;
  const { width: drawingWidth = 0, height: drawingHeight = 0 } = layout;
  const height = (width * drawingHeight) / drawingWidth;
  const size: Size = { width, height, drawingWidth, drawingHeight };
  return withBrowser(async (browser) => {
    const { plot, print, inTurn } = await pagesOf(browser);
    return inTurn(async () => {
      const drawing = await draw(plot, figure, layout);
      await checkGlyphs(plot, drawing.texts);
      const svg = finishSvg(drawing, figure, size);
      await showSvg(print, svg, figure.title, size);
      const pdf = await print.pdf({
        width: `${size.width * CSS_PIXELS_PER_MILLIMETRE}px`,
        height: `${size.height * CSS_PIXELS_PER_MILLIMETRE}px`,
        printBackground: true,
      });
      const png = await print.screenshot({ type: 'png', animations: 'disabled' });
      return { svg, pdf: finishPdf(pdf, size), png: await finishPng(png, size) };
    });
  });
}

interface Pages {
  browser: Browser;
  plot: BrowserPage;
  print: BrowserPage;
  /** Runs one job after another: the pages hold one figure at a time. */
  inTurn: <T>(job: () => Promise<T>) => Promise<T>;
}

let opened: Promise<Pages> | undefined;

async function pagesOf(browser: Browser): Promise<Pages> {
  const current = await opened?.catch(() => undefined);
  if (current?.browser !== browser) opened = openPages(browser);
  return opened as Promise<Pages>;
}

async function openPages(browser: Browser): Promise<Pages> {
  const deviceScaleFactor = PNG_DOTS_PER_INCH / CSS_PIXELS_PER_INCH;
  const [plot, print] = await Promise.all([
    browser.newPage({ offline: true }),
    browser.newPage({ offline: true, deviceScaleFactor }),
  ]);
  const script = await readFile(join(__dirname, 'page.js'), 'utf8');
  const opening = plot.goto(pathToFileURL(join(__dirname, 'page.html')).href);
  const style = 'html,body{margin:0;background:#fff;overflow:hidden}svg{display:block}';
  await print.setContent(`<!doctype html><meta charset="utf-8"><style>${style}</style>`);
  await print.addScriptTag({ content: script });
  await opening;
  await plot.addScriptTag({ content: script });
  await plot.addStyleTag({ content: fontFaceRules() });
  await plot.evaluate(() => (globalThis as unknown as PageFunctions).loadFonts(), undefined);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const mine = last.then(job, job);
    last = mine.catch(() => undefined);
    return mine;
  };
  return { browser, plot, print, inTurn };
}

async function draw(page: BrowserPage, figure: Figure, layout: Partial<Layout>): Promise<Drawing> {
  const { data } = figure;
  const request = { name: figure.name, ...drawn({ data }, layout) };
  try {
    return await page.evaluate(
      (given) => (globalThis as unknown as PageFunctions).drawFigure(given),
      request,
    );
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new InputError(`exportFigure: Plotly cannot draw '${figure.name}': ${cause}`);
  }
}

async function checkGlyphs(page: BrowserPage, texts: readonly StyledText[]): Promise<void> {
  const foreign = foreignCharacters(texts);
  if (foreign.length === 0) return;
  const [missing] = await page.evaluate(
    (given) => (globalThis as unknown as PageFunctions).withoutGlyph(given),
    foreign,
  );
  if (missing !== undefined) throw missingGlyph(missing, texts);
}

/** Sets the physical size and puts title and fonts inside. Synthetic bold would become a Type 3 font in the PDF. */
function finishSvg({ svg, texts }: Drawing, figure: Figure, size: Size): string {
  const fonts = `<style>${fontFaceRules(texts)}\nsvg{font-synthesis:none}</style>`;
  return svg.replace(/^<svg[^>]*>/, (tag) => {
    const rest = tag.slice('<svg'.length).replace(/ (width|height|viewBox|style)="[^"]*"/g, '');
    const physical = `width="${number(size.width)}mm" height="${number(size.height)}mm"`;
    const viewBox = `viewBox="0 0 ${number(size.drawingWidth)} ${number(size.drawingHeight)}"`;
    return `<svg ${physical} ${viewBox}${rest}<title>${htmlText(figure.title)}</title>${fonts}`;
  });
}

async function showSvg(page: BrowserPage, svg: string, title: string, size: Size): Promise<void> {
  await page.setViewportSize({
    width: Math.ceil(size.width * CSS_PIXELS_PER_MILLIMETRE),
    height: Math.ceil(size.height * CSS_PIXELS_PER_MILLIMETRE),
  });
  await page.evaluate((given) => (globalThis as unknown as PageFunctions).showSvg(given), {
    svg,
    title,
  });
}

/**
 * Gives a PDF fixed dates and its exact size: Chromium rounds the page up to 1/300 in, the drawing starts at its
 * top left. The dates keep their length; behind the page's box, the offsets in the file's table are moved.
 */
function finishPdf(pdf: Buffer, size: Size): Buffer {
  const [width, height] = [size.width, size.height].map((mm) => mm * POINTS_PER_MILLIMETRE);
  const text = pdf.toString('latin1').replace(/\(D:[^)]*\)/g, `(${FIXED_DATE})`);
  const box = /\/MediaBox \[0 0 \S+ (\S+)\]/.exec(text);
  const table = text.lastIndexOf('\nxref\n') + 1;
  if (!box || table === 0) {
    throw new InputError(
      `exportFigure: this browser's PDF has an unknown structure. ${BROWSER_REMEDY}`,
    );
  }
  const bottom = Math.max(0, Number(box[1]) - height);
  const corners = [0, bottom, width, bottom + height].map((points) => Number(points.toFixed(3)));
  const exact = `/MediaBox [${corners.join(' ')}]`;
  const moved = exact.length - box[0].length;
  const objects = text.slice(0, table).replace(box[0], exact);
  const offsets = text
    .slice(table)
    .replace(/^(\d{10})(?= \d{5} n)/gm, (offset) =>
      String(Number(offset) + (Number(offset) > box.index ? moved : 0)).padStart(10, '0'),
    )
    .replace(/startxref\s+\d+/, `startxref\n${table + moved}`);
  return Buffer.from(objects + offsets, 'latin1');
}

/** Cuts a screenshot to the exact size, in whole dots, and states the resolution in a pHYs chunk. */
async function finishPng(png: Buffer, size: Size): Promise<Buffer> {
  const dots = (mm: number) => Math.round((mm / MILLIMETRES_PER_INCH) * PNG_DOTS_PER_INCH);
  const { default: sharp } = await import('sharp'); // late: figures in cells need none
  return sharp(png)
    .extract({ left: 0, top: 0, width: dots(size.width), height: dots(size.height) })
    .removeAlpha()
    .withMetadata({ density: PNG_DOTS_PER_INCH })
    .png()
    .toBuffer();
}

function number(value: number): string {
  return String(Number(value.toFixed(4)));
}
