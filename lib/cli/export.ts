/** `npm run export`: the network of a finished run in the formats of others. */
import { checkOneOf, InputError } from '../check';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run export -- RUN --to torch|savedmodel|tfjs [--out PATH]

Writes the network that a finished run kept, for programs that do not know the kit.

  --to torch       a safetensors file with a state dict for load_state_dict in PyTorch: for model.variant 'authors' with the
                   names of the authors' networks, for 'paper' with those of the kit's layers
  --to savedmodel  a folder with a TensorFlow SavedModel: images [B,H,W,3], RGB 0 … 1, of any size that the network takes, to
                   logits (signature serving_default)
  --to tfjs        a folder with a graph model of TensorFlow.js (tf.loadGraphModel): the same
  --out PATH       the file, or the folder (default: torch.safetensors, savedmodel or tfjs in RUN)
  --skip-setup     use what is installed, unchecked
  --help           show this`;

const where = 'npm run export';
const options = { to: { type: 'string' }, out: { type: 'string' } } as const;

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values, positionals } = parseArguments(where, args, options, ['RUN']);
  if (values.to === undefined) throw new InputError(`${where}: --to is missing. See --help.`);
  const format = checkOneOf(where, '--to', values.to, ['torch', 'savedmodel', 'tfjs'] as const);
  // Loaded late: a wrong command line must not wait for TensorFlow.
  const { exportRun } = await import('./export/exportRun');
  return exportRun(positionals[0], format, values.out);
}

void runCommand(main);
