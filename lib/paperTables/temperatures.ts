/** How much the temperature matters, in Table 3 of the paper and here. */
import { datasetTitle, lossLabel, networkTitle } from '../results/names';
import { paperCellOf } from './paperScores';
import type { PaperTable } from './types';

/** PAT on one data set with one network, over the temperatures. */
export interface TemperatureRange {
  dataset: string;
  network: string;
  /** Null without a run. */
  classes: number | null;
  /** Largest minus smallest mean IoU, points; null where the paper has none. */
  paper: number | null;
  /** The same of the temperatures run; null for fewer than two. */
  ours: number | null;
  /** Run, of those planned. */
  run: number;
  planned: number;
  /** Best and worst here. */
  best: string | null;
  worst: string | null;
  /** Temperatures that differ from the reference at p < 0.05, of those compared. */
  different: number;
  compared: number;
}

/** A row for each data set and network of Table 3. */
export function temperatureRanges(table: PaperTable): TemperatureRange[] {
  const { cells } = table;
  const places = new Map(
    cells.map(({ dataset, network }) => [`${dataset}/${network}`, { dataset, network }]),
  );
  return [...places.values()].map(({ dataset, network }) => {
    const own = cells.filter((cell) => cell.dataset === dataset && cell.network === network);
    const scored = own.flatMap(({ loss, summary }) => {
      const score = summary?.scores.meanIoU?.mean;
      return score === undefined ? [] : [{ label: lossLabel(loss), score: 100 * score }];
    });
    scored.sort((a, b) => b.score - a.score);
    const printed = own.flatMap(
      (cell) => paperCellOf(table.name, cell, cells)?.meanIoU.value ?? [],
    );
    const tests = own.flatMap(({ against }) => against[0]?.comparison?.correctedP ?? []);
    const [best, worst] = [scored[0], scored[scored.length - 1]];
    return {
      dataset: datasetTitle(dataset),
      network: networkTitle(network),
      classes: own.flatMap(({ cell }) => cell?.runs[0].classNames.length ?? [])[0] ?? null,
      paper: printed.length > 1 ? Math.max(...printed) - Math.min(...printed) : null,
      ours: scored.length > 1 ? best.score - worst.score : null,
      run: scored.length,
      planned: own.length,
      best: best?.label ?? null,
      worst: worst?.label ?? null,
      different: tests.filter((p) => p < 0.05).length,
      compared: tests.length,
    };
  });
}
