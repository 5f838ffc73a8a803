/**
 * The pictures of notebooks/README.md: the first figure that each notebook shows, small.
 * `npm run notebook -- NAME --save` renews its own; all of them by hand: `node scripts/notebookPictures.mjs`.
 */
import path from 'path';
import { fileURLToPath } from 'url';
import { readNotebook } from './notebookParameters.mjs';
import { runCommand } from './command.mjs';
import { listNotebooks } from './notebookFiles.mjs';
import { writeWhole } from './setup/files.mjs';

const WIDTH = 480;

/**
 * Where the picture of a notebook is.
 * @param {string} notebook
 */
export function pictureOf(notebook) {
  const name = path.basename(notebook, '.ipynb');
  return path.join(path.dirname(notebook), 'pictures', `${name}.png`);
}

/**
 * Writes the picture of a notebook from its saved outputs; false where they have no figure.
 * @param {string} notebook
 */
export async function writePicture(notebook) {
  const { cells } = readNotebook(notebook);
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  const png = outputs.map((output) => output.data?.['image/png']).find(Boolean);
  if (png === undefined) return false;
  const { default: sharp } = await import('sharp');
  const picture = await sharp(Buffer.from([png].flat().join(''), 'base64'))
    .flatten({ background: '#fff' })
    .resize({ width: WIDTH, withoutEnlargement: true })
    .png({ palette: true })
    .toBuffer();
  writeWhole(pictureOf(notebook), picture);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runCommand(async () => {
    for (const notebook of listNotebooks()) {
      const found = await writePicture(notebook);
      console.log(`${found ? '✓' : '– no figure in'} ${path.relative('', notebook)}`);
    }
  });
}
