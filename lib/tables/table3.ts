/** Table 3: the temperatures of PAT. */
import { paperCell } from '../paper';
import type { PaperCell } from '../paper';
import { isPaperDataset } from './printedTable';
import { rangesTable } from './ranges';
import { temperatureReference } from './references';
import { table2 } from './table2';
import type { TableSpecification } from './specification';

export const table3: TableSpecification = {
  ...table2,
  name: 'table3',
  title: 'Table 3, temperatures of PAT',
  presets: ['table3'],
  references: [temperatureReference(1)],
  isTuned: false,
  // The paper's temperatures are lost: its rows stand beside ours by their place.
  printedOf: ({ dataset, network, setting, loss, config }, cells) => {
    if (!isPaperDataset(dataset)) return undefined;
    const row = cells.filter((one) => one.setting === setting);
    const place = row.findIndex((one) => one.config === config);
    const temperature = (place + 1) as PaperCell['temperature'];
    return paperCell({ table: 3, dataset, network, loss: loss.name, temperature });
  },
  closing: (table) => [rangesTable(table)],
};
