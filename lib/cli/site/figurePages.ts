/** The gallery and the notebooks of a site, from what `npm start` wrote. */
import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { writeAtomically } from '../../atomicFile';
import { InputError } from '../../check';
import { isThere, makeFolder } from '../../files';

const root = path.resolve(__dirname, '../../..');
const where = 'npm run site';
/** Of a figure: SVG stays at home, for its size. */
const kept = /\.(png|pdf|csv|json|html|md|tex)$/;

/**
 * Copies the figures, the notebooks' pages without licensed photographs, and a gallery of what remains.
 *
 * @throws InputError where `npm start` has not written there.
 */
export async function copyFigurePages(source: string, target: string): Promise<void> {
  if (!(await isThere(where, path.join(source, 'notebooks')))) {
    throw new InputError(
      `${where}: --figures must be a folder that npm start wrote, got ${source}. Run npm start first.`,
    );
  }
  await makeFolder(where, path.join(target, 'notebooks'));
  const licensed = await copyNotebooks(path.join(source, 'notebooks'), target);
  for (const name of await readdir(source)) {
    const stem = name.replace(/\.\w+$/, '');
    if (!kept.test(name) || name === 'index.html' || licensed.includes(stem)) continue;
    await copyFile(path.join(source, name), path.join(target, name));
  }
  await linkPictures(target);
  const plotly = path.join(source, 'plotly.js');
  if (await isThere(where, plotly)) {
    const { code } = await transform(await readFile(plotly, 'utf8'), { minify: true });
    await writeAtomically(path.join(target, 'plotly.js'), Buffer.from(code));
  }
  await promisify(execFile)(process.execPath, [path.join(root, 'scripts', 'gallery.mjs'), target]);
  // Only the gallery reads them.
  for (const name of await readdir(path.join(target, 'notebooks'))) {
    if (name.endsWith('.json')) await rm(path.join(target, 'notebooks', name));
  }
}

/** A notebook's page holds each exported figure once more, as text: it gets a link to the picture. */
async function linkPictures(target: string): Promise<void> {
  const pictures = new Map<string, string>();
  for (const name of await readdir(target)) {
    if (!name.endsWith('.png')) continue;
    pictures.set(await readFile(path.join(target, name), 'base64'), name);
  }
  for (const page of await notebookPages(target)) {
    const file = path.join(target, 'notebooks', page);
    const text = await readFile(file, 'utf8');
    const linked = text.replace(/data:image\/png;base64,([\w+/=\s]+)/g, (whole, data: string) => {
      const name = pictures.get(data.replace(/\s/g, ''));
      return name === undefined ? whole : `../${encodeURIComponent(name)}`;
    });
    await writeAtomically(file, Buffer.from(linked));
  }
}

/** Returns the names of figures that show licensed photographs. */
async function copyNotebooks(source: string, target: string): Promise<string[]> {
  const licensed: string[] = [];
  const names = (await readdir(source)).filter((name) => /^[^.].*\.(json|html)$/.test(name));
  for (const name of names) {
    const [from, to] = [path.join(source, name), path.join(target, 'notebooks', name)];
    const notebook = from.replace(/\.html$/, '.ipynb');
    const isPage = name.endsWith('.html') && (await isThere(where, notebook));
    if (isPage && (await readFile(notebook, 'utf8')).includes('"licensed-images"')) {
      const python = path.join(root, '.venv', 'bin', 'python');
      const script = path.join(root, 'scripts', 'sitePage.py');
      const args = [script, notebook, to, '../plotly.js'];
      const { stdout } = await promisify(execFile)(python, args);
      licensed.push(...stdout.split('\n').filter((line) => line !== ''));
    } else {
      await copyFile(from, to);
    }
  }
  return licensed;
}

/** The names of the notebooks' pages, in reading order. */
export async function notebookPages(target: string): Promise<string[]> {
  const names = await readdir(path.join(target, 'notebooks'));
  return names.filter((name) => name.endsWith('.html')).sort();
}
