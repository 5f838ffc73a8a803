/** A table as the files that a paper needs. */
import path from 'node:path';
import { writeAtomically } from '../atomicFile';
import { makeFolder } from '../files';
import { csvText } from '../print/plain';
import { tableLatex, tableMarkdown } from '../print/table';
import type { PrintedTables } from './classTable';
import type { ResultTable } from './specification';

/** File name → text: LaTeX (needs booktabs, siunitx and graphicx), Markdown, and a CSV with all numbers in full. */
export function tableFiles(table: ResultTable): Map<string, string> {
  const { specification, tables, rows } = table;
  const { name, closing } = specification;
  return printedFiles({ name, tables: [...tables, ...(closing?.(table) ?? [])], rows });
}

function printedFiles({ name, tables, rows }: PrintedTables): Map<string, string> {
  return new Map([
    [`${name}.tex`, tables.map(tableLatex).join('\n')],
    [`${name}.md`, tables.map(tableMarkdown).join('\n')],
    [`${name}.csv`, csvText(rows)],
  ]);
}

/** Writes them into `folder`, which is made when it is missing. Resolves to the files' paths. */
export async function writeTable(table: ResultTable, folder: string): Promise<string[]> {
  return writeFiles(tableFiles(table), folder);
}

/** The same for other tables. */
export async function writePrinted(printed: PrintedTables, folder: string): Promise<string[]> {
  return writeFiles(printedFiles(printed), folder);
}

async function writeFiles(texts: Map<string, string>, folder: string): Promise<string[]> {
  await makeFolder('writeTable', folder);
  const files = [...texts];
  for (const [file, text] of files)
    await writeAtomically(path.join(folder, file), Buffer.from(text));
  return files.map(([file]) => path.join(folder, file));
}
