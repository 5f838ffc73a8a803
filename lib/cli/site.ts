/** `npm run site`: all that the kit made as a static site. */
import { InputError } from '../check';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run site -- --out DIR [options]

Writes a static site for GitHub Pages or any other server: notebooks with outputs and interactive figures, the gallery, the
tables, the ledger of claims, a live page, one index. All links are relative, and no build service is needed. Made of what
npm start wrote. Photographs under a data set's own licence are left out.

  --out DIR           the site's folder; a site that is there is replaced
  --figures DIR       what npm start wrote (default: figures)
  --results DIR       records of runs (default: data/results/laptop)
  --runs DIR[,DIR…]   runs of the live page (default: the page of notebook 15, where it is in DIR of --figures)
  --title TEXT        (default: PAT notebooks)
  --skip-setup        use what is installed, unchecked
  --help              show this`;

const where = 'npm run site';
const options = {
  out: { type: 'string' },
  runs: { type: 'string' },
  figures: { type: 'string', default: 'figures' },
  results: { type: 'string', default: 'data/results/laptop' },
  title: { type: 'string', default: 'PAT notebooks' },
} as const;

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values } = parseArguments(where, args, options);
  const { out, runs, ...rest } = values;
  if (out === undefined) throw new InputError(`${where}: --out is missing. See --help.`);
  // Loaded late: a wrong command line must not wait for TensorFlow.
  const { writeSite } = await import('./site/writeSite');
  return writeSite({ ...rest, out, runs: runs?.split(',') ?? [] });
}

void runCommand(main);
