/** The runs that claims are judged by: found by data set, network and loss. */
import { isDeepStrictEqual } from 'node:util';
import { sum } from '../statistics';
import type { LossConfig, LossName } from '../losses';
import type { NetworkName } from '../models';
import type { PaperDataset } from '../paper';
import type { Cell } from '../results/cells';
import { Results } from '../results/contrast';
import type { ResultsOptions } from '../results/contrast';
import { lossLabel } from '../results/names';
import type { ResultRecord } from '../results/records';
import { tunedLoss } from '../sweeps/tuned';

/** Which of the two losses that are called PAT: that of v1, with 1/|M|, or that of v4 and the code, without. */
export type PatReading = 'v1' | 'code';

export interface ClaimRunsOptions extends ResultsOptions {
  /** What stands for the paper's data sets (default: CamVid for Cityscapes unless there are records of Cityscapes). */
  standIns?: Partial<Record<PaperDataset, string>>;
  /** The option that a table's row uses (default: chosen on validation at laptop scale). */
  tuned?: (dataset: string, name: LossName) => LossConfig;
  /** Seeds without which a cell takes no part (default 2). */
  minimumSeeds?: number;
}

export interface CellPlace {
  dataset: string;
  network: NetworkName;
  loss: LossConfig;
}

/** Cells of one setting for each data set: size, epochs, optimizer and all else but network, loss and seed are the same. */
export class ClaimRuns {
  readonly results: Results;
  readonly cells: readonly Cell[];
  /** Records that are left out, and why. */
  readonly skipped: readonly { file: string; reason: string }[];
  private readonly minimumSeeds: number;
  private readonly standIns: Record<PaperDataset, string>;
  private readonly tunedOf: (dataset: string, name: LossName) => LossConfig;

  constructor(records: readonly ResultRecord[], options: ClaimRunsOptions = {}) {
    const { standIns, minimumSeeds = 2, tuned, ...rest } = options;
    this.results = new Results(records, rest);
    const { kept, left } = commonSettings(this.results.cells);
    this.cells = kept;
    this.skipped = [...this.results.skipped, ...left];
    this.minimumSeeds = minimumSeeds;
    this.tunedOf = tuned ?? ((dataset, name) => tunedLoss('laptop', dataset, name));
    const cityscapes = kept.some(({ dataset }) => dataset === 'cityscapes');
    this.standIns = {
      oxfordPet: 'oxfordPet',
      cityscapes: cityscapes ? 'cityscapes' : 'camvid',
      nyuv2: 'nyuv2',
      ...standIns,
    };
  }

  /** The data set that stands for one of the paper's. */
  dataset(name: PaperDataset): string {
    return this.standIns[name];
  }

  /** The loss of a table's row, with the option chosen for it. */
  tuned(dataset: string, name: LossName): LossConfig {
    return this.tunedOf(dataset, name);
  }

  /** PAT as a table's row; of v4 and the code with the temperature that there are runs of. */
  pat(reading: PatReading, dataset: string, network: NetworkName): LossConfig {
    if (reading === 'v1') return this.tuned(dataset, 'pat');
    const withoutMask = ({ loss }: Cell) => loss.name === 'pat' && loss.normalizer === 'pixels';
    const found = this.cells.find(
      (cell) => cell.dataset === dataset && cell.network === network && withoutMask(cell),
    );
    return found?.loss ?? { name: 'pat', normalizer: 'pixels' };
  }

  find({ dataset, network, loss }: CellPlace): Cell | undefined {
    return this.at(dataset, network).find((cell) =>
      isDeepStrictEqual({ ...cell.loss }, { ...loss }),
    );
  }

  /** The cell where it has seeds enough, else what of it is missing. */
  enough(place: CellPlace): Cell | string {
    const cell = this.find(place);
    const seeds = cell?.runs.length ?? 0;
    if (cell !== undefined && seeds >= this.minimumSeeds) return cell;
    const title = `${place.dataset}/${place.network}: ${lossLabel(place.loss)}`;
    return seeds === 0 ? title : `${title} (${seeds} of ${this.minimumSeeds} seeds)`;
  }

  /** The cells in a place whatever their loss. */
  at(dataset: string, network: NetworkName): Cell[] {
    return this.cells.filter((cell) => cell.dataset === dataset && cell.network === network);
  }
}

/** Of each data set the cells of the setting, and of the data of that name, that has the most runs. */
function commonSettings(cells: readonly Cell[]) {
  const bySetting = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = cell.scheme;
    bySetting.set(key, [...(bySetting.get(key) ?? []), cell]);
  }
  const runs = (group: readonly Cell[]) => sum(group.map((cell) => cell.runs.length));
  const largest = new Map<string, Cell[]>();
  for (const group of bySetting.values()) {
    const best = largest.get(group[0].dataset);
    // Of settings with as many runs the first in the order of cells, which names of files do not change.
    if (best === undefined || runs(group) > runs(best)) largest.set(group[0].dataset, group);
  }
  const isKept = (cell: Cell) => largest.get(cell.dataset)?.includes(cell) === true;
  const reason = 'of another setting than most runs of its data set';
  const left = cells
    .filter((cell) => !isKept(cell))
    .flatMap((cell) => cell.runs.map(({ file }) => ({ file, reason })));
  return { kept: cells.filter(isKept), left };
}
