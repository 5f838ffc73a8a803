/** Captions and row labels. */
import { datasetTitle, lossLabel, networkTitle } from '../results/names';
import { isPaperDataset } from './paperScores';
import type { CellStatistics, PaperTableName, PaperTableSettings } from './types';

const titles: Readonly<Record<PaperTableName, string>> = {
  table1: 'Table 1, losses',
  table2: 'Table 2, networks',
  table3: 'Table 3, temperatures of PAT',
  ablation: 'Ablation of PAT',
  tuning: 'Search for each loss’s option',
  runs: 'Runs',
};

/** What the rows of a table are told apart by. */
export function rowLabels(name: PaperTableName): {
  labels: string[];
  of: (cell: CellStatistics) => string[];
} {
  if (name === 'table1' || name === 'tuning') {
    return { labels: ['Loss'], of: ({ loss }) => [lossLabel(loss)] };
  }
  if (name === 'ablation') return { labels: ['Loss', 'β', '1/|M|'], of: ablationLabels };
  return {
    labels: ['Network', 'Loss'],
    of: ({ network, loss }) => [networkTitle(network), lossLabel(loss)],
  };
}

/** Which of PAT's two parts a loss has; k → 0 makes β 1/2 everywhere. */
function ablationLabels({ loss }: CellStatistics): string[] {
  if (loss.name !== 'pat') return [lossLabel(loss), 'no', 'no'];
  const hasBeta = typeof loss.sharpness !== 'number' || loss.sharpness >= 0.1;
  return ['PAT', hasBeta ? 'yes' : 'no', loss.normalizer === 'pixels' ? 'no' : 'yes'];
}

/** `Table 1, losses: CamVid at 64×96, SegNet of width 8, 10 epochs, test split of 47 images, …`. */
export function settingText(
  name: PaperTableName,
  cells: readonly CellStatistics[],
  { split }: Pick<PaperTableSettings, 'split'>,
): string {
  const [{ dataset, config }] = cells;
  const networks = [...new Set(cells.map(({ network }) => networkTitle(network)))].join(', ');
  const images = cells.flatMap(({ cell }) => cell?.runs[0].perImage?.names.length ?? [])[0];
  const counted = images === undefined ? '' : ` of ${images} images`;
  return (
    `${titles[name]}: ${datasetTitle(dataset)} at ${config.dataset.size.join('×')}, ${networks} of width ` +
    `${config.model.width}, ${config.epochs} epochs, ${split === 'test' ? 'test' : 'validation'} split${counted}`
  );
}

/** How many seeds the numbers are means of. */
export function seedsText(cells: readonly CellStatistics[]): string {
  const planned = Math.max(...cells.map(({ seeds }) => seeds.length));
  return planned === 1 ? 'one seed' : `mean ± standard deviation over ${planned} seeds`;
}

/** Why ours and the paper's differ before any loss does. */
export function scaleText(dataset: string, epochs: number): string {
  return isPaperDataset(dataset)
    ? `The paper’s numbers are of the whole data set, ${epochs === 100 ? 'too' : '100 epochs'} and another image size and width: ` +
        'Δ is first of all that difference in scale.'
    : 'The paper has no numbers of this data set.';
}
