/**
 * Contrasts of the kit's own runs.
 *
 *     const results = new Results(records);
 *     results.contrast(pat, crossEntropy, { score: 'tailIoU' }); // { value, low, high, p, outcome, … }
 *     results.average([[pat, ce], [patUnet, ceUnet]], { score: 'meanIoU' }); // the mean effect over networks
 */
import { groupCells, imagesOf, inOrder } from './cells';
import type { Cell, LeftOut } from './cells';
import { Contrasts } from './contrasts';
import type { ContrastsOptions } from './contrasts';
import { lossFamily, stableJson } from './keys';
import type { ResultRecord } from './records';
import { runScoring } from './scorer';
import type { RunScore } from './scorer';

export { intervalOf, isDefined } from './contrasts';
export type {
  Compared,
  Contrast,
  ContrastOptions,
  Estimate,
  Outcome,
  Undefined,
} from './contrasts';
export type { ContrastsOptions as ResultsOptions } from './contrasts';

/** The cells of some records, with what their scores might have been. */
export class Results extends Contrasts<ResultRecord, RunScore, Cell> {
  private readonly families = new WeakMap<object, string>();
  /** Records that are left out, and why. */
  readonly skipped: readonly LeftOut[];

  constructor(
    records: readonly ResultRecord[],
    private readonly options: ContrastsOptions = {},
  ) {
    // Nothing depends on the order of the files.
    const { cells, skipped } = groupCells(inOrder(records));
    super(cells, runScoring, options);
    this.skipped = skipped;
  }

  /** The same with further records: the draws of those that are here stay what they are. */
  with(records: readonly ResultRecord[]): Results {
    return new Results([...this.cells.flatMap(({ runs }) => runs), ...records], this.options);
  }

  /** What two cells must have in common to be compared, where they have not: one of loss and network may differ. */
  protected whatSetsApart(a: Cell, b: Cell): string | undefined {
    const images = [...a.runs, ...b.runs].map(imagesOf);
    const known = images.every((one) => one !== undefined);
    if (known && images.some((one) => one !== images[0])) return 'counts of the same images';
    if (a.data !== b.data) return 'runs on the same data';
    const sameLoss = stableJson(a.loss) === stableJson(b.loss);
    if (a.scheme !== b.scheme || !(a.setting === b.setting || sameLoss)) {
      return 'runs that differ in the loss alone';
    }
    return undefined;
  }

  /**
   * The loss on all networks, and all losses on the network. Weights that a second decision is taken from are not a second
   * sample of the noise: such cells are left out of the latter.
   */
  protected noisePools(cell: Cell) {
    const { setting, scheme } = cell;
    const family = this.family(cell);
    return {
      own: {
        name: `${scheme} ${family}`,
        isIn: (one: Cell) => one.scheme === scheme && this.family(one) === family,
      },
      all: {
        name: setting,
        isIn: (one: Cell) => one.setting === setting && one.decision === undefined,
      },
    };
  }

  private family({ loss, decision }: Cell): string {
    const known = this.families.get(loss) ?? lossFamily(loss);
    this.families.set(loss, known);
    return decision === undefined ? known : `${known} ${decision}`;
  }

  protected titleOf({ network, dataset }: Cell): string {
    return `${network} of ${dataset}`;
  }

  /** Two runs of one loss differ as two losses do: without the noise of seeds no difference has an interval. */
  protected withoutSeedNoise(): null {
    return null;
  }
}
