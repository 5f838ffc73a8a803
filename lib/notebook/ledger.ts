/** The ledger of claims in a cell, and as files. */
import path from 'node:path';
import { writeAtomically } from '../atomicFile';
import { makeFolder } from '../files';
import { invalid } from '../check';
import type { LedgerRow } from '../claims';
import { markdownText } from '../print/escape';
import { signed } from '../results/names';
import {
  ledgerCsv,
  ledgerHtml,
  ledgerLatex,
  ledgerMarkdown,
  verdictText,
} from '../figures/ledgerTable';
import { writeOutput } from './output';

/** Shows the ledger as a table with coloured verdicts; outside a kernel as lines of text. */
export function showLedger(ledger: readonly LedgerRow[]): void {
  const lines = ledger.map(
    ({ verdict, place, claim, measured }) =>
      `${verdictText(verdict)} | ${place} | ${claim} | ${measured}`,
  );
  writeOutput({ 'text/html': ledgerHtml(ledger), 'text/plain': lines.join('\n') });
}

/**
 * Writes `claims.md`, `claims.tex` and `claims.csv`, and says so.
 *
 * @param directory made when it is missing; default PAT_FIGURES_DIR, else `figures`
 */
export async function saveLedger(
  ledger: readonly LedgerRow[],
  directory = process.env.PAT_FIGURES_DIR || 'figures',
): Promise<void> {
  await makeFolder('saveLedger', directory);
  const notebooks = path.relative(directory, 'notebooks');
  const files = {
    md: ledgerMarkdown(ledger, notebooks),
    tex: ledgerLatex(ledger),
    csv: ledgerCsv(ledger),
  };
  for (const [ending, text] of Object.entries(files)) {
    await writeAtomically(path.join(directory, `claims.${ending}`), Buffer.from(text));
  }
  console.log(
    `${path.relative('', path.join(directory, 'claims'))}.{${Object.keys(files).join(', ')}}`,
  );
}

/** The row of a claim. @throws InputError for an id that the ledger lacks. */
export function rowOf(ledger: readonly LedgerRow[], id: string): LedgerRow {
  const row = ledger.find((one) => one.id === id);
  if (row !== undefined) return row;
  throw invalid('rowOf', 'id', `one of ${ledger.map((one) => one.id).join(', ')}`, id);
}

/** Markdown: a line for each of the claims with its verdict and the numbers behind it. */
export function readings(ledger: readonly LedgerRow[], ids: readonly string[]): string {
  const line = ({ claim, verdict, measured }: LedgerRow) =>
    `- *${markdownText(claim)}*: **${verdict}** (${markdownText(measured)}).`;
  return `**Reading.**\n${ids.map((id) => line(rowOf(ledger, id))).join('\n')}`;
}

/** The differences behind a claim, for `showTable`. */
export function comparisonRows({ comparisons }: LedgerRow): Record<string, string | number>[] {
  return comparisons.map(({ label, value, low, high, seeds }) => {
    const [points, from, to] = [value, low, high].map((one) => signed(one));
    return { difference: label, points, from, to, seeds };
  });
}
