/** Labels and captions. */
import { counted } from '../check';
import { lossLabel, networkTitle } from '../results/names';
import { calibrationText } from '../results/calibration';
import type { SettingGroup } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';

type Told = Pick<ResultTable, 'split' | 'calibration'>;

/** Rows that are told apart by network and loss. */
export const byNetworkAndLoss: Pick<TableSpecification, 'labels' | 'labelsOf'> = {
  labels: ['Network', 'Loss'],
  labelsOf: ({ network, loss }) => [networkTitle(network), lossLabel(loss)],
};

/**
 * `CamVid at 64×96, SegNet of width 8, 10 epochs, test split of 47 images in 16 clusters; mean ± standard deviation over 3
 * seeds`, and behind the epochs what else tells the group from the others of its table.
 */
export function settingText(
  { cells, besides }: Pick<SettingGroup<TableCellResult>, 'cells' | 'besides'>,
  { split }: Told,
): string {
  const [{ title, config }] = cells;
  const networks = [...new Set(cells.map(({ network }) => networkTitle(network)))].join(', ');
  const images = cells.flatMap(({ cell }) => cell?.runs[0].perImage?.names.length ?? [])[0];
  const clusters = cells.flatMap(({ interval }) => interval?.clusters ?? [])[0] ?? 0;
  const scored = images === undefined ? '' : ` of ${counted(images, 'image')}`;
  const clustered = clusters > 0 && clusters !== images ? ` in ${clusters} clusters` : '';
  const planned = Math.max(...cells.map(({ seeds }) => seeds.length));
  const seeds = planned === 1 ? 'one seed' : `mean ± standard deviation over ${planned} seeds`;
  return (
    `${title} at ${config.dataset.size.join('×')}, ${networks} of width ` +
    `${config.model.width}, ${counted(config.epochs, 'epoch')}, ${besides && `${besides}, `}${split === 'test' ? 'test' : 'validation'} split` +
    `${scored}${clustered}${skippedText(cells)}; ${seeds}`
  );
}

/** Samples that the runs left out, as they could not be read; a group's runs have the same. */
function skippedText(cells: readonly TableCellResult[]): string {
  const data = cells.flatMap(({ cell }) => cell?.runs.flatMap((run) => run.data ?? []) ?? [])[0];
  const splits = [
    ['training', data?.splits.train],
    ['validation', data?.splits.valid],
    ['test', data?.splits.test],
  ] as const;
  const lacking = splits.flatMap(([name, part]) =>
    part && part.skipped.length > 0 ? [`${part.skipped.length} of the ${name} split`] : [],
  );
  return lacking.length === 0
    ? ''
    : `, without samples that could not be read: ${lacking.join(', ')}`;
}

/** What intervals hold, and how far they can be trusted. */
export function intervalText({ calibration }: Told): string {
  const rate = calibrationText(calibration);
  return (
    'Intervals: 95 %, from redrawing the images (related ones together) and from the spread of seeds, pooled over networks ' +
    `and losses${rate === undefined ? '' : `; as a check, ${rate}`}.`
  );
}
