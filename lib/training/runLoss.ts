/** The loss of a run, wherever in the run it is computed. */
import type { tf } from '../backend';
import { createLoss } from '../losses';
import type { LossConfig, SegmentationLoss } from '../losses';
import { nextNoiseSeed } from '../losses/noise';
import { drawsNoise, lossAtEpoch, mapLosses, ownSeed } from '../losses/traits';
import { Random } from '../random';
import type { ExperimentConfig } from '../runs/config';

/** The configuration whose loss can be computed: `'dataset'` has become the pixels of each class in the training split. */
export function countedConfig(
  config: ExperimentConfig,
  trainingPixels: readonly number[] | undefined,
): ExperimentConfig {
  const loss = mapLosses(config.loss, (one) =>
    one.classCounts === 'dataset' ? { ...one, classCounts: trainingPixels } : one,
  );
  return { ...config, loss };
}

/** The configuration of an epoch, from 1 on: a loss in stages is that of its stage, Infinity of the last. */
export function configAtEpoch(config: ExperimentConfig, epoch: number): ExperimentConfig {
  return { ...config, loss: lossAtEpoch(config.loss, epoch) };
}

/** The run's loss at `place`: a step, the validation, the probe. */
export function lossAt(
  config: ExperimentConfig,
  ignoreIndex: number,
  place: string,
): SegmentationLoss {
  return createLoss(lossConfigAt(config, ignoreIndex, place));
}

/**
 * The run's loss and plain cross-entropy, as a validation reports them. A loss in stages is that of the last stage in every
 * epoch, so that epochs can be compared.
 */
export function validationLosses(config: ExperimentConfig, ignoreIndex: number) {
  const last = configAtEpoch(config, Infinity);
  const loss = lossAt(last, ignoreIndex, 'validation');
  return { loss, crossEntropy: crossEntropyBeside(loss, last, ignoreIndex) };
}

/**
 * Plain cross-entropy without noise, which a run reports of every validation: `loss` itself, the run's own, where it is
 * that, so that it is computed once.
 *
 * In each batch it is the mean over the valid pixels. The authors' trainer logs the same for every method and keeps the
 * weights that have least of it: `loss/vanilla_seg_stable.py` (github.com/KhoiDOO/ibla, commit 20c21d1) divides by B·H·W,
 * which is the number of valid pixels where none is ignored. Their labels ignore none, void is a class of theirs: with
 * `voidAs: 'ignore'` ours leaves those pixels out. They then average over batches, we over samples: a last smaller batch
 * has a larger share there.
 */
export function crossEntropyBeside(
  loss: SegmentationLoss,
  { loss: own }: ExperimentConfig,
  ignoreIndex: number,
): SegmentationLoss {
  const isPlain = own.name === 'crossEntropy' && Object.keys(own).length === 1;
  return isPlain ? loss : plainCrossEntropy(ignoreIndex);
}

/** Plain cross-entropy, averaged over the valid pixels of a batch; it checks no values. */
export function plainCrossEntropy(ignoreIndex: number): SegmentationLoss {
  return createLoss({ name: 'crossEntropy', ignoreIndex, validate: false });
}

/**
 * Its configuration, from one that `countedConfig` has completed; the loss itself checks no values, the step does. A loss that draws noise draws it from a stream of
 * its own at `place`, so that a resumed run has the same.
 */
export function lossConfigAt(
  { loss, seed }: ExperimentConfig,
  ignoreIndex: number,
  place: string,
): LossConfig {
  const own = { validate: false, ignoreIndex };
  const placed = mapLosses(loss, (one) =>
    drawsNoise(one) ? { ...one, seed: seedAt(ownSeed(one) ?? seed, place) } : one,
  );
  return { ...placed, ...own };
}

/** Gives the seeds of the noise at `place` one by one, those that the loss of `lossAt` would draw; the caller disposes them. */
export function noiseSeedsAt({ loss, seed }: ExperimentConfig, place: string): () => tf.Tensor1D {
  const random = new Random(seedAt(ownSeed(loss) ?? seed, place)).stream('noise');
  return () => nextNoiseSeed(random);
}

function seedAt(seed: number, place: string): number {
  return new Random(seed)
    .stream('noise')
    .stream(place)
    .integer(0, 2 ** 31 - 1);
}
