/** A kernel that compiles only what has changed (scripts/kernel/), in a small repository of its own. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

beforeEach(() => {
  repository = smallRepository({
    'lib/base.ts': base(1),
    'lib/top.ts': top,
    'lib/types.ts': types,
  });
  ({ root } = repository);
});

afterEach(() => repository.remove());

describe.skipIf(!hasKernel)(
  'a kernel (needs .venv, see npm run setup)',
  { timeout: 240_000 },
  () => {
    it('compiles a cell once: the next kernel needs no compiler for it', async () => {
      const cells = [importing, printing, compilers];
      expect(await texts(...cells)).toEqual(['', 'twice 2', '1']);
      expect(await texts(...cells)).toEqual(['', 'twice 2', '0']);
      const other: Cell = { code: "console.log(doubled({ name: 'again' }));" };
      expect(await texts(importing, other, compilers)).toEqual(['', 'again 2', '1']);
    });

    it('sees an edit of lib/ at the next import, in what imports the edited file, too', async () => {
      const edited = [write('base.ts', base(2)), importing, printing];
      expect(await texts(importing, printing, ...edited)).toEqual(['', 'twice 2', '', 'twice 4']);
    });

    it('sees an edit that was made between two kernels', async () => {
      expect(await texts(importing, printing)).toEqual(['', 'twice 2']);
      writeFileSync(join(root, 'lib/base.ts'), base(3));
      expect(await texts(importing, printing)).toEqual(['', 'twice 6']);
      writeFileSync(join(root, 'lib/base.ts'), base(1));
      expect(await texts(importing, printing, compilers)).toEqual(['', 'twice 2', '1']);
    });

    it('checks cells against the types of lib/ as they are now, compiled before or not', async () => {
      const wrong: Cell = { code: 'doubled({ name: 1 });' };
      const expected = "error: 1:11 - Type 'number' is not assignable to type 'string'.";
      expect(await texts(importing, wrong, wrong)).toEqual(['', expected, expected]);
      expect(await texts(importing, wrong)).toEqual(['', expected]);
      const renamed = types.replace('name: string', 'name: string;\n  unit: string');
      expect(
        (await texts(importing, printing, write('types.ts', renamed), printing)).at(-1),
      ).toMatch(
        /^error: 1:21 - Argument of type .* is not assignable to parameter of type 'Named'/,
      );
    });

    it('names file and line of what is wrong in lib/, when it is compiled and when it runs', async () => {
      const failing: Cell = { code: "doubled({ name: '' });" };
      const [, thrown] = await texts(importing, failing);
      expect(thrown).toMatch(/^error: [^]*Error: doubled: no name\n/);
      expect(thrown).toMatch(/at doubled \(lib\/top\.ts:10:34\)\n {4}at cell \[2\], line 1$/);
      writeFileSync(
        join(root, 'lib/base.ts'),
        'export const value: number = 1;\nexport const = 2;\n',
      );
      expect(await texts(importing)).toEqual([
        expect.stringMatching(/^error: lib\/base\.ts 2:14 - /),
      ]);
    });

    it('finds a file that was not there before', async () => {
      const fresh: Cell = { code: "import { fresh } from './lib/fresh';\nconsole.log(fresh);" };
      const [missing, found] = await texts(
        fresh,
        write('fresh.ts', "export const fresh = 'here';\n"),
        fresh,
      );
      expect(missing).toMatch(/^error: 1:23 - Cannot find module '.\/lib\/fresh'/);
      expect(found).toBe('here');
    });

    it('compiles again what is damaged in the cache', async () => {
      expect(await texts(importing, printing)).toEqual(['', 'twice 2']);
      const cache = join(root, '.cache/tslab');
      const files = readdirSync(cache);
      expect(files.length).toBeGreaterThan(3);
      for (const [i, file] of files.entries()) {
        writeFileSync(join(cache, file), i % 2 ? '' : 'exports.doubled = () => "damaged";');
      }
      expect(await texts(importing, printing)).toEqual(['', 'twice 2']);
      expect(await texts(importing, printing, compilers)).toEqual(['', 'twice 2', '1']);
    });

    it('shares the cache with a kernel that runs at the same time', async () => {
      const both = await Promise.all([texts(importing, printing), texts(importing, printing)]);
      expect(both).toEqual([
        ['', 'twice 2'],
        ['', 'twice 2'],
      ]);
      expect(
        readdirSync(join(root, '.cache/tslab')).filter((name) => name.includes('partial')),
      ).toEqual([]);
    });

    it('shows docblocks and names, after cells that were compiled before, too', async () => {
      const cells: Cell[] = [importing, { inspect: 'doubled' }, { complete: 'doubled({ na' }];
      for (let kernel = 1; kernel <= 2; kernel++) {
        const [, help, names] = await texts(...cells);
        expect(help).toMatch(
          /^\(alias\) function doubled\(options: Named\): string[^]*Doubles the value\./,
        );
        expect(help).toContain('what it is called');
        expect(names).toBe('name');
      }
    });

    it('keeps modules that are declared in cells', async () => {
      const module: Cell = { code: '/** @module own */\nexport const mine = 5;' };
      const using: Cell = { code: "import { mine } from './own';\nconsole.log(mine);" };
      for (let kernel = 1; kernel <= 2; kernel++)
        expect(await texts(module, using)).toEqual(['', '5']);
    });
  },
);
