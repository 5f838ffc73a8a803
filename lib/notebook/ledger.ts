/** The ledger of claims in a cell, and as files. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../atomicFile';
import type { LedgerRow } from '../claims';
import { ledgerCsv, ledgerHtml, ledgerLatex, ledgerMarkdown, verdictText } from '../figures/ledger';
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
  await mkdir(directory, { recursive: true });
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
