/** `npm run bench`: how fast the kit is, beside PyTorch, measured in one run. A new bench is a line here. */
import { writeFile } from 'node:fs/promises';
import { checkNumber, checkOneOf } from '../check';
import type { BenchReport } from './bench/types';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run bench -- data [--json FILE] [--rounds N] [--root DIR]

  data          images per second from JPEG files and from the caches, beside a PyTorch DataLoader,
                and how long a training step waits for its batch

  --json FILE   write the numbers there, too
  --rounds N    times each thing is measured, in turn (default 5)
  --root DIR    the folder that holds the data sets (default: PAT_DATA_DIR, else data/datasets)
  --help        show this`;

interface BenchOptions {
  rounds: number;
  root?: string;
  signal: AbortSignal;
}

type Bench = (options: BenchOptions) => Promise<BenchReport>;

/** Loaded late: a wrong command line must not wait for TensorFlow. */
const benches: Record<string, () => Promise<Bench>> = {
  data: async () => (await import('./bench/data')).benchData,
};

async function main(args: string[], signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return name === undefined ? 1 : 0;
  }
  checkOneOf('npm run bench', 'bench', name, Object.keys(benches));
  const { values } = parseArguments(`npm run bench -- ${name}`, rest, {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    root: { type: 'string' },
  });
  const rounds = checkNumber('npm run bench', '--rounds', Number(values.rounds), {
    integer: true,
    min: 1,
  });
  const bench = await benches[name]();
  const { lines, json } = await bench({ rounds, root: values.root, signal });
  process.stdout.write(`${lines.join('\n')}\n`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(json, null, 2)}\n`);
  return 0;
}

void runCommand(main);
