/**
 * Boundary IoU (B. Cheng, R. Girshick, P. Dollár, A. C. Berg, A. Kirillov: Boundary IoU: improving object-centric image
 * segmentation evaluation. CVPR 2021): the IoU of the pixels of a class that lie within a distance of its outline.
 */
import type { IdMap } from './tally';

/** Share of the image's diagonal that boundaries are wide (the paper's, and its code's, for whole images). */
export const boundaryShare = 0.02;

/** Pixels that boundaries are wide: the share of the diagonal, rounded half to even as Python does, at least 1. */
export function boundaryWidth(height: number, width: number, share = boundaryShare): number {
  const exact = share * Math.sqrt(height ** 2 + width ** 2);
  const below = Math.floor(exact);
  const isHalf = exact - below === 0.5;
  return Math.max(1, isHalf ? below + (below % 2) : Math.round(exact));
}

/**
 * The boundaries of all classes at once: a copy of `map` that keeps the ids of pixels within `distance` of another id or of
 * the image's edge, and has `none` elsewhere. A mask eroded `distance` times by 3×3 keeps the pixels around which a square
 * of 2·distance + 1 lies in the mask; for all masks of a map together these are the pixels whose square holds one id.
 * The square is separable: one pass along the rows, one down the columns, whatever the distance and the number of classes.
 *
 * @param map `[height, width]` ids
 */
export function boundaries(
  map: IdMap,
  {
    height,
    width,
    distance,
    none,
  }: { height: number; width: number; distance: number; none: number },
): IdMap {
  const inRows = rowInteriors(map, { height, width, distance, none });
  const result = map.slice();
  const side = 2 * distance + 1;
  /** Rows up to this one, in each column, whose windows hold the same id. */
  const alike = new Int32Array(width);
  const above = inRows.slice(0, width).fill(none);
  for (let y = 0, at = 0; y < height; y++) {
    const centre = (y - distance) * width;
    for (let x = 0; x < width; x++, at++) {
      const id = inRows[at];
      if (id === none) alike[x] = 0;
      else if (id === above[x]) alike[x]++;
      else alike[x] = 1;
      above[x] = id;
      if (alike[x] >= side) result[centre + x] = none;
    }
  }
  return result;
}

/** The ids around which 2·distance + 1 pixels of the row are alike; `none` elsewhere. */
function rowInteriors(
  map: IdMap,
  {
    height,
    width,
    distance,
    none,
  }: { height: number; width: number; distance: number; none: number },
): IdMap {
  const inRows = map.slice().fill(none);
  for (let y = 0; y < height; y++) {
    const end = (y + 1) * width;
    for (let from = y * width; from < end;) {
      const id = map[from];
      let to = from + 1;
      while (to < end && map[to] === id) to++;
      if (to - from > 2 * distance) inRows.fill(id, from + distance, to - distance);
      from = to;
    }
  }
  return inRows;
}
