/** What the kit's kernel mends in tslab (scripts/kernel/), by cells in a small repository of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKernel } from '../support/kernel';
import type { Cell } from '../support/kernel';
import { smallRepository } from '../support/smallRepository';
import type { SmallRepository } from '../support/smallRepository';

const shapes = `export interface Shape { height: number; width: number }
export function area({ height, width }: Shape): number {
  if (height < 0) {
    throw new RangeError('area: height is negative');
  }
  return height * width;
}
`;
const own = `import type { Shape } from '../lib/shapes';

export const square: Shape = { height: 1, width: '1' };
`;

let repository: SmallRepository;

beforeAll(() => {
  repository = smallRepository({ 'lib/shapes.ts': shapes, 'my/own.ts': own, 'my/other.ts': '' });
});

afterAll(() => repository.remove());

/** The texts of cells that run one after the other. */
function run(...cells: (string | Cell)[]): Promise<string[]> {
  return repository.texts(
    ...cells.map((each) => (typeof each === 'string' ? { code: each } : each)),
  );
}

const waiting = 'await new Promise(() => {});';

describe.skipIf(!hasKernel)(
  'cells of a kernel (needs .venv, see npm run setup)',
  { timeout: 240_000 },
  () => {
    it('keep what they have declared when they are interrupted', async () => {
      const trained = await run(
        'const kept = 1; let counted = 0;\nconst model = { name: "first" };',
        {
          code: `import { area } from './lib/shapes';
            interface Named { name: string }
            const model: Named = { name: 'second' };
            function twice(x: number) { return 2 * x; }
            class Layer { units = 3 }
            counted += 5;
            console.log('begun');
            ${waiting}
            const unreached = 1, kept = 'new';`,
          interruptWhen: 'begun',
        },
        'const again: Named = model;\nconsole.log(again.name, twice(4), new Layer().units, counted, area({ height: 2, width: 3 }), kept + 1);',
        'console.log(unreached);',
      );
      expect(trained[1]).toMatch(/^error: begun\nInterrupted\. /);
      expect(trained.slice(2)).toEqual([
        'second 8 3 5 6 2',
        "error: 1:13 - Cannot find name 'unreached'.",
      ]);
    });

    it('keep them when they end at an interrupt by themselves, or throw, or are stopped in a loop that waits for nothing', async () => {
      const ending = `let isStopped = false;
        process.once('SIGINT', () => { isStopped = true; });
        console.log('begun');
        while (!isStopped) await new Promise((done) => setTimeout(done, 20));
        const rounds = 7;`;
      const results = await run(
        'await 0;',
        { code: `await 0;\n${ending}`, interruptWhen: 'begun' },
        'console.log(rounds, isStopped);',
        "const before = 1;\nif (before) throw new Error('no');\nconst after = 2;",
        'console.log(before);',
        { code: "const inLoop = 3;\nconsole.log('begun');\nfor (;;);", interruptWhen: 'begun' },
        'console.log(inLoop);',
      );
      expect(results.slice(1)).toEqual([
        'error: begun\nInterrupted.',
        '7 true',
        'error: Error: no\n    at cell [4], line 2',
        '1',
        'error: begun\nInterrupted.',
        '3',
      ]);
    });

    it('wait with for await alone', async () => {
      const generator =
        'async function* letters() { yield "a"; yield "b"; }\nconst seen: string[] = [];';
      const loop = 'for await (const letter of letters()) seen.push(letter);';
      const inside =
        'async function all() { for await (const letter of letters()) return letter; }';
      expect(await run(generator, loop, 'seen.join();', inside, 'typeof all();')).toEqual([
        '',
        '',
        'a,b',
        '',
        'object',
      ]);
    });

    it('find variables of earlier cells in { x }, and properties of their names', async () => {
      const results = await run(
        'let x = 1; let y = 2;\nconst point = { x: 5, y: 6 };',
        'const both = { x, y };\nconsole.log(both, [{ x }], ((a: { x: number }) => a.x)({ x }));',
        '({ x, y = 9 } = point);\nconsole.log(x, y);',
        'const { x: left, ...others } = point;\nlet right = 0;\n({ y: right } = point);\nconsole.log(left, others, right);',
        'const z = 3;\nconsole.log({ z }, (({ x: inner }: { x: number }) => inner)({ x: 8 }), { x: 7 }.x);',
      );
      expect(results.slice(1)).toEqual([
        '{ x: 1, y: 2 } [ { x: 1 } ] 1',
        '5 6',
        '5 { y: 6 } 6',
        '{ z: 3 } 8 7',
      ]);
    });

    it('print nothing when files change while they do not run', async () => {
      const sleep = 'await new Promise((done) => setTimeout(done, 1500));';
      const results = await run(
        "import { area } from './lib/shapes';\nconst wide = 3;",
        sleep,
        repository.write('lib/shapes.ts', shapes.replace('height * width', '10 * height * width')),
        repository.write('my/other.ts', 'export const more = 1;\n'),
        sleep,
        "import { area } from './lib/shapes';\nimport { more } from './my/other';\nconsole.log(area({ height: more, width: wide }));",
        repository.write('lib/shapes.ts', shapes),
      );
      expect(results).toEqual(['', '', '', '30']);
    });

    it('tell errors by cell and line, without frames of packages', async () => {
      const results = await run(
        `interface Unused {
  a: number;
}

import { area } from './lib/shapes';

type Side = number;
const areaOf = (side: Side) => {
  return area({ height: side, width: side });
};`,
        `const sizes: number[] = [1, 2];

for (const size of sizes) {
  await 0;
  areaOf(-size);
}`,
        `import { z } from 'zod';

type T = number;
const parse = (value: T) => z.string().parse(value);
parse(3);`,
        'try { areaOf(-1); } catch (error) { console.log((error as Error).stack); }',
        'const wrong: number = area({ height: 1 });',
      );
      const inCells = (error: string) =>
        error
          .split('\n')
          .filter((line) => /^ {4}at /.test(line))
          .map((line) => line.replace(/ \{$/, ''));
      expect(results[1]).toBe(`error: RangeError: area: height is negative
    at area (lib/shapes.ts:4:11)
    at areaOf (cell [1], line 9)
    at cell [2], line 5`);
      expect(inCells(results[2])).toEqual([
        '    at parse (cell [3], line 4)',
        '    at cell [3], line 5',
      ]);
      expect(results[3]).toMatch(/areaOf \(cell \[1\], line 9\)\n {4}at cell \[4\], line 1/);
      expect(results[4]).toMatch(/^error: 1:28 - Argument of type [^]*\n {2}Property 'width'/);
    });

    it('name the file of a mistake in its types', async () => {
      const [told] = await run("import { square } from './my/own';\nconsole.log(square);");
      expect(told).toMatch(/^error: my\/own\.ts 3:43 - Type 'string' is not assignable/);
    });
  },
);
