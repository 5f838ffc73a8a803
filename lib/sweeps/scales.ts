/**
 * `'paper'`: what the text says on its data sets in full (100 epochs, 0.8 / 0.1 / 0.1, void a class); `'laptop'`: its losses and networks on the small real sets, some
 * hours on two cores; `'smoke'`: drawn scenes, minutes, to see that everything runs.
 */
export const scales = ['paper', 'laptop', 'smoke'] as const;
export type SweepScale = (typeof scales)[number];

/** The data of `'smoke'`. */
export const smokeScenes = {
  label: 'synthetic',
  name: 'synthetic',
  size: [32, 48] as [number, number],
  numClasses: 6,
  trainLength: 12,
  validLength: 4,
  testLength: 4,
} as const;
