/** `tf` in a page, where `lib/backend` is the native one: TensorFlow.js with its WebGL and CPU backends. */
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

export const tf = { ...core, ...layers };
