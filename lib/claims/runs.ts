/** The runs that claims are judged by: found by data set, network and loss. */
import { isDeepStrictEqual } from 'node:util';
import type { LossConfig, LossName } from '../losses';
import type { NetworkName } from '../models';
import type { PaperDataset } from '../paper';
import { groupCells } from '../results/cells';
import type { Cell } from '../results/cells';
import type { ResultRecord } from '../results/records';
import { tunedLoss } from '../training/sweep/tuned';
import { Resampling } from './resampling';
import type { ResamplingOptions } from './resampling';

export interface ClaimRunsOptions extends ResamplingOptions {
  /** What stands for the paper's data sets (default: CamVid for Cityscapes unless there are records of Cityscapes). */
  standIns?: Partial<Record<PaperDataset, string>>;
  /** The option that a table's row uses (default: chosen on validation at laptop scale). */
  tuned?: (dataset: string, name: LossName) => LossConfig;
  /** Seeds without which two cells are not compared (default 2). */
  minimumSeeds?: number;
}

export interface CellPlace {
  dataset: string;
  network: NetworkName;
  loss: LossConfig;
}

/** Cells of one setting for each data set: size, epochs, optimizer and all else but network, loss and seed are the same. */
export class ClaimRuns {
  readonly cells: readonly Cell[];
  /** Records that are left out, and why. */
  readonly skipped: readonly { file: string; reason: string }[];
  readonly resampling: Resampling;
  readonly minimumSeeds: number;
  private readonly standIns: Record<PaperDataset, string>;
  private readonly tunedOf: (dataset: string, name: LossName) => LossConfig;

  constructor(records: readonly ResultRecord[], options: ClaimRunsOptions = {}) {
    const { standIns, minimumSeeds = 2, tuned, ...resampling } = options;
    const grouped = groupCells(records);
    const { kept, left } = commonSettings(grouped.cells);
    this.cells = kept;
    this.skipped = [...grouped.skipped, ...left];
    this.resampling = new Resampling(resampling);
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

  find({ dataset, network, loss }: CellPlace): Cell | undefined {
    return this.cells.find(
      (cell) =>
        cell.dataset === dataset &&
        cell.network === network &&
        isDeepStrictEqual({ ...cell.loss }, { ...loss }),
    );
  }

  /** The cells in a place whatever their loss. */
  at(dataset: string, network: NetworkName): Cell[] {
    return this.cells.filter((cell) => cell.dataset === dataset && cell.network === network);
  }
}

/** Of each data set the cells of the setting that has the most runs. */
function commonSettings(cells: readonly Cell[]) {
  const bySetting = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = settingOf(cell);
    bySetting.set(key, [...(bySetting.get(key) ?? []), cell]);
  }
  const runs = (group: readonly Cell[]) => group.reduce((sum, cell) => sum + cell.runs.length, 0);
  const largest = new Map<string, Cell[]>();
  for (const group of bySetting.values()) {
    const best = largest.get(group[0].dataset);
    if (best === undefined || runs(group) > runs(best)) largest.set(group[0].dataset, group);
  }
  const isKept = (cell: Cell) => largest.get(cell.dataset)?.includes(cell) === true;
  const reason = 'of another setting than most runs of its data set';
  const left = cells
    .filter((cell) => !isKept(cell))
    .flatMap((cell) => cell.runs.map(({ file }) => ({ file, reason })));
  return { kept: cells.filter(isKept), left };
}

/** A cell's key without network and loss. */
function settingOf({ key }: Cell): string {
  const setting = JSON.parse(key) as { model: object };
  return JSON.stringify({ ...setting, loss: null, model: { ...setting.model, name: null } });
}
