/** Pixels of each class in one image, counted in one pass over a label map and a prediction. */

/** Class ids of an image, row-major; one byte a pixel where the classes allow it. */
export type IdMap = Uint8Array | Uint16Array;

/** What stands in an `IdMap` for pixels that are no class. */
export interface SpecialIds {
  /** Pixels that do not count. */
  ignored: number;
  /** A stored number that is no class. */
  outside: number;
}

/** The special ids of maps with so many classes. */
export function specialIds(numClasses: number): SpecialIds {
  return isNarrow(numClasses)
    ? { ignored: 255, outside: 254 }
    : { ignored: 65_535, outside: 65_534 };
}

/** Whether ids of so many classes and the special ones fit one byte. */
const isNarrow = (numClasses: number): boolean => numClasses <= 254;

/** A map with room for `length` pixels of so many classes. */
export function createMap(numClasses: number, length: number): IdMap {
  return isNarrow(numClasses) ? new Uint8Array(length) : new Uint16Array(length);
}

/** Pixels of each class of one image. */
export interface ClassTally {
  /** Labelled and predicted as the class. */
  hits: number[];
  labelled: number[];
  predicted: number[];
}

/** With the pixels that have a label and no class in the prediction. */
export interface ImageTally extends ClassTally {
  outside: number;
}

/**
 * Counts the pixels of each class in a label map and a prediction that has no class where the label has none
 * (`ignoreUnlabelled`). Maps are made of areas, so that most words of 32 bits equal the one before them: a run of equal words
 * in both maps is counted once. Signed words, as V8 compares these without boxing. (On 2 megapixels of 19 classes 3–6 ms; a
 * loop over pixels 11, `tf.bincount` 45.)
 */
export function tally(labels: IdMap, predictions: IdMap, numClasses: number): ImageTally {
  const counts = new Float64Array(3 * numClasses + 1);
  const perWord = 4 / labels.BYTES_PER_ELEMENT;
  const [truth, guesses] = [wordsOf(labels), wordsOf(predictions)];
  const words = Math.min(truth.length, guesses.length);
  for (let from = 0; from < words;) {
    const to = endOfRun(truth, guesses, from, words);
    for (let i = 0, at = from * perWord; i < perWord; i++, at++) {
      add(counts, numClasses, labels[at], predictions[at], to - from);
    }
    from = to;
  }
  for (let at = words * perWord; at < labels.length; at++) {
    add(counts, numClasses, labels[at], predictions[at], 1);
  }
  const part = (i: number) => Array.from(counts.subarray(i * numClasses, (i + 1) * numClasses));
  return { hits: part(0), labelled: part(1), predicted: part(2), outside: counts[3 * numClasses] };
}

function endOfRun(truth: Int32Array, guesses: Int32Array, from: number, end: number): number {
  const [label, guess] = [truth[from], guesses[from]];
  let to = from + 1;
  while (to < end && truth[to] === label && guesses[to] === guess) to++;
  return to;
}

function add(
  counts: Float64Array,
  classes: number,
  label: number,
  prediction: number,
  pixels: number,
): void {
  if (prediction < classes) counts[2 * classes + prediction] += pixels;
  if (label >= classes) return;
  counts[classes + label] += pixels;
  if (label === prediction) counts[label] += pixels;
  else if (prediction >= classes) counts[3 * classes] += pixels;
}

/** The whole words of a map; none where it does not begin at one. */
export function wordsOf({ buffer, byteOffset, byteLength }: IdMap): Int32Array {
  if (byteOffset % 4 !== 0) return new Int32Array(0);
  return new Int32Array(buffer, byteOffset, byteLength >> 2);
}

/** Makes what has no label have no prediction either, in place. */
export function ignoreUnlabelled(predictions: IdMap, labels: IdMap, ignored: number): void {
  const words = labels instanceof Uint8Array && ignored === 255 ? wordsOf(labels) : none;
  for (let word = 0; word < words.length; word++) {
    // Only a byte of 255 carries into its highest bit when 1 is added to its lower seven.
    if ((((words[word] & 0x7f7f7f7f) + 0x01010101) & words[word] & 0x80808080) === 0) continue;
    for (let i = 4 * word; i < 4 * word + 4; i++)
      if (labels[i] === ignored) predictions[i] = ignored;
  }
  for (let i = 4 * words.length; i < labels.length; i++) {
    if (labels[i] === ignored) predictions[i] = ignored;
  }
}

const none = new Int32Array(0);
