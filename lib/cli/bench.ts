/** `npm run bench`: how fast the kit is, beside PyTorch, measured in one run. A new bench is a line here. */
import { writeAtomically } from '../atomicFile';
import { checkNumber, checkOneOf } from '../check';
import type { BenchOptions, BenchReport } from './bench/benchTypes';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run bench -- step|infer|loss|epoch|data|notebook [options]

  step          milliseconds of a training step, ours and PyTorch's (both memory layouts, compiled); memory
  infer         the same for inference
  loss          each loss alone, forward and backward, against cross-entropy
  epoch         an epoch of a training run on CamVid against its number of steps times the step
  data          images per second from JPEG files and from the caches, beside a PyTorch DataLoader,
                and how long a training step waits for its batch
  notebook      seconds to the first cell of each notebook, and of all its cells

  --json FILE          write the numbers there, too
  --rounds N           times each thing is measured, in turn (default 9; epoch, data 5; notebook 1)
  --help               show this

step, infer:
  --networks A,B       of segnet, unet, attentionUnet, nestedUnet (default: all)
  --losses A,B         step only: of pat, crossEntropy (default: both)
  --sizes W/S/B,…      width, side and batch size (default: 16/128/4,32/256/2)
  --variant NAME       of the networks: paper (default) or authors
  --execution NAME     of our side: graph (default) or eager
  --max-foreign SHARE  rounds in which others used more of the processor are repeated (default 0.12)

epoch: --networks (default unet), --losses (default pat), --execution, --max-foreign as above
data, epoch:
  --root DIR           the folder that holds the data sets (default: PAT_DATA_DIR, else data/datasets)
notebook:
  --notebooks A,B      names or numbers (default: all)
  --profile NAME       tiny, quick (default) or full

Example: npm run bench -- step --networks unet --losses pat --sizes 16/128/4 --json step.json`;

const text = { type: 'string' } as const;
const specs = {
  json: text,
  rounds: text,
  root: text,
  networks: text,
  losses: text,
  sizes: text,
  variant: text,
  execution: text,
  notebooks: text,
  profile: text,
  'max-foreign': { type: 'string', default: '0.12' },
} as const;
type OptionName = keyof typeof specs;

interface Bench {
  /** Default of `--rounds`. */
  rounds: number;
  /** The options it takes besides --json and --rounds. */
  options: readonly OptionName[];
  /** Loaded late: a wrong command line must not wait for TensorFlow. */
  load: () => Promise<(options: BenchOptions) => Promise<BenchReport>>;
}

const inference = ['networks', 'sizes', 'variant', 'execution', 'max-foreign'] as const;

const benches: Record<string, Bench> = {
  step: {
    rounds: 9,
    options: [...inference, 'losses'],
    load: async () => (await import('./bench/stepBench')).benchStep,
  },
  infer: {
    rounds: 9,
    options: inference,
    load: async () => (await import('./bench/stepBench')).benchInfer,
  },
  loss: {
    rounds: 9,
    options: [],
    load: async () => (await import('./bench/loss')).benchLoss,
  },
  epoch: {
    rounds: 5,
    options: ['root', 'networks', 'losses', 'execution', 'max-foreign'],
    load: async () => (await import('./bench/epoch')).benchEpoch,
  },
  data: {
    rounds: 5,
    options: ['root'],
    load: async () => (await import('./bench/dataBench')).benchData,
  },
  notebook: {
    rounds: 1,
    options: ['notebooks', 'profile'],
    load: async () => (await import('./bench/notebookBench')).benchNotebook,
  },
};

async function main(args: string[], signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return name === undefined ? 1 : 0;
  }
  checkOneOf('npm run bench', 'bench', name, Object.keys(benches));
  const { rounds: defaultRounds, options, load } = benches[name];
  const names: OptionName[] = ['json', 'rounds', ...options];
  const command = `npm run bench -- ${name}`;
  const known = Object.fromEntries(names.map((option) => [option, specs[option]]));
  const { values } = parseArguments(command, rest, known as typeof specs);
  const { json: file, 'max-foreign': maxForeign = '0.12', ...words } = values;
  const rounds = checkNumber('npm run bench', '--rounds', Number(values.rounds ?? defaultRounds), {
    integer: true,
    min: 1,
  });
  const share = checkNumber(command, '--max-foreign', Number(maxForeign), { min: 0, max: 1 });
  const bench = await load();
  const { lines, json } = await bench({ ...words, rounds, maxForeign: share, signal });
  process.stdout.write(`${lines.join('\n')}\n`);
  if (file !== undefined)
    await writeAtomically(file, Buffer.from(`${JSON.stringify(json, null, 2)}\n`));
  return 0;
}

void runCommand(main);
