/** `npm run tables`: from the records of runs to the paper's tables. */
import path from 'node:path';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run tables -- [DIR] [options]

Writes Tables 1–3 of the paper, the ablation of PAT and the search for each loss's option from the records below DIR (a
sweep's folder, or what npm run sweep -- --collect stored; default data/results/laptop): NAME.tex (booktabs, siunitx,
graphicx), NAME.md and NAME.csv. The same records give the same bytes. A cell without runs is shown as a dash, a table
without any is not written. Records of a sweep of your own make one table, runs, against cross-entropy where that is among
them.

  --out DIR         the tables' folder (default: tables/ in DIR)
  --scale SCALE     of the presets that the runs are of: paper, laptop, smoke (default laptop)
  --set path=value  a setting that the sweep was started with; repeatable
  --selection NAME  of the weights kept by which criterion, where runs kept several (setting selection): loss,
                    crossEntropy, meanIoU, meanIoUC, last (default: the first of each run)
  --split NAME      whose scores: test, valid (default test; the search for options is always by valid)
  --classes         also IoU class by class, a row for each loss and network: NAME-classes.{tex,md,csv}

  --skip-setup      use what is installed, unchecked
  --help            show this`;

const text = { type: 'string' } as const;
const options = {
  out: text,
  scale: { type: 'string', default: 'laptop' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  split: { type: 'string', default: 'test' },
  selection: text,
  classes: { type: 'boolean', default: false },
} as const;

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const given = args.length > 0 && !args[0].startsWith('-');
  const { values, positionals } = parseArguments(
    'npm run tables',
    args,
    options,
    given ? ['DIR'] : [],
  );
  const { writeTables } = await import('./tables/writeTables'); // late: a wrong command line must not wait for TensorFlow
  const [folder = path.join('data', 'results', 'laptop')] = positionals;
  const { out = path.join(folder, 'tables'), scale, set: settings, ...rest } = values;
  return writeTables(folder, { out, scale, settings, ...rest });
}

void runCommand(main);
