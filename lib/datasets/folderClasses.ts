/** Reads the `classes.json` of a data set in a folder of one's own. */
import path from 'node:path';
import { checkKnownOptions, checkNumber, checkOneOf, invalid } from '../check';
import { parseJson } from '../files';
import { readText } from './decode/readBytes';
import type { LabelFacts } from './fileDatasetTypes';
import { vocColour } from './palette';
import type { Colour } from './datasetTypes';

/** What `classes.json` holds; `comment` is not read. */
interface ClassesFile {
  classes: (string | { name: string; colour?: Colour; value?: number })[];
  ignoreIndex?: number | null;
  ignoreColour?: Colour;
  masks?: 'ids' | 'colours';
  orientation?: 'stored' | 'upright';
  title?: string;
  licence?: string;
  citation?: string;
  comment?: unknown;
}

const known: readonly (keyof ClassesFile)[] = [
  ...(['classes', 'ignoreIndex', 'ignoreColour', 'masks', 'orientation'] as const),
  ...(['title', 'licence', 'citation', 'comment'] as const),
];

/**
 * Reads `classes.json`:
 *
 * - `classes`: in the order of their ids, names or `{ name, colour, value }`. `value` is what stands
 *   for the class in grey and palette label files (default: its id), `colour` what shows it in
 *   figures and stands for it in colour label files (default: the VOC colour of id + 1).
 * - `ignoreIndex`: the value of void pixels (default 255; null: none).
 * - `ignoreColour`: the colour of void pixels in colour label files (default: none).
 * - `masks`: how palette PNGs are read: `'ids'` (default) by index, `'colours'` by colour.
 * - `orientation`: what the label files of images with an EXIF orientation lie on: `'stored'`, the pixels as stored, or
 *   `'upright'`, the picture as viewers show it (default: such images are refused).
 * - `title`, `licence`, `citation`: for what is shown.
 *
 * @throws InputError that names the file and the entry.
 */
export async function readClasses(file: string): Promise<Partial<LabelFacts>> {
  const content = await readJson(file);
  const {
    classes,
    ignoreIndex = 255,
    ignoreColour,
    masks = 'ids',
    orientation,
    ...texts
  } = content;
  checkKnownOptions(file, content, known);
  if (orientation !== undefined) {
    checkOneOf(file, 'orientation', orientation, ['stored', 'upright']);
  }
  checkOneOf(file, 'masks', masks, ['ids', 'colours']);
  if (ignoreIndex !== null) checkByte(file, 'ignoreIndex', ignoreIndex);
  if (!Array.isArray(classes) || classes.length < 1 || classes.length > 255) {
    throw invalid(file, 'classes', 'a list of 1 to 255 classes', classes);
  }
  const entries = classes.map((entry, id) => classEntry(file, entry, id));
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, id) => names.indexOf(name) !== id);
  if (twice !== undefined) {
    const remedy = 'Tables and figures would show two classes as one: rename one.';
    throw invalid(file, 'names of classes', 'different from each other', twice, remedy);
  }
  const values = new Map<number, number | 'void'>();
  const colours = new Map<string, readonly [Colour, number | 'void']>();
  if (ignoreIndex !== null) values.set(ignoreIndex, 'void');
  if (ignoreColour) {
    colours.set(checkColour(file, 'ignoreColour', ignoreColour).join(), [ignoreColour, 'void']);
  }
  entries.forEach(({ name, colour, value }, id) => {
    const clash = `different from those of other classes and of void`;
    if (values.has(value)) throw invalid(file, `value of '${name}'`, clash, value);
    if (colours.has(colour.join())) throw invalid(file, `colour of '${name}'`, clash, colour);
    values.set(value, id);
    colours.set(colour.join(), [colour, id]);
  });
  for (const key of ['title', 'licence', 'citation'] as const) {
    const text: unknown = texts[key] ?? '';
    if (typeof text !== 'string') throw invalid(file, key, 'a text', text);
  }
  const title = texts.title ?? path.basename(path.resolve(path.dirname(file)));
  return {
    title,
    ...(texts.licence === undefined ? {} : { licence: texts.licence }),
    ...(texts.citation === undefined ? {} : { citation: texts.citation }),
    classNames: names,
    palette: entries.map(({ colour }) => colour),
    classOf: (value) => values.get(value),
    colours: [...colours.values()],
    paletteColours: masks === 'colours',
    orientation: orientation ?? 'refused',
    voidMark: { value: ignoreIndex, ...(ignoreColour && { colour: ignoreColour }) },
  };
}

function classEntry(file: string, entry: ClassesFile['classes'][number], id: number) {
  const where = `classes[${id}]`;
  const named = typeof entry === 'string' ? { name: entry } : entry;
  if (typeof named !== 'object' || named === null || typeof named.name !== 'string') {
    throw invalid(file, where, 'a name or { name, colour, value }', entry);
  }
  checkKnownOptions(`${file}: ${where}`, named, ['name', 'colour', 'value']);
  const { name, colour = vocColour(id + 1), value = id } = named;
  return {
    name,
    colour: checkColour(file, `${where}.colour`, colour),
    value: checkByte(file, `${where}.value`, value),
  };
}

function checkByte(file: string, what: string, value: unknown): number {
  return checkNumber(file, what, value, { integer: true, min: 0, max: 255 });
}

function checkColour(file: string, what: string, colour: Colour): Colour {
  const list: unknown = colour;
  if (!Array.isArray(list) || list.length !== 3) {
    throw invalid(file, what, '[red, green, blue]', list);
  }
  list.forEach((value) => checkByte(file, what, value));
  return colour;
}

async function readJson(file: string): Promise<ClassesFile> {
  const template = "a classes.json ('npm run data -- new-folder DIR' writes a template)";
  const content = parseJson('openDataset', file, await readText('openDataset', file, template));
  if (typeof content === 'object' && content !== null) return content as ClassesFile;
  throw invalid('openDataset', file, 'a JSON object', content);
}
