/** The template of a data set in a folder of one's own. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { invalid } from '../check';

const templateClasses = `{
  "comment": [
    "The classes of this data set, in the order of their ids 0, 1, 2, …",
    "name: as shown in tables and figures.",
    "colour: [red, green, blue] of the class in figures, and in masks that are coded by colour.",
    "value: what stands for the class in grey or palette masks; without it, its id.",
    "ignoreIndex: the value of pixels that belong to no class (null: there are none).",
    "ignoreColour: their colour in masks that are coded by colour, e.g. [0, 0, 0]; leave it out if there are none.",
    "masks: how PNGs with a palette are read: 'ids' by their indexes, 'colours' by their colours. Other masks need",
    "no such word: grey ones are read as values, RGB ones by their colours.",
    "orientation: needed for photos that viewers turn (EXIF): 'stored' if the masks lie on the pixels as",
    "stored, 'upright' if they lie on the photo as viewers show it.",
    "This list of comments may be deleted."
  ],
  "title": "My data set",
  "licence": "your own",
  "citation": "none",
  "classes": [
    { "name": "background", "colour": [0, 114, 178] },
    { "name": "object", "colour": [213, 94, 0] }
  ],
  "ignoreIndex": 255,
  "masks": "ids"
}
`;

const templateReadme = `# A data set of your own

    classes.json   the classes: edit it first; it explains itself
    images/        NAME.jpg, .png, .webp, .tiff or .gif, 8 or 16 bits a channel (16 are cut to the upper 8)
    masks/         NAME.png of the same size: class ids as an 8-bit grey or a palette PNG, or
                   colours as in classes.json; never JPEG, which changes values
    train.txt, valid.txt, test.txt
                   optional: the names of each split, one a line. Without them, 80 / 10 / 10 % are
                   drawn by the seed; the first training writes them down in splits/

Then, in the kit's folder:

    npm run data -- check folder --root THIS_FOLDER
    openDataset({ name: 'folder', root: 'THIS_FOLDER', split: 'train', size: [128, 128] })
`;

/**
 * Makes the folder of a new data set: `images/`, `masks/`, a commented `classes.json`, a `README.md`.
 *
 * @returns what it made, for showing.
 * @throws InputError when `folder` holds one of the files already: nothing is overwritten.
 */
export async function writeFolderTemplate(folder: string): Promise<string[]> {
  const parts = ['images', 'masks'].map((name) => path.join(folder, name));
  for (const part of parts) await mkdir(part, { recursive: true });
  const files = { 'classes.json': templateClasses, 'README.md': templateReadme };
  const made = Object.keys(files).map((name) => path.join(folder, name));
  for (const [i, content] of Object.values(files).entries()) {
    try {
      await writeFile(made[i], content, { flag: 'wx' });
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code === 'EEXIST';
      const got = why ? `${made[i]}, which is there` : made[i];
      const remedy = why ? 'Give another folder.' : `${(error as Error).message}.`;
      throw invalid('new-folder', 'DIR', 'a folder without a data set', got, remedy);
    }
  }
  return [...parts, ...made];
}
