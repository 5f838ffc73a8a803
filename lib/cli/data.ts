/** `npm run data`: what data sets there are, getting them, checking them, starting one's own. */
import { checkOneOf } from '../check';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run data -- list [--root DIR] [--json]
       npm run data -- download NAME [--root DIR] [--from PATH | --mirror URL] [--keep]
       npm run data -- check NAME [--root DIR] [--split-rule RULE] [--json]
       npm run data -- new-folder DIR

  list        every data set: found or not, where it is looked for, licence, size, how to get it
  download    fetches, verifies and unpacks a data set; the same command goes on after an interruption
  check       reads every file; reports counts, classes, sizes, each bad file (exit status 1 if any),
              and images that are nearly the same in two splits
  new-folder  writes a commented template for a folder of your own images and masks

  --root DIR    the folder that holds the data sets (default: PAT_DATA_DIR, else data/datasets)
  --from PATH   unpack archives that you have: a folder with them, or one of them
  --split-rule RULE  the splits to check: official (default), paper, groups
  --mirror URL  take the archives from URL/FILE; checksums are verified as always
  --keep        keep the archives after unpacking
  --json        print JSON
  --skip-setup  use what is installed, unchecked
  --help        show this`;

const root = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const text = { type: 'string' } as const;
const commands = ['list', 'download', 'check', 'new-folder'] as const;

async function main(args: string[], signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return name === undefined ? 1 : 0;
  }
  const command = checkOneOf('npm run data', 'command', name, commands);
  const usage = `npm run data -- ${command}`;
  // Loaded late: a wrong command line must not wait for TensorFlow.
  switch (command) {
    case 'list': {
      const { values } = parseArguments(usage, rest, { root, json: flag });
      return (await import('./data/list')).list(values);
    }
    case 'download': {
      const options = { root, from: text, mirror: text, keep: flag };
      const { values, positionals } = parseArguments(usage, rest, options, ['NAME']);
      return (await import('./data/download')).download(positionals[0], { ...values, signal });
    }
    case 'check': {
      const options = { root, json: flag, 'split-rule': text };
      const { values, positionals } = parseArguments(usage, rest, options, ['NAME']);
      const { 'split-rule': splitRule, ...asked } = values;
      const { check } = await import('./data/checkDataset');
      return check(positionals[0], { ...asked, splitRule, signal });
    }
    case 'new-folder': {
      const { positionals } = parseArguments(usage, rest, {}, ['DIR']);
      return (await import('./data/newFolder')).newFolder(positionals[0]);
    }
  }
}

void runCommand(main);
