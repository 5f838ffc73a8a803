/**
 * A network of two convolutions, for tests of what surrounds the training of any network: logs, checkpoints, records. To
 * record the graph of a step, and TensorFlow's way to run it first, take a tenth of the time of SegNet's 26 convolutions.
 */
import { defineModel } from '../../lib/models';
import { convolution, convolutions } from '../../lib/models/layers';

defineModel('twoConvolutions', (image, { numClasses, width }) =>
  convolution(convolutions(image, [width], 'first'), numClasses, 'last'),
);

/** Its part of a configuration. */
export const smallNetwork = { name: 'twoConvolutions', width: 4 };
