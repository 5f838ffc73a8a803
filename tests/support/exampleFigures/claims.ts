/** Claims with made-up comparisons, for the figure of their differences. */
import type { LedgerRow } from '../../../lib/claims';

export function claims(): LedgerRow[] {
  return ['rare-classes', 'head-kept'].map((id, i) => ({
    id,
    comparisons: ['CamVid', 'Oxford-IIIT Pet', 'NYU Depth v2'].map((dataset, j) => ({
      label: `${dataset}, SegNet: PAT − CE`,
      ...{ value: 2 * i - j, low: 2 * i - j - 1.5, high: 2 * i - j + 1.5, seeds: 3, clusters: 40 },
      outcome: Math.abs(2 * i - j) <= 1.5 ? 'undecided' : 2 * i > j ? 'above' : 'below',
    })),
  })) as unknown as LedgerRow[];
}
