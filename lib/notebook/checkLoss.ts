/** The checks of a loss as a table in a cell. */
import type { LossCheck, LossCheckOptions } from '../analysis/lossChecks';
import type { LossConfig } from '../losses';
import { writeOutput } from './output';
import { renderTable } from './notebookTable';

/**
 * Checks a loss, the kit's or one of `defineLoss`, and shows a table: a row for each property with its verdict. What is
 * checked, the options and the errors: see `lossChecks`.
 *
 *     await checkLoss({ name: 'myPat', temperature: 2 });
 */
export async function checkLoss(
  loss: string | LossConfig,
  options: LossCheckOptions = {},
): Promise<LossCheck[]> {
  const { lossChecks } = await import('../analysis/lossChecks'); // late: who shows figures needs no TensorFlow
  const { lossLabel } = await import('../losses/lossLabels');
  const rows = await lossChecks(loss, options);
  const failed = rows.filter(({ verdict }) => verdict === 'FAILED').length;
  const name = lossLabel(typeof loss === 'string' ? { name: loss } : loss);
  const title = `${name}: ${failed === 0 ? 'passes' : `${failed} of ${rows.length} checks FAILED`}`;
  const { html, text } = renderTable(rows, { title });
  writeOutput({ 'text/html': html, 'text/plain': text });
  return rows;
}
