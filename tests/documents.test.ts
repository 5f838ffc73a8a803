/** What README, CONTRIBUTING and the notebooks name is there: files of the repository, commands and their options. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

const notebooks = readdirSync(path.join(root, 'notebooks'))
  .filter((file) => file.endsWith('.ipynb'))
  .map((file) => `notebooks/${file}`);
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'data/README.md',
  'data/results/README.md',
  'notebooks/README.md',
  'figures/README.md',
];

/** The prose of a notebook, or a document. */
function proseOf(file: string): string {
  if (!file.endsWith('.ipynb')) return read(file);
  const { cells } = JSON.parse(read(file)) as {
    cells: { cell_type: string; source: string[] }[];
  };
  return cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map(({ source }) => source.join(''))
    .join('\n');
}

const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

/** Where the help of a command stands; undefined for those of other programs. */
function helpOf(command: string): string | undefined {
  const [, file] = /^node (scripts\/\S+)/.exec(scripts[command]) ?? [];
  if (file === undefined) return undefined;
  return read(file === 'scripts/cli.mjs' ? `lib/cli/${command}.ts` : file);
}

/** Each `npm run NAME -- …` or `npm start -- …`, with the lines that a backslash continues. */
function commandsOf(text: string): { command: string; options: string[] }[] {
  const whole = text.replace(/\\\n\s*/g, ' ');
  const calls = [...whole.matchAll(/npm (?:run (?:-s )?)?([a-z-]+)((?: [^\n`#|&]*)?)/g)];
  return calls
    .filter(([all, name]) => all.startsWith('npm run') || name === 'start' || name === 'test')
    .map(([, command, rest]) => ({ command, options: rest.match(/(?<= )--[a-z][a-z-]*/g) ?? [] }));
}

describe.each([...documents, ...notebooks])('%s', (file) => {
  const text = proseOf(file);

  it('names files that are there', () => {
    const named = [
      ...text.matchAll(/`((?:lib|tests|scripts|bench|data\/results)\/[\w./-]+\.\w+)`/g),
    ]
      .map(([, one]) => one)
      .filter((one) => !one.includes('NAME'));
    expect(named.filter((one) => !existsSync(path.join(root, one)))).toEqual([]);
  });

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, link]) => link);
    const folder = path.join(root, path.dirname(file));
    expect(links.filter((link) => !existsSync(path.join(folder, link)))).toEqual([]);
  });

  it('gives commands that are there, with options that they have', () => {
    const calls = commandsOf(text);
    expect(calls.filter(({ command }) => !(command in scripts))).toEqual([]);
    const unknown = calls.flatMap(({ command, options }) => {
      const help = helpOf(command);
      return options
        .filter((option) => help !== undefined && !help.includes(option))
        .map((option) => `${command} ${option}`);
    });
    expect(unknown).toEqual([]);
  });
});

describe.each(notebooks)('%s', (file) => {
  it('writes formulas as LaTeX, which JupyterLab and the exported page set', () => {
    const prose = proseOf(file).replace(
      /```[^]*?```|`[^`]*`|\$\$?[^$]+\$\$?|^[#|].*$|with(?:out)? 1\/\|M\|/gm,
      '',
    );
    const formula =
      /[Σ∈‖√∝⁻²^]|\|M|·[(a-zβ]|\b(?:exp|log)\(|(?<!\p{L})[A-Zβγτkpy] [=<>≤≥] [\d½A-Z]/u;
    expect(prose.split('\n').filter((line) => formula.test(line))).toEqual([]);
  });
});

it('finds options and files in the documents', () => {
  expect(commandsOf('npm run train -- --fresh \\\n  --out a # --not').at(0)).toEqual({
    command: 'train',
    options: ['--fresh', '--out'],
  });
  expect(commandsOf(read('README.md')).length).toBeGreaterThan(30);
});
