/** The ablation that the paper lacks: PAT's two parts apart. */
import { lossLabel } from '../results/names';
import type { PlannedCell } from '../results/plannedCells';
import { crossEntropyReference, temperatureReference } from './references';
import type { TableSpecification } from './specification';

export const ablation: TableSpecification = {
  name: 'ablation',
  title: 'Ablation of PAT',
  presets: ['ablation'],
  labels: ['Loss', 'β', '1/|M|'],
  labelsOf: ablationLabels,
  references: [crossEntropyReference, { ...temperatureReference(1), title: 'PAT' }],
};

/** Which of PAT's two parts a loss has; k → 0 makes β 1/2 everywhere. */
function ablationLabels({ loss }: PlannedCell): string[] {
  if (loss.name !== 'pat') return [lossLabel(loss), 'no', 'no'];
  const hasBeta = typeof loss.sharpness !== 'number' || loss.sharpness >= 0.1;
  return ['PAT', hasBeta ? 'yes' : 'no', loss.normalizer === 'pixels' ? 'no' : 'yes'];
}
