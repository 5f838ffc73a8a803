/** What `npm run judge` does once its arguments are understood. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../../atomicFile';
import { invalid } from '../../check';
import { readText } from '../../datasets/decode/readBytes';
import { judgeWinnersFigure } from '../../figures/judgeWinners';
import { reliabilityFigure } from '../../figures/reliability';
import { parseJson } from '../../files';
import { judge, judgementJson, judgementRows, judgementTables } from '../../judge';
import type { Judgement, JudgeOptions } from '../../judge';
import { progress } from '../../notebook/progress';
import type { Progress } from '../../notebook/progress';
import { renderTable } from '../../notebook/notebookTable';
import { exportFigure } from '../../print/export';
import { csvText } from '../../print/plain';
import { tableLatex, tableMarkdown } from '../../print/table';
import type { Table } from '../../print/table';

const where = 'npm run judge';

export interface JudgeRequest extends Omit<
  JudgeOptions,
  'onNote' | 'onProgress' | 'trainingPixels'
> {
  /** A JSON list of the pixels of each class. */
  prior?: string;
  trainLabels?: string;
  json?: string;
  out?: string;
}

/** Judges with a progress line and notes on the standard error; tables on the standard output, files where asked. */
export async function printJudgement({
  prior,
  trainLabels,
  json,
  out,
  ...options
}: JudgeRequest): Promise<number> {
  const { decisions, strengths } = options;
  let bar: Progress | undefined;
  let label = '';
  const notes: string[] = [];
  const judgement = await judge({
    ...options,
    decisions: decisions?.length ? decisions : undefined,
    strengths: strengths?.length ? strengths : undefined,
    trainingPixels: await trainingPixels(prior, trainLabels),
    onNote: (note) => void notes.push(note),
    onProgress: (what, done, total) => {
      if (what !== label) bar?.done();
      if (what !== label) bar = progress((label = what), total);
      bar?.update(done);
    },
  }).finally(() => {
    bar?.done();
    for (const note of notes) process.stderr.write(`note: ${note}\n`);
  });
  const tables = judgementTables(judgement);
  process.stdout.write(`${tables.map(plainText).join('\n\n')}\n`);
  if (json !== undefined) {
    await mkdir(path.dirname(path.resolve(json)), { recursive: true });
    await writeAtomically(
      json,
      Buffer.from(`${JSON.stringify(judgementJson(judgement), null, 2)}\n`),
    );
  }
  if (out !== undefined) await writeFiles(out, judgement, tables);
  return 0;
}

async function trainingPixels(
  prior?: string,
  folder?: string,
): Promise<JudgeOptions['trainingPixels']> {
  if (prior === undefined) return folder === undefined ? undefined : { folder };
  const content = parseJson(where, prior, await readText(where, prior, 'a JSON list'));
  const isList =
    Array.isArray(content) && content.every((one) => typeof one === 'number' && one >= 0);
  if (isList) return content as number[];
  throw invalid(where, '--prior', 'a JSON list of the pixels of each class', content);
}

async function writeFiles(
  out: string,
  judgement: Judgement,
  tables: readonly Table[],
): Promise<void> {
  await mkdir(out, { recursive: true });
  const files = new Map([
    ['judge.tex', tables.map(tableLatex).join('\n')],
    ['judge.md', tables.map(tableMarkdown).join('\n')],
    ...Object.entries(judgementRows(judgement)).map(
      ([name, rows]) => [`judge-${name}.csv`, csvText(rows)] as const,
    ),
  ]);
  for (const [file, content] of files)
    await writeAtomically(path.join(out, file), Buffer.from(content));
  for (const figure of [judgeWinnersFigure(judgement), reliabilityFigure(judgement)]) {
    if (figure) await exportFigure(figure, { directory: out });
  }
  process.stderr.write(`written: ${path.join(out, 'judge.{tex,md}')}, CSV files and figures\n`);
}

/** As a terminal shows it. */
function plainText({ caption, labels, columns, rows }: Table): string {
  const titles = columns.map(({ group, header }) =>
    group === undefined ? header : `${group} ${header}`,
  );
  const lines = rows.map(
    (row) =>
      Object.fromEntries([
        ...labels.map((title, i) => [title, row.labels[i]]),
        ...row.cells.map((cell, i) => [
          titles[i],
          cell === null ? null : Number(cell.value.toFixed(columns[i].digits + 1)),
        ]),
      ]) as Record<string, unknown>,
  );
  return `${renderTable(lines).text}\n\n${caption}`;
}
