/**
 * Records of a crossed design whose truth is known: the share of a class's pixels that is found is the loss's own plus
 * effects of the seed, of the cluster, of the image and of seed × image. Losses without a gain are equally good.
 */
import type { LossName } from '../../lib/losses';
import { scoresFrom } from '../../lib/metrics';
import type { NetworkName } from '../../lib/models';
import { Random } from '../../lib/random';
import type { ResultRecord } from '../../lib/results';

export interface Design {
  /** Default 16. */
  clusters?: number;
  /** In each cluster (default 3). */
  images?: number;
  /** Default four. */
  losses?: readonly LossName[];
  /** Each trained with every loss; none is better (default SegNet alone). */
  networks?: readonly NetworkName[];
  /** Of each loss (default 3). */
  seeds?: number;
  /** Standard deviation of each effect; that of the seed may depend on the loss. */
  seedNoise?: number | ((loss: LossName) => number);
  clusterNoise?: number;
  imageNoise?: number;
  interaction?: number;
  /** Of cluster × loss: what a loss is better at in some clusters, nothing on average. */
  lossByCluster?: number;
  /** Added for a loss. */
  gain?: (loss: LossName) => number;
}

const classNames = ['wide', 'middle', 'narrow'];
const pixels = [2000, 600, 200];
/** That is found of each class, on average. */
const found = [0.8, 0.6, 0.4];

/** The records of one world; each world draws everything anew. */
export function simulatedRuns(world: number, design: Design = {}): ResultRecord[] {
  const {
    clusters = 16,
    images = 3,
    losses = ['crossEntropy', 'focal', 'ldam', 'pat'],
    networks = ['segnet'],
    seeds = 3,
    seedNoise = 0.01,
    clusterNoise = 0.08,
    imageNoise = 0.05,
    interaction = 0.02,
    lossByCluster = 0.02,
    gain = () => 0,
  } = design;
  const random = new Random(world);
  const names = Array.from(
    { length: clusters * images },
    (_, i) => `drive${Math.floor(i / images)}_${i % images}`,
  );
  const ofCluster = Array.from({ length: clusters }, () => random.normal(0, clusterNoise));
  const ofImage = names.map(() => random.normal(0, imageNoise));
  const places = networks.flatMap((network) => losses.map((name) => ({ network, name })));
  return places.flatMap(({ network, name }) => {
    const own = Array.from({ length: clusters }, () => random.normal(0, lossByCluster));
    return Array.from({ length: seeds }, (_, seed) => {
      const noise = typeof seedNoise === 'number' ? seedNoise : seedNoise(name);
      const ofSeed = pixels.map(() => random.normal(0, noise));
      const hits = names.map((__, i) => {
        const cluster = Math.floor(i / images);
        const shared = gain(name) + ofCluster[cluster] + ofImage[i] + own[cluster];
        return pixels.map((total, c) => {
          const share = found[c] + shared + ofSeed[c] + random.normal(0, interaction);
          return Math.round(total * Math.min(1, Math.max(0, share)));
        });
      });
      return recordOf({ network, name, seed, names, hits });
    });
  });
}

/** What is missed of a class is predicted as the next one. */
function recordOf(run: {
  network: NetworkName;
  name: LossName;
  seed: number;
  names: string[];
  hits: number[][];
}): ResultRecord {
  const { network, name, seed, names, hits } = run;
  const missed = hits.map((row) => row.map((hit, c) => pixels[c] - hit));
  const before = (c: number) => (c + pixels.length - 1) % pixels.length;
  const predicted = hits.map((row, i) => row.map((hit, c) => hit + missed[i][before(c)]));
  const labelled = names.map(() => [...pixels]);
  const sum = (rows: number[][], c: number) => rows.reduce((all, row) => all + row[c], 0);
  const total = (rows: number[][]) => pixels.map((_, c) => sum(rows, c));
  const counts = pixels.map((_, c) =>
    pixels.map((__, p) => (p === c ? sum(hits, c) : c === before(p) ? sum(missed, c) : 0)),
  );
  const dataset = { name: 'camvid', size: [64, 96] };
  const model = { name: network, width: 8 };
  return {
    file: `camvid/${network}/${name}/seed${seed}.json`,
    split: 'test',
    config: { dataset, model, loss: { name }, seed, batchSize: 8 } as ResultRecord['config'],
    classNames,
    scores: scoresFrom({
      hits: total(hits),
      labelled: total(labelled),
      predicted: total(predicted),
    }),
    counts,
    perImage: { names, hits, labelled, predicted },
    trainingPixels: pixels,
    curves: [],
    weightsSha256: 'ab'.repeat(32),
    seconds: 1,
  };
}
