/** Compares the kinds of printed tables with the fixture: each function looks at every row of one table. */
import { expect } from 'vitest';
import type { TableCell, TableRow } from '../../lib/print/table';
import { lossLabel } from '../../lib/losses/lossLabels';
import { datasetTitle, networkTitle, placeTitle, withoutOptions } from '../../lib/results/names';
import { scoreFacts } from '../../lib/results/scorer';
import type { RunScore } from '../../lib/results/scorer';
import type { ResultTable, TableCellResult } from '../../lib/tables';
import {
  expectEnds,
  expectExactly,
  expectInterval,
  expectNear,
  fixture,
} from './independentFixture';
import { idOf, outcomeOf, rowsOf, valuesOf } from './independentFixture';
import type { Interval } from './independentFixture';

type Check = (table: ResultTable, rows: readonly TableRow[], cells: TableCellResult[]) => void;

const { scores, draws } = fixture;
const indexOf = (score: RunScore) => scores.indexOf(score);
const percent = (cell: TableCell | null) => cell && cell.value / 100;

function expectSpread(cell: TableCell | null, id: string, score: RunScore): void {
  const { mean, deviation } = fixture.cells[id];
  const factor = scoreFacts[score].isShare ? 100 : 1;
  expectExactly(cell && cell.value / factor, mean[indexOf(score)]);
  expectExactly(cell && (cell.deviation ?? NaN) / factor, deviation[indexOf(score)]);
}

const statistics: Check = ({ specification }, rows, cells) => {
  const { name, labelsOf, references } = specification;
  const shown = ['meanIoUI', 'meanIoUC', 'headIoU', 'bodyIoU', 'tailIoU', 'pixelAccuracy'] as const;
  expect(rows.map(({ labels }) => labels)).toEqual(cells.map(labelsOf));
  rows.forEach(({ cells: row }, i) => {
    const id = idOf(cells[i]);
    const [first, low, high, ...rest] = row;
    expectSpread(first, id, 'meanIoU');
    expectEnds(valuesOf([low, high]), fixture.cells[id].interval, 100);
    const { mean } = fixture.cells[id];
    shown.forEach((score, k) => expectExactly(percent(rest[k]), mean[indexOf(score)]));
    references.forEach(({ title }, k) => {
      const own = rest.slice(shown.length + 3 * k, shown.length + 3 * k + 3);
      const expected = rowsOf(name)[id][title];
      if (expected === undefined) expect(own).toEqual([null, null, null]);
      else expectInterval(valuesOf(own), expected, 100);
    });
    expect(rest).toHaveLength(shown.length + 3 * references.length);
  });
};

const printed: Check = ({ specification: { labelsOf } }, rows, cells) => {
  expect(rows.map(({ labels }) => labels)).toEqual(cells.map(labelsOf));
  rows.forEach(({ cells: row }, i) => {
    const ours = row.length === 6 ? row.filter((_, k) => k % 2 === 1) : row;
    const columns = ['authorsMeanIoU', 'pixelAccuracy', 'crossEntropy'] as const;
    expect(ours).toHaveLength(columns.length);
    columns.forEach((score, k) => expectSpread(ours[k], idOf(cells[i]), score));
  });
};

const losses: Record<string, string> = { crossEntropy: 'CE', classBalanced: 'CB', pat: 'PAT' };
const outcomes = {
  above: 'above',
  below: 'below',
  equal: 'no difference',
  undecided: 'not decided',
};

const primary: Check = (_, rows) => {
  const expected = fixture.primary.map(({ contrast: [dataset, left, right, score], ...found }) => {
    const label = [
      datasetTitle(dataset),
      `${losses[left]} − ${losses[right]}`,
      scoreFacts[score].title,
    ];
    return { label: label.join(), ...found };
  });
  const own = rows.map(({ labels }) => labels.slice(0, 3).join());
  expect([...own].sort()).toEqual(expected.map(({ label }) => label).sort());
  for (const { label, difference, p, holm } of expected) {
    const { labels, cells } = rows[own.indexOf(label)];
    const [value, low, high, ownP, ownHolm] = valuesOf(cells);
    expectInterval([value, low, high], difference, 100);
    // A p is a multiple of 2/(draws + 1), a corrected one of up to as many times that as there are rows.
    expectNear(ownP, ...p, 2 / (draws + 1));
    expectNear(ownHolm, ...holm, (2 * rows.length) / (draws + 1));
    const outcome = outcomeOf(difference);
    if (outcome === undefined || Math.abs(holm[0] - 0.05) < 5 * holm[1]) continue;
    const isKept = outcome === 'equal' || holm[0] < 0.05;
    expect([label, labels[4]]).toEqual([label, isKept ? outcomes[outcome] : 'not decided']);
  }
};

const tuning: Check = ({ cells }, rows) => {
  const datasets = [...new Set(cells.map(({ dataset }) => dataset))];
  const seen = rows.flatMap(({ labels, cells: row }) =>
    row.map((one, k) => {
      const cell = cells.find(
        ({ dataset, loss }) => dataset === datasets[k] && lossLabel(loss) === labels[0],
      );
      const { mean, chosen } = fixture.tuning[idOf(cell as TableCellResult)];
      expectExactly(percent(one), mean[0]);
      expect(one?.note).toBe(chosen ? 'chosen' : undefined);
      return cell;
    }),
  );
  expect(new Set(seen).size).toBe(cells.length);
};

const verdicts = { ...outcomes, above: 'reproduced', below: 'reversed' };

const orders: Check = ({ specification, cells: all }, rows) => {
  const own = rowsOf(specification.name);
  const compared = rows.map(({ labels: [dataset, network, order, verdict], cells }) => {
    const [left, right] = order.split(' over ').map((title) => {
      const wanted = [dataset, network, title].join();
      return all.find((one) => {
        const label = lossLabel(withoutOptions(one.loss));
        return [datasetTitle(one.dataset), networkTitle(one.network), label].join() === wanted;
      }) as TableCellResult;
    });
    const reference = ({ loss }: TableCellResult) => losses[loss.name];
    const direct = own[idOf(left)][reference(right)];
    const [value, low, high, ofLow, ofHigh] = own[idOf(right)][reference(left)] ?? [];
    const negative = [-(value ?? NaN), -(high ?? NaN), -(low ?? NaN), ofHigh, ofLow] as Interval;
    const expected = direct ?? negative;
    expectInterval(valuesOf(cells.slice(1)), expected, 100);
    const outcome = outcomeOf(expected);
    const isOrder = valuesOf(cells)[0] >= 1;
    if (outcome) expect(verdict).toBe(isOrder ? verdicts[outcome] : 'no order in print');
    return [idOf(left), idOf(right)].sort().join();
  });
  expect(new Set(compared).size).toBe(rows.length); // each pair once
};

const winners: Check = ({ cells: all }, rows) => {
  const places = new Map(all.map((cell) => [`${cell.dataset}/${cell.network}`, cell]));
  expect(rows).toHaveLength(places.size);
  for (const [place, { dataset, network }] of places) {
    const ids = all.map(idOf).filter((id) => id.startsWith(`${place}/`));
    const row = rows.find(({ labels }) => labels[0] === placeTitle(dataset, network));
    (['meanIoU', 'meanIoUI', 'meanIoUC'] as const).forEach((score, k) => {
      const of = (id: string) => fixture.cells[id].mean[indexOf(score)] ?? NaN;
      const best = ids.reduce((first, id) => (of(id) > of(first) ? id : first));
      const loss = all.find((cell) => idOf(cell) === best)?.loss ?? { name: 'pat' };
      expect(row?.labels[1 + k]).toBe(lossLabel(withoutOptions(loss)));
      const difference = row?.cells.slice(3 * k, 3 * k + 3) ?? [];
      expectInterval(valuesOf(difference), fixture.patOverCE[place][score], 100);
    });
  }
};

const ranges: Check = ({ cells: all }, rows) => {
  expect(rows).toHaveLength(Object.keys(fixture.ranges).length);
  for (const [place, expected] of Object.entries(fixture.ranges)) {
    const own = all.filter(({ dataset, network }) => `${dataset}/${network}` === place);
    const title = [datasetTitle(own[0].dataset), networkTitle(own[0].network)].join();
    const row = rows.find(({ labels }) => labels.slice(0, 2).join() === title);
    expectInterval(valuesOf((row?.cells ?? []).slice(2, 5)), expected, 100);
    const means = own.map((cell) => fixture.cells[idOf(cell)].mean[0] ?? NaN);
    const level = means.reduce((sum, one) => sum + one, 0) / means.length;
    expectExactly(percent(row?.cells[5] ?? null), expected[0] / level);
  }
};

const levels: Check = ({ cells: all }, rows) => {
  const cells = all.filter(({ loss }) => loss.name === 'crossEntropy');
  const shown = ['meanIoU', 'authorsMeanIoU', 'pixelAccuracy'] as const;
  expect(rows.map(({ labels }) => labels)).toEqual(
    cells.map(({ dataset, network }) => [datasetTitle(dataset), networkTitle(network)]),
  );
  rows.forEach(({ cells: row }, i) => {
    const { mean } = fixture.cells[idOf(cells[i])];
    shown.forEach((score, k) => expectExactly(percent(row[k]), mean[indexOf(score)]));
  });
};

/** By the end of a table's name. */
export const kinds: Readonly<Record<string, Check>> = {
  ...{ statistics, printed, short: primary, levels, tuning, orders, winners, ranges },
};
