/** A table of a paper in a cell. */
import { tableHtml, tableMarkdown } from '../print/table';
import type { Table } from '../print/table';
import { writeOutput } from './output';

/** Shows the table as it would be printed: grouped columns, the best bold, the second underlined, notes below. */
export function showPrinted(table: Table): void {
  writeOutput({ 'text/html': tableHtml(table), 'text/plain': tableMarkdown(table) });
}
