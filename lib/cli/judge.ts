/** `npm run judge`: scores and comparisons of predictions made anywhere. */
import { checkNumber, checkOneOf, InputError, invalid } from '../check';
import { parseArguments, runCommand } from './support/command';

const help = `Usage: npm run judge -- --labels DIR --predictions NAME=DIR [--predictions …]
                         [--num-classes N | --classes classes.json] [options]
       npm run judge -- --dataset NAME --split NAME --predictions NAME=DIR [options]

Scores predictions made anywhere and compares them: mean IoU and Dice over pixels (D), images (I) and classes (C) and of the
worst images, pixel accuracy, head, body and tail, boundary IoU, calibration; every pair of methods with a difference, an
interval and a corrected p in each score.

  --labels DIR            label maps as PNG files of class ids (8 or 16 bits), or of the colours of classes.json
  --dataset NAME          in its place: a data set of npm run data -- list, read by its own loader
  --split NAME            of the data set: train, valid, test (default test)
  --root DIR              the folder that holds the data sets (default: PAT_DATA_DIR, else data/datasets)
  --predictions NAME=DIR  the predictions of one method, files named as the labels: PNG label maps, or probabilities as .npy
                          or .safetensors; repeatable. NAME#SEED=DIR for several seeds: pat#0=… pat#1=…
  --num-classes N         the files hold class ids 0 … N − 1
  --classes FILE          a classes.json with names, stored values and colours (data/README.md); with --dataset, of the
                          predictions alone
  --ignore VALUE          the stored value of pixels that do not count (default 255; classes.json has its own)
  --label-suffix TEXT     what the names of label files end with, such as _gtFine_labelTrainIds; others are passed over
  --prediction-suffix TEXT  the same of prediction files, such as _leftImg8bit

  --json FILE             write all numbers there
  --out DIR               write tables (LaTeX, Markdown, CSV) and figures there
  --strict                refuse files that are missing, of another size, or otherwise not as they should be; without it they
                          are named, and taken out for all methods, or resized

probabilities:
  --layout hwc|chw        of the arrays, [H,W,C] or [C,H,W] (default hwc)
  --values KIND           probabilities (default) or logits
  --decision RULE         argmax (default), adjusted (logits − t·log prior of the training split), dice, iou (masks that are
                          optimal for each class alone); repeatable, each a method of its own
  --strength T            t of adjusted; repeatable (default: 1, or chosen on the validation predictions)
  --train-labels DIR      label maps of the training split, for its prior (a data set has its own)
  --prior FILE            the same as a JSON list of the pixels of each class
  --valid-labels DIR      label maps of the validation split …
  --valid-predictions NAME=DIR  … and the methods' probabilities of it, on which t is chosen

  --no-boundary           leave boundary IoU out (it takes about half of the time)
  --resamples N           draws for intervals (default 2000)
  --threads N             that read and count (default: one for each processor, where there is enough to do)
  --skip-setup            use what is installed, unchecked
  --help                  show this

Example: npm run judge -- --labels labels --num-classes 19 --predictions ce=out/ce --predictions pat=out/pat --out judged`;

const where = 'npm run judge';
const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const list = { type: 'string', multiple: true, default: [] as string[] };
const options = {
  labels: text,
  dataset: text,
  split: { type: 'string', default: 'test' },
  root: text,
  predictions: { ...list, multiple: true as const, type: 'string' as const },
  'num-classes': text,
  classes: text,
  ignore: text,
  'label-suffix': text,
  'prediction-suffix': text,
  json: text,
  out: text,
  strict: flag,
  layout: { type: 'string', default: 'hwc' },
  values: { type: 'string', default: 'probabilities' },
  decision: { ...list, multiple: true as const, type: 'string' as const },
  strength: { ...list, multiple: true as const, type: 'string' as const },
  'train-labels': text,
  prior: text,
  'valid-labels': text,
  'valid-predictions': { ...list, multiple: true as const, type: 'string' as const },
  'no-boundary': flag,
  resamples: text,
  threads: text,
} as const;

async function main(args: string[], signal: AbortSignal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const { values } = parseArguments(where, args, options);
  const { labels, dataset, root, json, out, classes } = values;
  if ((labels === undefined) === (dataset === undefined)) {
    throw new InputError(`${where}: one of --labels and --dataset is needed. See --help.`);
  }
  if (values.predictions.length === 0) {
    throw new InputError(`${where}: --predictions is missing. Give --predictions NAME=DIR.`);
  }
  if (values['num-classes'] !== undefined && classes !== undefined) {
    throw new InputError(
      `${where}: --num-classes and --classes exclude each other. Leave one out.`,
    );
  }
  const number = (name: 'num-classes' | 'ignore' | 'resamples' | 'threads', min: number) => {
    const given = values[name];
    if (given === undefined) return undefined;
    return checkNumber(where, `--${name}`, Number(given), { integer: true, min });
  };
  const split = checkOneOf(where, '--split', values.split, ['train', 'valid', 'test'] as const);
  // Loaded late: a wrong command line must not wait for TensorFlow.
  const { printJudgement } = await import('./judge/printJudgement');
  return printJudgement({
    labels:
      labels === undefined
        ? { dataset: dataset ?? '', split, root }
        : { folder: labels, suffix: values['label-suffix'] },
    predictions: values.predictions.map((one) => predictionsOf('--predictions', one)),
    predictionSuffix: values['prediction-suffix'],
    numClasses: number('num-classes', 1),
    classes,
    ignore: number('ignore', 0),
    layout: checkOneOf(where, '--layout', values.layout, ['hwc', 'chw'] as const),
    values: checkOneOf(where, '--values', values.values, ['probabilities', 'logits'] as const),
    decisions: values.decision.map((one) =>
      checkOneOf(where, '--decision', one, ['argmax', 'adjusted', 'dice', 'iou'] as const),
    ),
    strengths: values.strength.map((one) => checkNumber(where, '--strength', Number(one))),
    prior: values.prior,
    trainLabels: values['train-labels'],
    validation: validationOf(values['valid-labels'], values['valid-predictions']),
    boundary: !values['no-boundary'],
    strict: values.strict,
    resamples: number('resamples', 1),
    threads: number('threads', 0),
    json,
    out,
    signal,
  });
}

/** `NAME=DIR` or `NAME#SEED=DIR`. */
function predictionsOf(option: string, word: string) {
  const [, name, seed, place] = /^([^=]+?)(?:#(\d+))?=(.+)$/.exec(word) ?? [];
  if (name === undefined) throw invalid(where, option, 'NAME=DIR or NAME#SEED=DIR', word);
  return { name, place, ...(seed === undefined ? {} : { seed: Number(seed) }) };
}

function validationOf(labels: string | undefined, predictions: readonly string[]) {
  if (labels === undefined && predictions.length === 0) return undefined;
  if (labels === undefined || predictions.length === 0) {
    throw new InputError(
      `${where}: --valid-labels and --valid-predictions go together. Give both.`,
    );
  }
  return {
    labels,
    predictions: predictions.map((one) => predictionsOf('--valid-predictions', one)),
  };
}

void runCommand(main);
