/** Words and colours that several figures share. */
import type { Colour, Split } from '../datasets/datasetTypes';

/** `rgb(r,g,b)`. */
export function cssColour([red, green, blue]: Colour): string {
  return `rgb(${red},${green},${blue})`;
}

/** `CamVid (train, 367 images)`, for captions. */
export function imageSetText(title: string, split: Split, imageCount: number): string {
  return `${title} (${split}, ${imageCount} ${imageCount === 1 ? 'image' : 'images'})`;
}

/** A number with `digits` significant digits, from a million on as `1.2·10^7`, else without trailing zeros. */
export function significant(value: number, digits = 3): string {
  if (Math.abs(value) >= 1e6) return value.toExponential(digits - 1).replace('e+', '·10^');
  return String(Number(value.toPrecision(digits)));
}

/** Rounds to `digits` significant digits: what is drawn needs no more, and notebooks stay small. */
export function rounded(value: number, digits = 5): number {
  return Number(value.toPrecision(digits));
}

/** Grey of what y = 0 nullifies. */
export const NULLIFIED = '#D9D9D9';
