/** The ledger of claims as a folder of records gives it, for a page. */
import path from 'node:path';
import { ClaimRuns, judgeClaims, measureFormula } from '../claims';
import type { LedgerRow } from '../claims';
import { invalid } from '../check';
import { readBench } from '../measurement/benchResults';
import { readRecords } from '../results';

/**
 * Every claim, judged by the test scores of the records in `folder`, the losses' curves, and what the bench stored in `bench`
 * beside it. Claims about gradients and masks stay untested: notebook 09 measures them.
 *
 * @throws InputError for a folder without records.
 */
export async function recordedLedger(folder: string): Promise<LedgerRow[]> {
  const { records } = await readRecords(folder, { split: 'test' });
  if (records.length === 0) {
    throw invalid('recordedLedger', 'results', 'a folder with records of runs', folder);
  }
  const bench = path.join(path.dirname(path.resolve(folder)), 'bench');
  return judgeClaims({
    runs: new ClaimRuns(records),
    formula: await measureFormula(),
    training: await readBench('training', bench),
    bench: { loss: await readBench('loss', bench), step: await readBench('step', bench) },
  });
}
