/** A small repository with the kit's kernel, for tests that edit its files. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runCells } from './kernel';
import type { Cell } from './kernel';

const project = resolve(__dirname, '../..');

export interface SmallRepository {
  root: string;
  /** A cell that writes a file of it. */
  write: (name: string, text: string) => Cell;
  /** The text of each cell that ran in a kernel of its own, or `STATUS: text` where it failed. */
  texts: (...cells: Cell[]) => Promise<string[]>;
  remove: () => void;
}

/** Makes one with these files, by their paths in it. */
export function smallRepository(files: Record<string, string>): SmallRepository {
  const root = mkdtempSync(join(tmpdir(), 'pat-cells-'));
  cpSync(join(project, 'scripts'), join(root, 'scripts'), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const kernel = join(root, 'jupyter/kernels/tslab');
  mkdirSync(kernel, { recursive: true });
  const start = 'cd "$1" && exec node scripts/kernel.mjs --config-path "$2"';
  const argv = ['/bin/sh', '-c', start, 'tslab', root, '{connection_file}'];
  const spec = { argv, display_name: 'test', language: 'typescript' };
  writeFileSync(join(kernel, 'kernel.json'), JSON.stringify(spec));
  return {
    root,
    write: (name, text) => ({ write: { path: join(root, name), text } }),
    texts: async (...cells) => {
      const results = await runCells(cells, { JUPYTER_PATH: join(root, 'jupyter') });
      return results.map(({ status, text }) =>
        (status === 'ok' ? text : `${status}: ${text}`).trimEnd(),
      );
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}
