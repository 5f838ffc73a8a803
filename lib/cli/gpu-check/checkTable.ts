/** The lines of `npm run gpu-check`. */
import { counted } from '../../check';
import type { CheckRow, CheckStatus } from './checkTypes';

const MARKS: Record<CheckStatus, string> = { ok: '✓', note: '·', failed: '✗' };
const NAME_WIDTH = 44;

/** A line for each row, and one for what to do about it. */
export function rowLines(rows: readonly CheckRow[]): string[] {
  return rows.flatMap(({ part, name, status, value, remedy }) => {
    const title = `${MARKS[status]} ${part.padEnd(10)}  ${name.padEnd(NAME_WIDTH)}`;
    const indent = ' '.repeat(title.length + 2);
    const lines = [`${title}  ${value.replaceAll('\n', `\n${indent}`)}`];
    return remedy === undefined ? lines : [...lines, `${indent}→ ${remedy}`];
  });
}

/** How many rows are what, and whether a GPU was proven. */
export function summaryLine(rows: readonly CheckRow[], onGpu: boolean, allowCpu: boolean): string {
  const count = (wanted: CheckStatus) => rows.filter(({ status }) => status === wanted).length;
  const counts = `${count('ok')} ok, ${counted(count('note'), 'note')}, ${count('failed')} failed`;
  if (onGpu) return `\n${counts}: on the GPU`;
  if (allowCpu) return `\n${counts}: on the CPU (--allow-cpu); this proves nothing of a GPU`;
  return `\n${counts}: TensorFlow computes on the CPU, so nothing else was checked (--allow-cpu checks it there)`;
}
