/** Room for text in a grid of pictures: its pictures scale with the venue, its text does not. */
import { VENUES, drawingWidth } from '../../print/style';
import type { VenueName } from '../../print/style';
import { maximumOf, minimumOf } from '../../extremes';
import { sum } from '../../statistics';

/** Height of a line of text, px. */
export const LINE_PIXELS = 16;
/** The narrowest drawing of any venue, px: text that fits there fits everywhere. */
export const NARROWEST_PIXELS = minimumOf(
  (Object.keys(VENUES) as VenueName[]).map((venue) => drawingWidth(venue)),
);

/** Height of a line of a legend. */
const LEGEND_LINE_PIXELS = 19;
/** Mean advance of the kit's font at 13 px, with a little to spare. */
const CHARACTER_PIXELS = 7;
/** Square, gaps and padding of an entry of a legend. */
const ENTRY_PIXELS = 45;

/** Estimated width of a line. */
export function textPixels(text: string): number {
  return text.length * CHARACTER_PIXELS;
}

/** Words in lines of at most `pixels`, but for words that are longer themselves. */
export function wrapWords(text: string, pixels: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines[lines.length - 1];
    const longer = last === undefined ? word : `${last} ${word}`;
    return last !== undefined && textPixels(longer) <= pixels
      ? [...lines.slice(0, -1), longer]
      : [...lines, word];
  }, []);
}

/** How headings of columns are set. */
export interface HeadingStyle {
  /** Lines of each heading. */
  lines: string[][];
  /** Turned by 90°, where they are wider than their columns. */
  turned: boolean;
  /** Height of the highest, px. */
  pixels: number;
}

/** Headings with a line for each of the parts that commas set apart: lying where all fit `pixels`, else turned. */
export function headingStyle(headings: readonly string[], pixels: number): HeadingStyle {
  const lines = headings.map((heading) => heading.split(', '));
  const turned = lines.flat().some((line) => textPixels(line) > pixels);
  const heights = lines.map((own) =>
    turned ? maximumOf(own.map(textPixels)) : own.length * LINE_PIXELS,
  );
  return { lines, turned, pixels: maximumOf(heights) };
}

/** Height of a horizontal legend of a drawing, px: in several lines Plotly gives all entries the width of the longest. */
export function legendPixels(names: readonly string[], drawingPixels: number): number {
  const widths = names.map((name) => textPixels(name) + ENTRY_PIXELS);
  const oneLine = sum(widths) <= drawingPixels;
  const perLine = oneLine
    ? names.length
    : Math.max(1, Math.floor(drawingPixels / maximumOf(widths)));
  return Math.ceil(names.length / perLine) * LEGEND_LINE_PIXELS;
}
