/** Pixels of each class in one image, counted in one pass over a label map and a prediction. */

/** Class ids of an image, row-major; one byte a pixel where the classes allow it. */
export type IdMap = Uint8Array | Uint16Array;

/** Ids of an `IdMap` that are no class. */
export interface SpecialIds {
  /** Pixels that do not count. */
  ignored: number;
  /** Of a stored number that is no class. */
  outside: number;
}

/** The special ids of maps with so many classes. */
export function specialIds(numClasses: number): SpecialIds {
  return isNarrow(numClasses)
    ? { ignored: 255, outside: 254 }
    : { ignored: 65_535, outside: 65_534 };
}

/** Whether ids of so many classes and the special ones fit one byte. */
export const isNarrow = (numClasses: number): boolean => numClasses <= 254;

/** A map with room for `length` pixels of so many classes. */
export function createMap(numClasses: number, length: number): IdMap {
  return isNarrow(numClasses) ? new Uint8Array(length) : new Uint16Array(length);
}

/** Pixels of each class, `[class]`. */
export interface ImageTally {
  /** Labelled and predicted as the class. */
  hits: number[];
  labelled: number[];
  predicted: number[];
  /** Labelled pixels whose prediction is no class. */
  outside: number;
}

/**
 * Counts the pixels that have a label. Most words of 32 bits equal the one before them in both maps, as maps are made of
 * areas: such a word costs two comparisons, whatever it holds.
 */
export function tally(labels: IdMap, predictions: IdMap, numClasses: number): ImageTally {
  const hits = new Float64Array(numClasses);
  const labelled = new Float64Array(numClasses);
  const predicted = new Float64Array(numClasses);
  let outside = 0;
  const add = (label: number, prediction: number, pixels: number) => {
    if (label >= numClasses) return;
    labelled[label] += pixels;
    if (prediction >= numClasses) outside += pixels;
    else predicted[prediction] += pixels;
    if (label === prediction) hits[label] += pixels;
  };
  const pixelsPerWord = 4 / labels.BYTES_PER_ELEMENT;
  const [truth, guesses] = [wordsOf(labels), wordsOf(predictions)];
  const words = Math.min(truth.length, guesses.length);
  for (let from = 0; from < words;) {
    const [label, guess] = [truth[from], guesses[from]];
    let to = from + 1;
    while (to < words && truth[to] === label && guesses[to] === guess) to++;
    for (let i = 0; i < pixelsPerWord; i++) {
      const at = from * pixelsPerWord + i;
      add(labels[at], predictions[at], to - from);
    }
    from = to;
  }
  for (let i = words * pixelsPerWord; i < labels.length; i++) add(labels[i], predictions[i], 1);
  return {
    hits: Array.from(hits),
    labelled: Array.from(labelled),
    predicted: Array.from(predicted),
    outside,
  };
}

/** The whole words of a map; none where it does not begin at one. */
export function wordsOf({ buffer, byteOffset, byteLength }: IdMap): Uint32Array {
  return byteOffset % 4 === 0
    ? new Uint32Array(buffer, byteOffset, byteLength >> 2)
    : new Uint32Array(0);
}
