/** Words and colours that several figures share. */
import type { Colour, Split } from '../datasets/types';

/** `rgb(r,g,b)`. */
export function cssColour([red, green, blue]: Colour): string {
  return `rgb(${red},${green},${blue})`;
}

/** `CamVid (train, 367 images)`, for captions. */
export function imageSetText(title: string, split: Split, imageCount: number): string {
  return `${title} (${split}, ${imageCount} ${imageCount === 1 ? 'image' : 'images'})`;
}

/** A number with `digits` significant digits and no exponent or trailing zeros where it can do without. */
export function significant(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits)));
}

/** Rounds to `digits` significant digits: what is drawn needs no more, and notebooks stay small. */
export function rounded(value: number, digits = 5): number {
  return Number(value.toPrecision(digits));
}
