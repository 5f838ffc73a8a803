import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = path.resolve(__dirname, '../..');
const script = (name: string) => pathToFileURL(path.join(root, 'scripts', name)).href;

describe('notebooks/README.md', () => {
  it('has a line and a picture for each notebook, in reading order', async () => {
    const { listNotebooks } = (await import(script('notebookFiles.mjs'))) as {
      listNotebooks: () => string[];
    };
    const { pictureOf } = (await import(script('notebookPictures.mjs'))) as {
      pictureOf: (notebook: string) => string;
    };
    const text = readFileSync(path.join(root, 'notebooks', 'README.md'), 'utf8');
    const rows = [...text.matchAll(/!\[\]\((.+?)\).*\[.+?\]\((.+?)\)/g)];
    const folder = path.join(root, 'notebooks');
    const wanted = listNotebooks().map((file) =>
      [pictureOf(file), file].map((each) => path.relative(folder, each)),
    );
    expect(rows.map(([, picture, notebook]) => [picture, notebook])).toEqual(wanted);
    const missing = listNotebooks().filter((file) => !existsSync(pictureOf(file)));
    expect(missing).toEqual([]);
  });
});
