/** `npm run data -- new-folder DIR`. */
import path from 'node:path';
import { writeFolderTemplate } from '../../datasets/folderTemplate';

/** Writes the template of a data set of one's own; the exit status is 0. */
export async function newFolder(folder: string): Promise<number> {
  const made = await writeFolderTemplate(path.resolve(folder));
  process.stdout.write(`${made.map((file) => `✓ ${file}`).join('\n')}
Next: put images and masks there, edit classes.json, then
  npm run data -- check folder --root ${path.resolve(folder)}
`);
  return 0;
}
