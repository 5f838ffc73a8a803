/** The check of an image's size, as a network's first layer: a wrong size is told before anything is computed. */
import { tf } from '../backend';
import { described, invalid } from '../check';

interface ImageSizeOptions {
  /** Height and width must be multiples of this. */
  multipleOf: number;
  name?: string;
}

/** Passes `[B,H,W,C]` on; throws InputError, naming the nearest sizes that fit, unless H and W are multiples of `multipleOf`. */
export class ImageSize extends tf.layers.Layer {
  static readonly className = 'PatImageSize';
  private readonly multipleOf: number;

  constructor(options: ImageSizeOptions) {
    super(options);
    this.multipleOf = options.multipleOf;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), multipleOf: this.multipleOf };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const [, height, width] = x.shape;
    const unit = this.multipleOf;
    if (height % unit === 0 && width % unit === 0 && height > 0 && width > 0) return x;
    throw invalid(
      'createModel',
      'image size',
      `a height and a width that are multiples of ${unit}`,
      described(`${height}×${width}`),
      `The nearest are height ${nearest(height, unit)} and width ${nearest(width, unit)}.`,
    );
  }
}
tf.serialization.registerClass(ImageSize);

/** `96`, or `80 or 96` between two multiples; never 0. */
function nearest(size: number, unit: number): string {
  const below = Math.floor(size / unit) * unit;
  if (below === size && size > 0) return `${size}`;
  return below === 0 ? `${unit}` : `${below} or ${below + unit}`;
}
