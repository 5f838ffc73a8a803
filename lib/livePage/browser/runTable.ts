/** What the records say of the runs. */
import type { PageData, PageScore } from '../pageTypes';
import { byId, element, percent } from './dom';

export function showRuns({ runs }: PageData): void {
  const scores = runs[0].scores.map(({ title }) => title);
  const heads = ['Run', 'Network', 'Loss', 'τ', 'Epochs', 'Seed', ...scores, 'Scored on'];
  const head = element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)));
  const rows = runs.map((run) => {
    const epochs = `${run.epochs} (kept: ${run.bestEpoch})`;
    const temperature = run.temperature === null ? '–' : String(run.temperature);
    const texts = [run.network, run.loss, temperature, epochs, String(run.seed)];
    const cells = [...texts, ...run.scores.map(scoreText), run.scoredOn];
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, run.label),
      ...cells.map((text) => element('td', {}, text)),
    );
  });
  byId('runTable').append(element('thead', {}, head), element('tbody', {}, ...rows));
}

function scoreText({ value, low, high }: PageScore): string {
  if (low === null || high === null) return percent(value);
  return `${percent(value)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}
