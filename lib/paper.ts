/**
 * The numbers that the paper prints (arXiv 2404.05393 v1), by table and row; nothing here is ours.
 *
 *     paperCell({ table: 3, dataset: 'cityscapes', network: 'segnet', loss: 'pat', temperature: 3 })?.meanIoU.value; // 76.22
 *
 * In the text that we have Table 1's PAT row is lost but for one cell; where another place of the paper gives a lost cell,
 * it is `derived` and names the place. Lost throughout: the temperatures, γ, s and σ behind the rows.
 */
import type { LossName } from './losses';
import type { NetworkName } from './models';
import { table1, table2, table3 } from './paper/printedTables';

export { authorsCode, inferredReadings, paperVersions, patReadings } from './paper/readings';
export type { InferredReading, PaperVersion } from './paper/readings';

/** One printed number: mean IoU and pixel accuracy in percent; what they and the "Dice error" are, `inferredReadings` says. */
export type Printed =
  | { status: 'printed'; value: number; note?: string }
  | { status: 'derived'; value: number; from: string };

export type PaperDataset = 'oxfordPet' | 'cityscapes' | 'nyuv2';

export const paperDatasets: readonly PaperDataset[] = ['oxfordPet', 'cityscapes', 'nyuv2'];

export interface PaperCell {
  table: 1 | 2 | 3;
  dataset: PaperDataset;
  network: NetworkName;
  loss: LossName;
  /** Table 3's row of a network, 1–4; the temperatures themselves are lost. */
  temperature?: 1 | 2 | 3 | 4;
  meanIoU: Printed;
  pixelAccuracy: Printed;
  /** Table 1's "Dice Err": very probably cross-entropy, see `inferredReadings`. */
  diceError?: Printed;
}

/** What the tables' rows name and the text that we have does not say. */
export const lostSettings: readonly { setting: string; tables: readonly string[] }[] = [
  { setting: 'γ of Focal and CBFocal', tables: ['table1', 'table2'] },
  { setting: 'margin parameter and scale s of LDAM', tables: ['table1', 'table2'] },
  { setting: 'σ of BLV', tables: ['table1', 'table2'] },
  { setting: 'temperature of PAT', tables: ['table1', 'table2'] },
  { setting: 'the four temperatures', tables: ['table3'] },
];

/**
 * The gains that the abstract names, in percent and under the names it gives them. They are lost in the text that we have;
 * these are from arXiv's own page of the paper. It does not say over which loss they are; `inferredReadings` does.
 */
export const abstractGains = { nyuv2: 2.2, pixelAccuracy: 2.85, meanIoU: 2.07 } as const;

/**
 * What the abstract calls a "declination … in detecting rare classes compared to" BLV, with a percent sign: by § 5.1 how
 * far "Dice Err" falls on NYUv2, and so no score of rare classes.
 */
export const abstractDeclination = 0.39;

/** What looks wrong in print: `table/dataset/network/(loss or temperature)/score`. */
const doubts: Readonly<Record<string, string>> = {
  '2/cityscapes/attentionUnet/crossEntropy/pixelAccuracy':
    'the highest of its column, with one of its lowest mean IoUs',
  '3/oxfordPet/unet/1/pixelAccuracy': 'the same as SegNet’s at this temperature, to the last digit',
  '3/cityscapes/unet/1/pixelAccuracy':
    'the same as SegNet’s at this temperature, to the last digit',
  '3/nyuv2/unet/2/meanIoU': 'the same as SegNet’s at this temperature, to the last digit',
  '3/nyuv2/unet/2/pixelAccuracy': 'the same as SegNet’s at this temperature, to the last digit',
};

/** Every cell of Tables 1–3, in the printed order. */
export const paperCells: readonly PaperCell[] = [
  ...table1.flatMap(([loss, ...scores]) =>
    paperDatasets.map((dataset, i): PaperCell => {
      const [meanIoU, pixelAccuracy, diceError] = scores.slice(3 * i, 3 * i + 3).map(printed);
      return { table: 1, dataset, network: 'segnet', loss, meanIoU, pixelAccuracy, diceError };
    }),
  ),
  ...paperDatasets.map(table1Pat),
  ...table2.flatMap(([loss, network, ...scores]) =>
    paperDatasets.map((dataset, i): PaperCell => {
      const place = { table: 2, dataset, network, loss } as const;
      return { ...place, ...scoresAt(scores, i, `2/${dataset}/${network}/${loss}`) };
    }),
  ),
  ...table3.flatMap(([network, temperature, ...scores]) =>
    paperDatasets.map((dataset, i): PaperCell => {
      const place = { table: 3, dataset, network, loss: 'pat', temperature } as const;
      return { ...place, ...scoresAt(scores, i, `3/${dataset}/${network}/${temperature}`) };
    }),
  ),
];

/** The paper's own. */
export const proposedLoss: LossName = 'pat';

/** The eight losses that the paper compares, in the order of Table 1, PAT the last. */
export const paperLosses: readonly LossName[] = [
  ...new Set(paperCells.filter(({ table }) => table === 1).map(({ loss }) => loss)),
];

/** The cell of a row and column, where the paper has one. */
export function paperCell(
  where: Pick<PaperCell, 'table' | 'dataset' | 'network' | 'temperature'> & { loss: string },
): PaperCell | undefined {
  const keys = ['table', 'dataset', 'network', 'loss', 'temperature'] as const;
  return paperCells.find((cell) => keys.every((key) => cell[key] === where[key]));
}

function printed(value: number): Printed {
  return { status: 'printed', value };
}

function scoresAt(scores: readonly number[], dataset: number, place: string) {
  const score = (name: 'meanIoU' | 'pixelAccuracy', value: number): Printed => {
    const note = doubts[`${place}/${name}`];
    return note === undefined ? printed(value) : { status: 'printed', value, note };
  };
  return {
    meanIoU: score('meanIoU', scores[2 * dataset]),
    pixelAccuracy: score('pixelAccuracy', scores[2 * dataset + 1]),
  };
}

/** The lost row: its scores are those of Table 3's third temperature on SegNet, its "Dice Err" is in words in §5.1. */
function table1Pat(dataset: PaperDataset, i: number): PaperCell {
  const [, , ...scores] = table3[2];
  const derived = (value: number, from: string): Printed => ({ status: 'derived', value, from });
  const from = `Table 3, SegNet, third temperature${dataset === 'cityscapes' ? ', and §5.1' : ''}`;
  const dice: Readonly<Record<PaperDataset, Printed>> = {
    oxfordPet: printed(0.23),
    cityscapes: derived(0.51, '§5.1: around 0.02 below, read as below BLV’s 0.53'),
    nyuv2: derived(1.51, '§5.1: around 0.39 below, read as below BLV’s 1.90'),
  };
  return {
    table: 1,
    dataset,
    network: 'segnet',
    loss: 'pat',
    meanIoU: derived(scores[2 * i], from),
    pixelAccuracy: derived(scores[2 * i + 1], from),
    diceError: dice[dataset],
  };
}
