/** What a tensor shows as a cell's last expression, or in `console.log`. */
import { inspect } from 'node:util';
import type { CustomInspectFunction } from 'node:util';
// eslint-disable-next-line no-restricted-imports -- a type alone, and backend.ts imports this file
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { shapeText } from './check';

const VALUES_SHOWN = 8;

/** `Tensor [2,3] float32: 1, 2, 3, 4, 5, 6`, with the first 8 values; of a disposed one its shape alone. */
export function tensorText(tensor: Tensor): string {
  const head = `Tensor ${shapeText(tensor.shape)} ${tensor.dtype}`;
  if (tensor.isDisposed) return `${head}, disposed`;
  const count = Math.min(tensor.size, VALUES_SHOWN);
  const flat = tensor.flatten();
  const first = flat.slice(0, count);
  const values = Array.from(first.dataSync() as ArrayLike<number | string>, (value) =>
    typeof value === 'number' ? String(Number(value.toPrecision(5))) : inspect(value),
  );
  flat.dispose();
  first.dispose();
  return `${head}: ${values.join(', ')}${tensor.size > count ? ', …' : ''}`;
}

/** Makes all objects of that class show what `text` says. */
export function showAs<Shown>(prototype: object, text: (shown: Shown) => string): void {
  const custom: CustomInspectFunction = function (this: unknown) {
    return text(this as Shown);
  };
  Object.defineProperty(prototype, inspect.custom, {
    value: custom,
    configurable: true,
    enumerable: false,
    writable: true,
  });
}
