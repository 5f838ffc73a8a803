/** The ablation that the paper lacks: PAT's two parts apart. */
import { lossLabel } from '../results/names';
import type { PlannedCell } from '../results/plannedCells';
import { crossEntropyReference, partsOfPat, temperatureReference } from './references';
import type { TableSpecification } from './specification';

export const ablation: TableSpecification = {
  name: 'ablation',
  title: 'Ablation of PAT',
  presets: ['ablation'],
  labels: ['Loss', 'β', '1/|M|'],
  labelsOf: ablationLabels,
  references: [crossEntropyReference, { ...temperatureReference(1), title: 'PAT' }],
};

function ablationLabels({ loss }: PlannedCell): string[] {
  const { beta, mask } = partsOfPat(loss);
  const label = loss.name === 'pat' ? 'PAT' : lossLabel(loss);
  return [label, ...[beta, mask].map((has) => (has ? 'yes' : 'no'))];
}
