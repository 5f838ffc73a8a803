/**
 * What cross-entropy reaches without another loss: its logits less t·log prior (Menon et al. 2021), t chosen on the validation
 * split of each run, beside the argmax of the same weights and beside PAT. A description: nothing here was named in advance.
 */
import type { Table, TableRow } from '../print/table';
import type { Results } from '../results/contrast';
import { networkTitle } from '../results/names';
import { adjustedRecord } from '../results/records';
import { scoreFacts } from '../results/scorer';
import { quantile } from '../statistics';
import { primaryContrasts } from '../sweeps/presets';
import { crossEntropyReference, patReference } from './references';
import { contrastCells, numberCell } from './tableCells';
import { groupedBy, settingGroups } from './settingGroups';
import type { ResultTable, TableCellResult, TableSpecification } from './specification';
import { byNetworkAndLoss, intervalText } from './words';

export const decoding: TableSpecification = {
  name: 'decoding',
  title: 'Cross-entropy with adjusted decoding',
  presets: ['reference'],
  ...byNetworkAndLoss,
  references: [],
  tables: decodingTables,
};

const { scores } = primaryContrasts;

/** One table of all settings; none where no run was decided so. */
function decodingTables(table: Omit<ResultTable, 'tables' | 'rows'>): Table[] {
  const { specification, results, split, calibration } = table;
  const runs = table.cells
    .filter((cell) => crossEntropyReference.is(cell))
    .flatMap(({ cell }) => cell?.runs ?? []);
  const adjusted = runs.flatMap((run) => adjustedRecord(run) ?? []);
  if (adjusted.length === 0) return [];
  const extended = results.with(adjusted);
  const rows = settingGroups(table.cells).flatMap(({ title, cells }) =>
    [...groupedBy(cells, ({ setting }) => setting).values()].flatMap(
      (alike) => rowOf(title, alike, extended) ?? [],
    ),
  );
  return [
    {
      name: specification.name,
      caption:
        `${specification.title}: logits less t·log prior, t chosen for each run by mean IoU on its validation split. ` +
        `The ${split} split, means over seeds; Δ is adjusted less PAT, not corrected for the number of rows. ` +
        intervalText({ split, calibration }),
      labels: ['Data set', 'Network'],
      columns: [
        { header: 't, median', digits: 2 },
        ...scores.flatMap((score) => [
          ...['CE', 'CE adjusted', 'PAT'].map((header) => {
            return { group: `${scoreFacts[score].title}, %`, header, digits: 1 };
          }),
          ...['Δ', 'Low', 'High'].map((header) => {
            return { group: `${scoreFacts[score].title}, points`, header, digits: 1, signed: true };
          }),
        ]),
      ],
      rows,
    },
  ];
}

const COLUMNS = 6; // of each score

/** `CamVid, UNet: mIoU 33.2 % as it is, 35.0 % adjusted, PAT 32.4 %; tail mIoU …`: one for each row. */
export function decodingSentences({ tables }: ResultTable): string[] {
  return tables.flatMap(({ rows }) =>
    rows.map(({ labels, cells }) => {
      const texts = scores.map((score, i) => {
        const [plain, adjusted, pat] = cells
          .slice(1 + COLUMNS * i, 4 + COLUMNS * i)
          .map((cell) => (cell ? `${cell.value.toFixed(1)} %` : '–'));
        return `${scoreFacts[score].title} ${plain} as it is, ${adjusted} adjusted, PAT ${pat}`;
      });
      return `${labels.join(', ')}: ${texts.join('; ')}.`;
    }),
  );
}

/** @param alike cells that differ in the loss alone */
function rowOf(
  title: string,
  alike: readonly TableCellResult[],
  results: Results,
): TableRow | undefined {
  const { cell: plain } = alike.find((one) => crossEntropyReference.is(one)) ?? {};
  const { cell: pat } = alike.find((one) => patReference.is(one)) ?? {};
  const decided = results.cells.find(
    ({ setting, decision }) => decision === 'adjusted' && setting === plain?.setting,
  );
  if (plain === undefined || decided === undefined) return undefined;
  const strengths = plain.runs.flatMap(({ adjusted }) => adjusted?.strength ?? []);
  return {
    labels: [title, networkTitle(plain.network)],
    cells: [
      numberCell(
        quantile(
          strengths.sort((a, b) => a - b),
          0.5,
        ),
        1,
      ),
      ...scores.flatMap((score) => [
        ...[plain, decided, pat].map((cell) =>
          numberCell(cell && results.estimate(cell, { score })?.value),
        ),
        ...contrastCells(pat ? results.contrast(decided, pat, { score }) : null),
      ]),
    ],
  };
}
