/** `npm run evaluate`: scores of a finished run. */
import { checkNumber, checkOneOf, invalid } from '../check';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run evaluate -- RUN [--split NAME] [--data NAME] [--groups split|train]
                              [--decision argmax|adjusted] [--strength T]
                              [--predictions DIR] [--table DIR] [--plugin FILE …] [--json]

Scores the network that a finished run kept: one line for each class, the mean of the head, body and tail classes (three
groups of equal number, by their pixels), and the scores of the whole split.

  --split NAME       train, valid (default) or test
  --data NAME        another data set with as many classes
  --groups WHICH     head, body and tail by the pixels of the split evaluated (split, default), or of the training
                     split (train), whose label maps are then all read
  --decision RULE    argmax (default), or adjusted: logits − t·log prior of the training split, without training
  --strength T       t of adjusted (default: the best by mean IoU of the validation split)
  --predictions DIR  write each prediction as a PNG with the classes' colours as its palette
  --table DIR        write the lines of the classes as classes.tex (booktabs, siunitx, graphicx), .md and .csv
  --plugin FILE      the run's own losses or networks, where its folder does not hold them; repeatable
  --json             print JSON
  --skip-setup       use what is installed, unchecked
  --help             show this`;

const text = { type: 'string' } as const;
const options = {
  split: { type: 'string', default: 'valid' },
  data: text,
  groups: { type: 'string', default: 'split' },
  decision: { type: 'string', default: 'argmax' },
  strength: text,
  predictions: text,
  table: text,
  plugin: { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
} as const;

async function main(args: string[], signal: AbortSignal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values, positionals } = parseArguments('npm run evaluate', args, options, ['RUN']);
  const { data, predictions, plugin: plugins, json } = values;
  const splits = ['train', 'valid', 'test'] as const;
  const split = checkOneOf('npm run evaluate', '--split', values.split, splits);
  const groupsBy = checkOneOf('npm run evaluate', '--groups', values.groups, [
    'split',
    'train',
  ] as const);
  const rules = ['argmax', 'adjusted'] as const;
  const decision = checkOneOf('npm run evaluate', '--decision', values.decision, rules);
  const strength =
    values.strength === undefined
      ? undefined
      : checkNumber('npm run evaluate', '--strength', Number(values.strength));
  if (strength !== undefined && decision === 'argmax') {
    const remedy = 'It is the t of --decision adjusted.';
    throw invalid('npm run evaluate', '--strength', 'absent', values.strength, remedy);
  }
  // Loaded late: a wrong command line must not wait for TensorFlow.
  const { printEvaluation } = await import('./evaluate/printScores');
  return printEvaluation(
    positionals[0],
    { split, data, predictions, groupsBy, decision, strength, plugins, signal },
    { json, table: values.table },
  );
}

void runCommand(main);
