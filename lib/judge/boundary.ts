/**
 * Boundary IoU (B. Cheng, R. Girshick, P. Dollár, A. C. Berg, A. Kirillov: Boundary IoU: improving object-centric image
 * segmentation evaluation. CVPR 2021): the IoU of the pixels of a class that lie within a distance of its outline.
 */
import { wordsOf } from './tally';
import type { IdMap } from './tally';

/** Share of the image's diagonal that boundaries are wide (the paper's, and its code's default). */
export const boundaryShare = 0.02;

/** Pixels that boundaries are wide: the share of the diagonal, a half rounded to even as Python does, at least 1. */
export function boundaryWidth(height: number, width: number, share = boundaryShare): number {
  const exact = share * Math.sqrt(height ** 2 + width ** 2);
  const below = Math.floor(exact);
  const rounded = exact - below === 0.5 ? below + (below % 2) : Math.round(exact);
  return Math.max(1, rounded);
}

export interface BoundaryOptions {
  height: number;
  width: number;
  /** Pixels that boundaries are wide. */
  distance: number;
  /** The id of what is no boundary, and of what has no class. */
  none: number;
}

/**
 * The boundaries of all classes at once: a copy of `map`, `[height, width]` ids, that keeps the ids of pixels within
 * `distance` of another id or of the image's edge, and has `none` elsewhere.
 *
 * A mask eroded `distance` times by 3×3 keeps the pixels around which a square of side 2·distance + 1 lies in the mask. For
 * all masks of a map together these are the pixels whose square holds one id. The square is separable: along each row runs
 * of one id lose `distance` pixels at both ends; what is left must be alike in 2·distance + 1 rows. Two passes, whatever
 * the distance and the number of classes.
 */
export function boundaries(map: IdMap, options: BoundaryOptions): IdMap {
  const { height, width, distance, none } = options;
  const result = map.slice();
  /** Of each column: the id that holds up to the last row, since which row, and that row. */
  const ids = new Int32Array(width).fill(none);
  const since = new Int32Array(width);
  const last = new Int32Array(width).fill(-2);
  const alike = 2 * distance;
  const words = map instanceof Uint8Array ? wordsOf(map) : new Int32Array(0);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const centre = row - distance * width;
    for (let from = 0; from < width;) {
      const id = map[row + from];
      const to = runEnd(map, words, row + from, row + width) - row;
      for (let x = from + distance; x < to - distance; x++) {
        if (last[x] !== y - 1 || ids[x] !== id) {
          since[x] = y;
          ids[x] = id;
        }
        last[x] = y;
        if (y - since[x] >= alike) result[centre + x] = none;
      }
      from = to;
    }
  }
  return result;
}

/** Where the run of one id that begins at `from` ends; four pixels at a time where `words` has them. */
function runEnd(map: IdMap, words: Int32Array, from: number, end: number): number {
  const id = map[from];
  let at = from + 1;
  while (at < end && (at & 3) !== 0 && map[at] === id) at++;
  if ((at & 3) === 0) {
    const word = id | (id << 8) | (id << 16) | (id << 24) | 0;
    const last = Math.min(end >> 2, words.length);
    let place = at >> 2;
    while (place < last && words[place] === word) place++;
    at = Math.min(end, Math.max(at, 4 * place));
  }
  while (at < end && map[at] === id) at++;
  return at;
}
