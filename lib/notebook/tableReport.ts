/**
 * A table of the paper in a notebook: its tables, its figures (each shown and exported), and what follows from it.
 *
 *     const report = await tableReport('table1', { folder: 'data/results/laptop' });
 *     report.showTables();
 *     await report.showIntervals();
 */
import { sum } from '../statistics';
import { markdownText } from '../print/escape';
import type { Figure } from '../print/figure';
import type { VenueName } from '../print/style';
import type { LossName } from '../losses';
import type { NetworkName } from '../models';
import { markdown, saveFigure, show } from '../notebook';
import { lostSettings, paperDatasets } from '../paper';
import type { LeftOut } from '../results/cells';
import { datasetTitle } from '../results/names';
import { tableOfRecords } from '../tables';
import type { ResultTable } from '../tables';
import { tableClassBars, tableCurves, tableIntervals } from '../figures/tableFigures';
import { readTable, sweepSentence } from '../tables/read';
import { showPrinted } from './showPrinted';
import { livePlan, sweepLive } from './sweepLive';

export interface TableReportOptions {
  /** Records, as `npm run sweep -- --collect` stores them. */
  folder: string;
  /** Draws for intervals (default 2000). */
  resamples?: number;
  /** Of the exported figures (default `'eccv'`). */
  venue?: VenueName;
  /** In the figures of classes and curves; the tables have all (default: all). */
  datasets?: readonly string[];
  /** Of those figures (default SegNet). */
  network?: NetworkName;
  /** In those figures, by names, `'pat'`, or as the tables' rows name them, `'PAT, τ = 8'` (default: all). */
  losses?: readonly string[];
}

/** Reads the records and makes the table; says what was run. @throws InputError for a folder that cannot be read. */
export async function tableReport(name: string, options: TableReportOptions): Promise<TableReport> {
  const { folder, resamples } = options;
  const [table, took] = [await readTable(name, folder, { resamples }), await sweepSentence(folder)];
  markdown(`**What was run.** ${markdownText(took ?? `No ${folder}/sweep.json: unknown.`)}`);
  return new TableReport(table, options);
}

export class TableReport {
  constructor(
    readonly table: ResultTable,
    private readonly options: TableReportOptions,
  ) {}

  /** The tables, and below them what they leave out. */
  showTables(): void {
    const { tables, leftOut } = this.table;
    tables.forEach((one) => showPrinted(one));
    if (leftOut.length > 0) markdown(leftOutText(leftOut));
  }

  /** Differences to the table's first reference. */
  async showIntervals(): Promise<void> {
    const figure = tableIntervals(this.table);
    if (figure) await this.showFigures([figure]);
    else markdown('**No two cells to compare yet.**');
  }

  /** IoU of each class. */
  async showClasses(): Promise<void> {
    await this.showFigures(this.choices().flatMap((one) => tableClassBars(this.table, one)));
  }

  /** Loss and score over the epochs. */
  async showCurves(): Promise<void> {
    await this.showFigures(this.choices().flatMap((one) => tableCurves(this.table, one)));
  }

  /** What is reproduced and what is not, as tables, and what could not be tested. */
  showClosing(): void {
    const { table } = this;
    table.specification.closing?.(table).forEach((one) => showPrinted(one));
    markdown(untestedText(table));
  }

  /** The same table of a tiny sweep on drawn scenes, trained here; nothing where there are no losses. */
  async showLive(live: {
    losses: readonly LossName[];
    seeds: number;
    signal: AbortSignal;
  }): Promise<void> {
    const { specification } = this.table;
    const { losses, seeds, signal } = live;
    const runs = losses.length > 0 ? livePlan(specification.name, { losses, seeds }) : [];
    if (runs.length === 0) return markdown('Not run: `liveLosses` is empty.');
    const outDir = `data/runs/notebook-${specification.name}`;
    const records = await sweepLive(runs, { outDir, signal });
    const { resamples } = this.options;
    const settings = { scale: 'smoke', split: 'test', runs, resamples } as const;
    new TableReport(tableOfRecords(specification, records, settings), this.options).showTables();
  }

  private choices() {
    const { cells } = this.table;
    const { datasets, network = 'segnet', losses } = this.options;
    const all = [...new Set(cells.map(({ dataset }) => dataset))];
    return (datasets ?? all).map((dataset) => ({ dataset, network, losses }));
  }

  private async showFigures(figures: readonly Figure[]): Promise<void> {
    const { venue } = this.options;
    for (const figure of figures) show(figure);
    for (const figure of figures) await saveFigure(figure, { venue });
  }
}

/** Named one by one. */
function leftOutText(leftOut: readonly LeftOut[]): string {
  const lines = leftOut.map(
    ({ file, reason }) => `- ${markdownText(file)}: ${markdownText(reason)}`,
  );
  return `**Left out.** ${leftOut.length} of the records:\n\n${lines.join('\n')}`;
}

/** Why the table is no repetition of the paper's. */
function untestedText({ specification, cells }: ResultTable): string {
  const absent = paperDatasets.filter((name) => !cells.some(({ dataset }) => dataset === name));
  const planned = sum(cells.map(({ seeds }) => seeds.length));
  const done = sum(cells.map(({ summary }) => summary?.seeds.length ?? 0));
  const lost = lostSettings.filter(({ tables }) => tables.includes(specification.name));
  const [{ config }] = cells;
  const parts = [
    ...absent.map((name) => `${datasetTitle(name)} is not among the data sets at hand`),
    `every run has ${config.epochs} epochs, width ${config.model.width} and small images, the paper’s have 100 epochs and ` +
      'other sizes: an order may change with longer training',
    ...(lost.length > 0 ? [`lost in print: ${lost.map(({ setting }) => setting).join(', ')}`] : []),
    ...(done < planned ? [`${planned - done} of ${planned} runs are still to be done`] : []),
  ];
  return `**What could not be tested.**\n${parts.map((part) => `- ${part}`).join('\n')}`;
}
