import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const lib = path.resolve(__dirname, '../lib');
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** The folder of `lib/` that a file belongs to; `lib/losses.ts` is the door of `lib/losses/`. */
const roomOf = (file: string) => file.split(path.sep)[0].replace(/\.ts$/, '');

/** `'a b'` for each room a that imports from another room b, type imports included. */
function imports(): Set<string> {
  return new Set(
    files.flatMap((file) => {
      const text = readFileSync(path.join(lib, file), 'utf8');
      return [...text.matchAll(/^(?:import|export|\} from)\b.*?'(\.[^']+)';$/gm)].flatMap(
        ([, target]) => {
          const room = roomOf(path.join(path.dirname(file), `${target}.ts`));
          return room === roomOf(file) ? [] : [`${roomOf(file)} ${room}`];
        },
      );
    }),
  );
}

describe('rooms of lib/', () => {
  it('import each other in one direction only', () => {
    const pairs = imports();
    expect(pairs.size).toBeGreaterThan(50);
    const mutual = [...pairs].filter((pair) => pairs.has(pair.split(' ').reverse().join(' ')));
    expect(mutual).toEqual([]);
  });
});
