/** The loss as it is called, whatever it is made of: checks, then the averaged value or that of each pixel. */
import { tf } from '../backend';
import { InputError } from '../check';
import { analyticLoss } from './analytic';
import { checkShapes } from './checks';
import { computedLoss } from './computed';
import type {
  CommonLossOptions,
  ConfiguredLoss,
  LossInputs,
  PixelwiseLoss,
  SegmentationLoss,
  UnaveragedLoss,
} from './lossTypes';

type Common = Required<CommonLossOptions>;

/** The averaged loss, differentiable by the logits. */
export function averagedLoss(
  where: string,
  loss: ConfiguredLoss,
  options: Common,
): SegmentationLoss {
  return (logits, labels, noiseSeed) => {
    checkShapes(where, logits, labels, noiseSeed);
    return evaluate(where, loss, options, { logits, labels, noiseSeed }, true) as tf.Scalar;
  };
}

/** The loss of each pixel, 0 at ignored ones, or, where no pixel has one, the number of the batch; differentiable by the logits. */
export function unaveragedLoss(
  where: string,
  loss: ConfiguredLoss,
  options: Common,
): UnaveragedLoss {
  return (logits, labels, noiseSeed) => {
    checkShapes(where, logits, labels, noiseSeed);
    return evaluate(where, loss, options, { logits, labels, noiseSeed }, false);
  };
}

/** The loss of each pixel. @throws InputError when called, for a loss that is a number of the whole batch. */
export function pixelLoss(where: string, loss: ConfiguredLoss, options: Common): PixelwiseLoss {
  const unaveraged = unaveragedLoss(where, loss, options);
  return (logits, labels, noiseSeed) => {
    const value = unaveraged(logits, labels, noiseSeed);
    if (value.rank === 3) return value as tf.Tensor3D;
    value.dispose();
    throw new InputError(
      `${where} is one number of the whole batch: no pixel has a loss of its own. Use createLoss.`,
    );
  };
}

function evaluate(
  where: string,
  loss: ConfiguredLoss,
  options: Common,
  inputs: LossInputs,
  averaged: boolean,
): tf.Tensor {
  if ('terms' in loss) return analyticLoss(where, loss, options, inputs, averaged);
  if ('compute' in loss) return computedLoss(where, loss, options, inputs, averaged);
  const { noiseSeed } = inputs;
  return tf.tidy(() => {
    const values = loss.sum.map(({ weight, loss: term }, i) => {
      const ownSeed =
        i === 0 ? noiseSeed : noiseSeed?.add<tf.Tensor1D>(tf.tensor1d([0, i], 'int32'));
      const value = evaluate(where, term, options, { ...inputs, noiseSeed: ownSeed }, averaged);
      return weight === 1 ? value : value.mul(weight);
    });
    if (!averaged && values.some(({ rank }) => rank === 0)) {
      return evaluate(where, loss, options, inputs, true); // pixels have no part in a number of the batch
    }
    return values.reduce((sum, value) => sum.add(value));
  });
}
