/** Colours for classes that come without: those of the PASCAL VOC label maps. */
import type { Colour } from './datasetTypes';

/**
 * Colour of label `id` (0–255): the bits of `id`, three at a time, become the highest bits of red,
 * green and blue (PASCAL VOC development kit, `VOClabelcolormap`). 0 is black.
 */
export function vocColour(id: number): Colour {
  const colour = [0, 0, 0];
  for (let shift = 7, rest = id; rest > 0; shift--, rest >>= 3) {
    for (let channel = 0; channel < 3; channel++) {
      colour[channel] |= ((rest >> channel) & 1) << shift;
    }
  }
  return [colour[0], colour[1], colour[2]];
}
