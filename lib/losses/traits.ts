/** What a loss is, asked of its configuration: its definition answers, and for one made of others those that it is made of. */
import type { tf } from '../backend';
import { findLoss } from '../losses';
import type { LossConfig } from '../losses';
import type { LossDefinition, NamedLoss } from './lossTypes';

/** A configuration as a name and the options set. */
export function parted(loss: { name: string }): {
  name: string;
  options: Readonly<Record<string, unknown>>;
  definition?: LossDefinition<object>;
} {
  const { name, ...options } = loss as NamedLoss;
  return { name, options, definition: findLoss(name) };
}

/** The losses that it is made of, in order; none for most. */
export function partsOf(loss: { name: string }): readonly NamedLoss[] {
  const { options, definition } = parted(loss);
  return definition?.parts?.of(options) ?? [];
}

/** Its name, and those of the losses that it is made of, however deep. */
export function namesIn(loss: { name: string }): string[] {
  return [loss.name, ...partsOf(loss).flatMap(namesIn)];
}

/**
 * The loss with `change` made to it, or, where it is made of others, to each of those, however deep. `path` is where one
 * stands: '' or `terms[0].loss`.
 */
export function mapLosses<Loss extends { name: string }>(
  loss: Loss,
  change: (loss: NamedLoss, path: string) => NamedLoss,
  path = '',
): Loss {
  const { definition } = parted(loss);
  if (definition?.parts === undefined) {
    return change(loss, path) as { name: string } as Loss;
  }
  return mapParts(loss, (one, place) =>
    mapLosses(one, change, path === '' ? place : `${path}.${place}`),
  );
}

/** The loss with each of those that it is made of replaced; itself where it is made of none. */
function mapParts<Loss extends { name: string }>(
  loss: Loss,
  change: (part: NamedLoss, path: string) => NamedLoss,
): Loss {
  const { name, options, definition } = parted(loss);
  const parts = definition?.parts;
  const old = parts?.of(options) ?? [];
  if (parts === undefined || old.length === 0) return loss;
  const replaced = old.map((one, i) => change(one, parts.path(i)));
  return { name, ...parts.replaced(options, replaced) } as Loss;
}

/** It takes random numbers, or a part of it does. */
export function drawsNoise(loss: { name: string }): boolean {
  return parted(loss).definition?.drawsNoise === true || partsOf(loss).some(drawsNoise);
}

/** Its gradient, or that of a part of it, takes something for a constant, and so is not that of finite differences. */
export function stopsGradient(loss: { name: string }): boolean {
  const { options, definition } = parted(loss);
  return definition?.stopsGradient?.(options) === true || partsOf(loss).some(stopsGradient);
}

/** It has an option `classCounts`. */
export function countsClasses(loss: { name: string }): boolean {
  const options: readonly string[] = parted(loss).definition?.options ?? [];
  return options.includes('classCounts');
}

/** It has a loss of each pixel, and so has every part of it. */
export function isPerPixel(loss: { name: string }): boolean {
  return parted(loss).definition?.perPixel !== false && partsOf(loss).every(isPerPixel);
}

/** Every class of an image weighs the same in its average, whatever its pixels. */
export function averagesByMask(loss: { name: string }): boolean {
  const { options, definition } = parted(loss);
  const parts = partsOf(loss);
  if (parts.length > 0) return parts.every(averagesByMask);
  return definition?.averagesByMask?.(options) ?? false;
}

/** β of every class at every pixel, logits `[…,C]` → `[…,C]`; undefined for a loss that has none to show. */
export function coefficientOf(loss: LossConfig): ((logits: tf.Tensor) => tf.Tensor) | undefined {
  const { options, definition } = parted(loss);
  return definition?.coefficient?.(options);
}

/** The seed set for its noise, of the first part that has one; undefined where the trainer's own is to be taken. */
export function ownSeed(loss: { name: string }): number | undefined {
  const { options } = parted(loss);
  if (drawsNoise(loss) && typeof options.seed === 'number') return options.seed;
  return partsOf(loss)
    .map(ownSeed)
    .find((seed) => seed !== undefined);
}

/** The loss that trains an epoch, from 1 on: of stages that of the one in force, Infinity for the last. */
export function lossAtEpoch<Loss extends { name: string }>(loss: Loss, epoch: number): Loss {
  const { options, definition } = parted(loss);
  const current = definition?.atEpoch?.(options, epoch);
  if (current !== undefined) return lossAtEpoch(current as { name: string } as Loss, epoch);
  return mapParts(loss, (one) => lossAtEpoch(one, epoch));
}
