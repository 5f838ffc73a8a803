/** `npm run new`: a plugin that works as it is, to be made one's own. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkOneOf, InputError, invalid } from '../check';
import { parseArguments, runCommand } from './support/command';
import { lossTemplate, modelTemplate } from './new/templates';

const help = `Usage: npm run new -- loss NAME [--out FILE]
       npm run new -- model NAME [--out FILE]

Writes a file that defines a loss or a network of your own, outside lib/. It works as it is; change it into yours.

  NAME          as configurations will have it: letters, digits and _
  --out FILE    default my/NAME.ts; a file that is there is not replaced
  --skip-setup  use what is installed, unchecked
  --help        show this`;

const where = 'npm run new';
const options = { out: { type: 'string' } } as const;

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values, positionals } = parseArguments(where, args, options, ['loss|model', 'NAME']);
  const kind = checkOneOf(where, 'what', positionals[0], ['loss', 'model'] as const);
  const name = positionals[1];
  if (!/^[A-Za-z]\w*$/.test(name)) throw invalid(where, 'NAME', 'letters, digits and _', name);
  const file = values.out ?? path.join('my', `${name}.ts`);
  if (!/\.m?ts$/.test(file)) throw invalid(where, '--out', 'a file that ends with .ts', file);
  await checkIsFree(kind, name);
  const lib = path.relative(path.dirname(path.resolve(file)), path.resolve('lib'));
  const kit = (lib.startsWith('.') ? lib : `./${lib}`).split(path.sep).join('/');
  await write(file, (kind === 'loss' ? lossTemplate : modelTemplate)(name, kit));
  process.stdout.write(`${nextSteps(kind, name, file)}\n`);
  return 0;
}

/** Loaded late: a wrong command line must not wait for TensorFlow. */
async function checkIsFree(kind: 'loss' | 'model', name: string): Promise<void> {
  const taken =
    kind === 'loss'
      ? (await import('../losses')).lossNames
      : (await import('../models')).networkNames;
  if (!(taken as readonly string[]).includes(name)) return;
  throw invalid(where, 'NAME', `none of the kit's (${taken.join(', ')})`, name);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new InputError(`${where}: ${file} is there already. Choose another name, or --out FILE.`);
  }
}

/** As a cell imports it: from the kit's folder. */
function importPath(file: string): string {
  const name = file.replace(/\.m?ts$/, '');
  return /^\.{0,2}\//.test(name) ? name : `./${name}`;
}

function nextSteps(kind: 'loss' | 'model', name: string, file: string): string {
  const entry =
    kind === 'loss'
      ? `"loss": [{ "name": "pat" }, { "name": "${name}" }]`
      : `"model": [{ "name": "unet" }, { "name": "${name}" }]`;
  const small = '--set epochs=2 --set dataset.size=[64,96] --set model.width=8';
  return [
    `wrote ${file}`,
    ...(kind === 'loss'
      ? [
          `check it in a cell:   import '${importPath(file)}'; await checkLoss('${name}');   (notebook 13-your-own-loss)`,
        ]
      : []),
    `train with it:        npm run train -- --plugin ${file} --set ${kind}.name=${name} ${small} --out data/runs/${name}`,
    `compare by a sweep:   { "name": "${name}", "plugins": ["${file}"], "grid": { ${entry}, "seed": [0, 1, 2] } }`,
  ].join('\n');
}

void runCommand(main);
