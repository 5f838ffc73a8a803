/** `npm run page`: trained networks in one HTML file that runs in a reader's browser. */
import { checkNumber, InputError } from '../check';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run page -- --runs DIR[,DIR…] --out FILE.html [options]

Writes one HTML file in which finished runs segment images side by side, in the browser: no server, no network; it opens from
the disk. A pixel that is pointed at shows each network's probabilities, PAT's β, and its loss by CE, Focal and PAT.

  --runs DIR[,DIR…]  folders of finished runs, or of sweeps; all with the same classes
  --out FILE.html    the page
  --images DIR       photographs to bring along, at the runs' size (default: drawn scenes); the text of DIR/ATTRIBUTION.txt
                     says on the page whose they are
  --image-count N    how many images (default 6)
  --title TEXT       (default: the data set and the runs)
  --results DIR      records of runs: the ledger of the paper's claims is listed, each with its figure
  --notebooks PATH   folder of notebooks as pages, as seen from FILE.html: claims link to theirs
  --float32          kernels as they are (default: float16, half the size)
  --skip-setup       use what is installed, unchecked
  --help             show this

Example: npm run page -- --runs data/runs/ce,data/runs/pat --out figures/live.html`;

const where = 'npm run page';
const text = { type: 'string' } as const;
const options = {
  ...{ runs: text, out: text, images: text, title: text, results: text, notebooks: text },
  'image-count': { type: 'string', default: '6' },
  float32: { type: 'boolean', default: false },
} as const;

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values } = parseArguments(where, args, options);
  const { runs, out, 'image-count': count, ...rest } = values;
  if (runs === undefined || out === undefined) {
    throw new InputError(`${where}: --runs and --out are needed. See --help.`);
  }
  const imageCount = checkNumber(where, '--image-count', Number(count), { integer: true, min: 0 });
  // Loaded late: a wrong command line must not wait for TensorFlow.
  const { writePage } = await import('./page/writePage');
  return writePage(runs.split(','), out, { ...rest, imageCount });
}

void runCommand(main);
