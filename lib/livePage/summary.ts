/** What a page says of a run, from its record. */
import { counted } from '../check';
import { imageClusters } from '../datasets';
import { DrawnSums } from '../results/drawnSums';
import { readRecords } from '../results/records';
import type { ResultRecord } from '../results/records';
import { datasetTitle, lossLabel, networkTitle } from '../results/names';
import { drawnScores, scoresOfDraws } from '../results/scorer';
import { Random } from '../random';
import type { TrainingRun } from '../runs/trainingRuns';
import { quantile } from '../statistics';
import type { PageRun, PageScore } from './pageTypes';

const RESAMPLES = 2000;
/** Mean IoU over pixels, images, classes. */
const shown = [
  ['meanIoU', 'mIoU (D)'],
  ['meanIoUI', 'mIoU (I)'],
  ['meanIoUC', 'mIoU (C)'],
] as const;

type RunSummary = Omit<PageRun, 'topology' | 'weights' | 'values' | 'sizeMultiple'>;

/** Loss, τ, epochs and mean IoU (D, I, C) of the split that the run is reported on: test where it has one, else validation. */
export async function runSummary({ label, folder, record }: TrainingRun): Promise<RunSummary> {
  const { config, best, epochs, trainingPixels } = record;
  const split = record.test === undefined ? 'valid' : 'test';
  const { records } = await readRecords(folder, { split });
  const { temperature } = config.loss as { temperature?: unknown };
  const name = split === 'valid' ? 'validation' : 'test';
  const images = records[0]?.perImage?.names.length;
  const count = images === undefined ? '' : `, ${counted(images, 'image')}`;
  const unset = config.loss.name === 'pat' ? 1 : null;
  return {
    label,
    network: `${networkTitle(config.model.name)}, width ${config.model.width}, ${config.model.variant}`,
    loss: lossLabel(config.loss),
    temperature: typeof temperature === 'number' ? temperature : unset,
    epochs,
    bestEpoch: best.epoch,
    seed: config.seed,
    scoredOn: `${name} split of ${datasetTitle(config.dataset.name)}${count}`,
    scores: records.length > 0 ? scoresOf(records[0]) : [],
    ...(trainingPixels === undefined ? {} : { trainingPixels }),
  };
}

/** With percentile intervals over the images (clusters of images, where they depend on each other). */
function scoresOf(record: ResultRecord): PageScore[] {
  const clusters = imageClusters(record.config.dataset.name, record.perImage?.names ?? []);
  const distinct = [...new Set(clusters)];
  const clusterOf = clusters.map((cluster) => distinct.indexOf(cluster));
  const all = new DrawnSums(
    1,
    distinct.map(() => Uint8Array.of(1)),
  );
  const values = scoresOfDraws(record, clusterOf, all);
  const draws = distinct.length < 2 ? undefined : scoresOfDraws(record, clusterOf, drawn(distinct));
  return shown.map(([score, title]) => {
    const i = drawnScores.indexOf(score);
    const sorted = Array.from(draws?.[i] ?? [])
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
    const end = (share: number) => (sorted.length === 0 ? null : quantile(sorted, share));
    const value = Number.isNaN(values[i][0]) ? null : values[i][0];
    return { title, value, low: end(0.025), high: end(0.975) };
  });
}

function drawn({ length }: readonly string[]): DrawnSums {
  const random = new Random(0).stream('live page');
  const times = Array.from({ length }, () => new Uint8Array(RESAMPLES));
  for (let set = 0; set < RESAMPLES; set++) {
    for (let i = 0; i < length; i++) times[random.integer(0, length - 1)][set] += 1;
  }
  return new DrawnSums(RESAMPLES, times);
}
