/** How much a comparison's answer hangs on the way to train and to score: the same losses, one choice changed at a time. */
import { maximumOf } from '../extremes';
import type { Figure } from '../print/figure';
import type { Cell } from '../results/cells';
import { isDefined } from '../results/contrast';
import { lossTitle, networkTitle } from '../results/names';
import { scoreFacts } from '../results/scorer';
import type { RunScore } from '../results/scorer';
import { primaryContrasts } from '../sweeps/presets';
import { pairsOf } from '../tables/references';
import { groupedBy } from '../tables/settingGroups';
import type { ResultTable, TableCellResult } from '../tables/specification';
import { restyle } from './figure';
import { intervalsFigure } from './intervals';
import type { IntervalRow } from './intervals';

type Pair = readonly [left: Cell, right: Cell];
/** Two losses, and their cells of each number of epochs. */
interface Comparison {
  /** `PAT − CE`. */
  series: string;
  losses: readonly [left: string, right: string];
  lengths: Map<number, Pair>;
  /** Of the length with the most seeds. */
  main: Pair;
}

/** Ways to take the mean, the usual one last, and that of the rare classes. */
const scores: readonly RunScore[] = ['meanIoUI', 'meanIoUC', 'meanIoU', 'tailIoU'];

/** Both splits of runs whose validation images have twins among those that they were trained on. */
export interface TwinTables {
  valid: ResultTable;
  test: ResultTable;
}

/**
 * The primary contrasts of one network on one data set: the runs with the most seeds by each score and seed by seed, every
 * other length of training, and the runs of `twins` on both of their splits. Undefined without runs of both losses of a contrast.
 *
 * @param table of `lengths`: its cells are the study's and those of other lengths
 */
export function whatChangesFigure(
  { cells, results, split }: ResultTable,
  { name = 'what-changes', twins }: { name?: string; twins?: TwinTables } = {},
): Figure | undefined {
  const [own = []] = groupedBy(cells, ({ title, network }) =>
    JSON.stringify([title, network]),
  ).values();
  const comparisons = primaryContrasts.losses.flatMap(
    ([left, right]) => comparisonOf(own, left, right) ?? [],
  );
  if (comparisons.length === 0) return undefined;
  const [{ main }] = comparisons;
  const { epochs } = main[0].runs[0].config;
  const rows = comparisons.flatMap(
    ({ series, losses: [left, right], lengths, main }): IntervalRow[] => {
      const row = (label: string, pair: Pair, score: RunScore, of = results): IntervalRow[] => {
        const compared = of.contrast(pair[0], pair[1], { score });
        if (!isDefined(compared)) return [];
        const { value, low, high } = compared;
        return [{ label, series, value, low, high }];
      };
      const twinRow = (label: string, table: ResultTable | undefined) =>
        pairsOf(table?.cells ?? [], left, right).flatMap((pair) =>
          row(label, pair, 'meanIoU', table?.results),
        );
      return [
        ...scores.flatMap((score) => row(scoreFacts[score].title, main, score)),
        ...[...lengths]
          .sort(([a], [b]) => a - b)
          .flatMap(([length, pair]) => row(`${length} epochs`, pair, 'meanIoU')),
        ...twinRow('twins, validation', twins?.valid),
        ...twinRow('twins, test', twins?.test),
        ...seedRows(main, series),
      ];
    },
  );
  const figure = intervalsFigure([{ title: own[0].title, rows }], {
    reference: 'the other loss',
    setting: '',
    cut: false, // the rare classes may lie far from the rest, which is what is to be seen
    name,
  });
  return restyle(figure, {
    title: 'What changes the answer',
    caption:
      `${own[0].title}, ${networkTitle(own[0].network)}, ${split} split: differences between two losses. Above, the runs of ` +
      `${epochs} epochs by each score; then mIoU with other lengths of training, each with its own schedule to the end; ` +
      (twins
        ? 'then mIoU of runs whose validation images have neighbours among those trained on, by those images (interval: seeds ' +
          'alone) and by the test images, which have none; '
        : '') +
      `last, mIoU of ${epochs} epochs seed by seed, which has no interval. Intervals: 95 %, over clusters of images and seeds; ` +
      'a description, not corrected for the number of rows.',
    layout: { xaxis: { title: 'Difference, points' } },
  });
}

function comparisonOf(
  cells: readonly TableCellResult[],
  left: string,
  right: string,
): Comparison | undefined {
  const pairs = pairsOf(cells, left, right);
  if (pairs.length === 0) return undefined;
  const most = maximumOf(pairs.map(seedsOf));
  return {
    series: `${lossTitle(left)} − ${lossTitle(right)}`,
    losses: [left, right],
    lengths: new Map(pairs.map((pair) => [pair[0].runs[0].config.epochs, pair])),
    main: pairs.find((pair) => seedsOf(pair) === most) as Pair,
  };
}

const seedsOf = ([left, right]: Pair) => Math.min(left.runs.length, right.runs.length);

/** One run of each loss has no noise to compare with. */
function seedRows([left, right]: Pair, series: string): IntervalRow[] {
  return left.runs.flatMap((run) => {
    const { seed } = run.config;
    const other = right.runs.find(({ config }) => config.seed === seed);
    const [own, others] = [run.scores.meanIoU, other?.scores.meanIoU ?? null];
    if (own === null || others === null) return [];
    return [{ label: `seed ${seed}`, series, value: own - others, low: null, high: null }];
  });
}
