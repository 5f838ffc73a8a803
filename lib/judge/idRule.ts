/** What the numbers and colours of label files mean to the judge. */
import { checkNumber, invalid } from '../check';
import { centre, notAllowed } from '../datasets/decode/mask';
import { colourKey } from '../datasets/decode/storedLabels';
import type { StoredLabels } from '../datasets/decode/storedLabels';
import type { LabelFacts } from '../datasets/fileDatasetTypes';
import { createMap, specialIds, wordsOf } from './tally';
import type { IdMap } from './tally';

/** The label of void pixels in `colours`. */
const VOID = 255;

/** Plain data, as it is sent to other threads. */
export interface IdRule {
  numClasses: number;
  /** Id of each stored number in an `IdMap`; what lies beyond its end is no class. */
  ids: Uint16Array;
  /** Class id of each colour (`colourKey`), 255 for void; absent: colour files are refused. */
  colours?: Map<number, number>;
  /** Palette PNGs are read by their colours (default: by their indexes). */
  paletteColours?: boolean;
}

/**
 * Stored numbers are class ids.
 *
 * @throws InputError for a number of classes that 16 bits do not hold, and for an ignored value that is a class.
 */
export function numberRule(numClasses: number, ignore: number): IdRule {
  const where = 'judge';
  checkNumber(where, 'numClasses', numClasses, { min: 1, max: 65_534, integer: true });
  checkNumber(where, 'ignore', ignore, { min: 0, max: 65_535, integer: true });
  if (ignore < numClasses) {
    const remedy = `Ids of ${numClasses} classes are 0 to ${numClasses - 1}.`;
    throw invalid(where, 'ignore', `no class id`, ignore, remedy);
  }
  const { ignored, outside } = specialIds(numClasses);
  const ids = new Uint16Array(ignore + 1).fill(outside);
  for (let id = 0; id < numClasses; id++) ids[id] = id;
  ids[ignore] = ignored;
  return { numClasses, ids };
}

/** By a `classes.json`: its values, and its colours. */
export function classesRule(
  facts: Pick<LabelFacts, 'classNames' | 'classOf' | 'colours' | 'paletteColours'>,
): IdRule {
  const { classNames, classOf, colours = [], paletteColours } = facts;
  const numClasses = classNames.length;
  const { ignored, outside } = specialIds(numClasses);
  const ids = Uint16Array.from({ length: 256 }, (_, value) => {
    const id = classOf(value);
    return id === 'void' ? ignored : (id ?? outside);
  });
  const byColour = colours.map(
    ([[red, green, blue], id]) => [colourKey(red, green, blue), id === 'void' ? VOID : id] as const,
  );
  return { numClasses, ids, colours: new Map(byColour), paletteColours };
}

/** The ids of what a file stores, resized to `[height, width]` by nearest neighbour as `decodeMask` does. */
export function toIds(
  stored: StoredLabels,
  rule: IdRule,
  { height, width }: { height: number; width: number },
): { map: IdMap; values: Uint8Array | Uint16Array } {
  const values = nearest(stored, height, width);
  const map = createMap(rule.numClasses, height * width);
  translate(values, map, idsOf(stored, rule));
  return { map, values };
}

/** A word that is the one before it, as most are, is not looked up again. */
function translate(values: Uint8Array | Uint16Array, map: IdMap, table: Uint16Array): void {
  const isNarrow = values instanceof Uint8Array && map instanceof Uint8Array;
  const [from, to] = isNarrow
    ? [wordsOf(values), wordsOf(map)]
    : [new Int32Array(0), new Int32Array(0)];
  let [last, translated] = [NaN, 0];
  for (let i = 0; i < from.length; i++) {
    const word = from[i];
    if (word !== last) {
      last = word;
      const high = (table[(word >>> 16) & 255] << 16) | (table[word >>> 24] << 24);
      translated = table[word & 255] | (table[(word >>> 8) & 255] << 8) | high;
    }
    to[i] = translated;
  }
  for (let i = 4 * from.length; i < map.length; i++) map[i] = table[values[i]];
}

/** The id of each number that a file can store. */
export function idsOf({ labelTable, values }: StoredLabels, rule: IdRule): Uint16Array {
  const { ignored, outside } = specialIds(rule.numClasses);
  const length = values instanceof Uint8Array ? 256 : 65_536;
  const table = new Uint16Array(length).fill(outside);
  if (labelTable === undefined) {
    table.set(rule.ids.subarray(0, length));
    return table;
  }
  labelTable.forEach((id, value) => {
    table[value] = id === notAllowed ? outside : id === VOID ? ignored : id;
  });
  return table;
}

function nearest({ values, height, width }: StoredLabels, toHeight: number, toWidth: number) {
  if (height === toHeight && width === toWidth) return values;
  const resized =
    values instanceof Uint8Array
      ? new Uint8Array(toHeight * toWidth)
      : new Uint16Array(toHeight * toWidth);
  const columns = Int32Array.from({ length: toWidth }, (_, x) => centre(x, toWidth, width));
  for (let y = 0, to = 0; y < toHeight; y++) {
    const row = centre(y, toHeight, height) * width;
    for (let x = 0; x < toWidth; x++, to++) resized[to] = values[row + columns[x]];
  }
  return resized;
}

/** The stored numbers that are no class where the label is one, with their pixels: `19 (1200 pixels), 255 (3 pixels)`. */
export function outsideText(
  values: ArrayLike<number>,
  map: IdMap,
  rule: IdRule,
  counts: (index: number) => boolean,
): string {
  const { outside, ignored } = specialIds(rule.numClasses);
  const found = new Map<number, number>();
  for (let i = 0; i < map.length; i++) {
    if ((map[i] === outside || map[i] === ignored) && counts(i)) {
      found.set(values[i], (found.get(values[i]) ?? 0) + 1);
    }
  }
  const sorted = [...found].sort(([a], [b]) => a - b);
  const shown = sorted.slice(0, 8).map(([value, pixels]) => `${value} (${pixels} pixels)`);
  return shown.join(', ') + (sorted.length > 8 ? `, and ${sorted.length - 8} more` : '');
}
