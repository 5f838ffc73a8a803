/** A kernel that compiles only what has changed (scripts/kernel/), in a small repository of its own. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasKernel } from '../support/kernel';
import type { Cell } from '../support/kernel';
import { smallRepository } from '../support/smallRepository';
import type { SmallRepository } from '../support/smallRepository';

let repository: SmallRepository;
let root = '';

const base = (value: number) =>
  `/** The value that everything is made of. */\nexport const value: number = ${value};\n`;
const top = `import { value } from './base';
import type { Named } from './types';

/**
 * Doubles the value.
 *
 * @param options.name what it is called
 */
export function doubled(options: Named): string {
  if (options.name === '') throw new Error('doubled: no name');
  return \`\${options.name} \${2 * value}\`;
}
`;
const types = 'export interface Named {\n  name: string;\n}\n';

const write = (name: string, text: string) => repository.write(`lib/${name}`, text);
const texts = (...cells: Cell[]) => repository.texts(...cells);
const importing: Cell = { code: "import { doubled } from './lib/top';" };
const printing: Cell = { code: "console.log(doubled({ name: 'twice' }));" };
/** Threads besides the one that watches the kernel's parent: the compiler's, once it is needed. */
const compilers: Cell = {
  code: 'const { workers } = process.report.getReport() as unknown as { workers: unknown[] };\nconsole.log(workers.length - 1);',
};

const files = { 'lib/base.ts': base(1), 'lib/top.ts': top, 'lib/types.ts': types };
const edit = (name: string, text: string) => writeFileSync(join(root, 'lib', name), text);

beforeAll(() => {
  repository = smallRepository(files);
  ({ root } = repository);
});

/** What was compiled stays. */
afterEach(() => {
  edit('base.ts', base(1));
  edit('top.ts', top);
  edit('types.ts', types);
});

afterAll(() => repository.remove());

describe.skipIf(!hasKernel)(
  'a kernel (needs .venv, see npm run setup)',
  { timeout: 240_000 },
  () => {
    const cells = [importing, printing, compilers];
    let first: string[] = [];

    beforeAll(async () => {
      first = await texts(...cells);
    }, 240_000);

    it('compiles a cell once: the next kernel needs no compiler for it', async () => {
      expect(first).toEqual(['', 'twice 2', '1']);
      expect(await texts(...cells)).toEqual(['', 'twice 2', '0']);
      const other: Cell = { code: "console.log(doubled({ name: 'again' }));" };
      expect(await texts(importing, other, compilers)).toEqual(['', 'again 2', '1']);
    });

    it('sees an edit of lib/ at the next import, in what imports the edited file, too, and a file that was not there', async () => {
      const edited = [write('base.ts', base(2)), importing, printing];
      const fresh: Cell = { code: "import { fresh } from './lib/fresh';\nconsole.log(fresh);" };
      const appeared = [fresh, write('fresh.ts', "export const fresh = 'here';\n"), fresh];
      const results = await texts(importing, printing, ...edited, ...appeared);
      expect(results.slice(0, 4)).toEqual(['', 'twice 2', '', 'twice 4']);
      const [missing, found] = results.slice(4);
      expect(missing).toMatch(/^error: 1:23 - Cannot find module '.\/lib\/fresh'/);
      expect(found).toBe('here');
    });

    it('sees an edit after an interrupt, which reaches every process of the kernel’s group', async () => {
      edit('top.ts', `${top}\n// compiled in this kernel\n`);
      const stopped: Cell = { code: "console.log('begun');\nfor (;;);", interruptWhen: 'begun' };
      const edited = [write('base.ts', base(4)), importing, printing];
      const results = await texts(importing, stopped, ...edited);
      expect(results.slice(2)).toEqual(['', 'twice 8']);
    });

    it('sees an edit that was made between two kernels', async () => {
      edit('base.ts', base(3));
      expect(await texts(importing, printing)).toEqual(['', 'twice 6']);
      edit('base.ts', base(1));
      expect(await texts(...cells)).toEqual(['', 'twice 2', '1']);
    });

    it('checks cells against the types of lib/ as they are now, compiled before or not', async () => {
      const wrong: Cell = { code: 'doubled({ name: 1 });' };
      const expected = "error: 1:11 - Type 'number' is not assignable to type 'string'.";
      const renamed = types.replace('name: string', 'name: string;\n  unit: string');
      const edited = [printing, write('types.ts', renamed), printing];
      const results = await texts(importing, wrong, wrong, ...edited);
      expect(results.slice(0, 4)).toEqual(['', expected, expected, 'twice 2']);
      expect(results[4]).toMatch(
        /^error: 1:21 - Argument of type .* is not assignable to parameter of type 'Named'/,
      );
      edit('types.ts', types);
      expect(await texts(importing, wrong)).toEqual(['', expected]);
    });

    it('names file and line of what is wrong in lib/, when it is compiled and when it runs', async () => {
      edit('top.ts', `${top}\n`); // compiled here
      const failing: Cell = { code: "doubled({ name: '' });" };
      const [, thrown] = await texts(importing, failing);
      expect(thrown).toMatch(/^error: [^]*Error: doubled: no name\n/);
      expect(thrown).toMatch(/at doubled \(lib\/top\.ts:10:34\)\n {4}at cell \[2\], line 1$/);
      edit('base.ts', 'export const value: number = 1;\nexport const = 2;\n');
      expect(await texts(importing)).toEqual([
        expect.stringMatching(/^error: lib\/base\.ts 2:14 - /),
      ]);
    });

    it('compiles again what is damaged in the cache', async () => {
      const cache = join(root, '.cache/tslab');
      const kept = readdirSync(cache);
      expect(kept.length).toBeGreaterThan(3);
      for (const [i, file] of kept.entries()) {
        writeFileSync(join(cache, file), i % 2 ? '' : 'exports.doubled = () => "damaged";');
      }
      expect(await texts(...cells)).toEqual(['', 'twice 2', '1']);
      expect(await texts(...cells)).toEqual(['', 'twice 2', '0']);
    });

    it('shares the cache with a kernel that runs at the same time', async () => {
      const own = smallRepository(files); // with nothing in its cache
      try {
        const run = () => own.texts(importing, printing);
        expect(await Promise.all([run(), run()])).toEqual([
          ['', 'twice 2'],
          ['', 'twice 2'],
        ]);
        const kept = readdirSync(join(own.root, '.cache/tslab'));
        expect(kept.filter((name) => name.includes('partial'))).toEqual([]);
      } finally {
        own.remove();
      }
    });

    it('shows docblocks and names, and keeps modules of cells, after cells that were compiled before, too', async () => {
      const asking: Cell[] = [importing, { inspect: 'doubled' }, { complete: 'doubled({ na' }];
      const module: Cell = { code: '/** @module own */\nexport const mine = 5;' };
      const using: Cell = { code: "import { mine } from './own';\nconsole.log(mine);" };
      for (let kernel = 1; kernel <= 2; kernel++) {
        const [, help, names, ...own] = await texts(...asking, module, using);
        expect(help).toMatch(
          /^\(alias\) function doubled\(options: Named\): string[^]*Doubles the value\./,
        );
        expect(help).toContain('what it is called');
        expect(names).toBe('name');
        expect(own).toEqual(['', '5']);
      }
    });
  },
);
