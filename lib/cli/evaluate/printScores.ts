/** What `npm run evaluate` does once its arguments are understood. */
import { sum } from '../../statistics';
import { describeDataset } from '../../datasets';
import { progress } from '../../notebook/progress';
import type { Progress } from '../../notebook/progress';
import { renderTable } from '../../notebook/notebookTable';
import { scoreFacts } from '../../results/scorer';
import { evaluateRun } from '../../training/evaluateRun';
import { evaluatedClasses } from '../../tables/classTable';
import { writePrinted } from '../../tables/tableFiles';
import type { RunEvaluation, RunEvaluationOptions } from '../../training/evaluateRun';

/** Evaluates with a progress line on the standard error; tables, or JSON, on the standard output, and files in the folder `table`. */
export async function printEvaluation(
  run: string,
  options: Omit<RunEvaluationOptions, 'onProgress' | 'onNote'>,
  { json, table }: { json: boolean; table?: string },
): Promise<number> {
  let bar: Progress | undefined;
  const onNote = (text: string) => void process.stderr.write(`note: ${text}\n`);
  const onProgress = (done: number, total: number) => {
    bar ??= progress('images', total);
    bar.update(done);
  };
  const result = await evaluateRun(run, { ...options, onNote, onProgress }).finally(() =>
    bar?.done(),
  );
  if (table !== undefined) {
    const files = await writePrinted(evaluatedClasses(result), table);
    process.stderr.write(`written: ${files.join(', ')}\n`);
  }
  process.stdout.write(json ? jsonOf(result) : textOf(result));
  return 0;
}

function jsonOf(evaluation: RunEvaluation): string {
  const { dataset, groups, scores, loss, crossEntropy, counts, changed } = evaluation;
  const { name, split, length, classNames } = dataset;
  const facts = {
    dataset: name,
    split,
    length,
    classNames,
    changed,
    decision: evaluation.decision,
  };
  return `${JSON.stringify({ ...facts, loss, crossEntropy, scores, groups, counts }, null, 2)}\n`;
}

function textOf(evaluation: RunEvaluation): string {
  const { dataset, groups, scores, loss, crossEntropy, counts, decision } = evaluation;
  const { iou, dice, accuracyPerClass, ...overall } = scores;
  const total = sum(counts.flat());
  if (total === 0) {
    const words = `The ${dataset.split} split has no labelled pixel: there is nothing to score.`;
    return `${describeDataset(dataset)}\n\n${words}\n`;
  }
  const classes = groups.flatMap(({ name: group, classes }) =>
    classes.map((id) => ({
      class: dataset.classNames[id],
      group,
      'pixels, %': percent(sum(counts[id]) / total),
      'IoU, %': percent(iou[id]),
      'Dice, %': percent(dice[id]),
      'accuracy, %': percent(accuracyPerClass[id]),
    })),
  );
  const absent = dataset.classNames.filter((_, id) => counts[id].every((count) => count === 0));
  const whole = [
    ...groups.map(({ name, meanIoU }) => ({ score: `${name} mIoU`, '%': percent(meanIoU) })),
    ...(Object.keys(overall) as (keyof typeof overall)[]).map((score) => ({
      score: scoreFacts[score].title,
      '%': percent(overall[score]),
    })),
  ];
  return [
    describeDataset(dataset),
    ...(decision === undefined ? [] : [decisionText(decision)]),
    renderTable(classes).text,
    ...(absent.length > 0 ? [`not in the labels: ${absent.join(', ')}`] : []),
    renderTable(whole).text,
    `loss ${numberText(loss)}, cross-entropy ${numberText(crossEntropy)}`,
    '',
  ].join('\n\n');
}

const percent = (share: number | null) => (share === null ? null : 100 * share);
const numberText = (value: number | null) => (value === null ? '–' : value.toPrecision(4));

function decisionText({ strength, chosenOn }: NonNullable<RunEvaluation['decision']>): string {
  const why = chosenOn === 'valid' ? ', the best by mean IoU of the validation split' : '';
  return `Decided by the logits − t·log prior of the training split, t = ${strength}${why}; losses are of the logits as they are.`;
}
