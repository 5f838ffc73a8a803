/** Lays out one scene, labels its pixels, and colours them. */
import type { Random } from '../../random';
import { Canvas } from './pixelCanvas';
import type { Point3 } from './pixelCanvas';
import { hsl } from './classes';
import type { Kind, SceneClass } from './classes';
import { details } from './details';
import { materials } from './materials';
import type { Texel } from './materials';
import type { Drawer } from './drawing';
import { objects } from './objects';
import { regions } from './regions';
import { hash, noise } from './texture';

const drawers: Record<Kind, Drawer> = { ...regions, ...objects, ...details };

export interface Scene {
  canvas: Canvas;
  unit: number;
  horizon: number;
  /** Factor on red, green and blue: the colour of the light. */
  light: Point3;
  /** Seed of the sensor noise and of the void outlines. */
  seed: number;
}

/** Hour and weather: colours of the upper sky, of clouds and horizon, and of the light. */
const weathers: readonly (readonly [sky: Point3, haze: Point3, light: Point3])[] = [
  [hsl(0.58, 0.65, 0.55), hsl(0.57, 0.35, 0.88), [1.03, 1, 0.96]],
  [hsl(0.6, 0.1, 0.62), hsl(0.6, 0.06, 0.82), [0.9, 0.92, 0.96]],
  [hsl(0.63, 0.3, 0.45), hsl(0.07, 0.6, 0.75), [1.08, 0.92, 0.78]],
  [hsl(0.55, 0.4, 0.6), hsl(0.12, 0.3, 0.86), [1.02, 1, 0.9]],
];

/**
 * Draws the objects of a scene of `height` x `width` pixels. Each class draws from its own random
 * stream.
 */
export function layoutScene(
  random: Random,
  classes: readonly SceneClass[],
  height: number,
  width: number,
): Scene {
  const canvas = new Canvas(height, width);
  const unit = Math.sqrt(height * width) / 128;
  const horizon = random.uniform(0.22, 0.78) * height;
  const [sky, haze, light] = random.pick(weathers);
  const seed = random.integer(0, 65535);
  canvas.add({
    classId: 0,
    material: 'sky',
    colour: sky,
    accent: haze,
    x: width / 2,
    y: 0,
    halfWidth: width / 2,
    halfHeight: horizon,
    seed,
    fuzzy: true,
  });
  const steps = classes.flatMap((kind, classId) => {
    const own = random.stream(`class ${classId}`);
    if (!own.chance(kind.presence)) return [];
    return drawers[kind.kind]({ canvas, unit, horizon, haze }, own, kind, classId);
  });
  steps.sort((a, b) => a.depth - b.depth).forEach((step) => step.draw());
  return { canvas, unit, horizon, light, seed };
}

/**
 * Class ids, row-major `[height, width]`; parts of the borders between fuzzy objects are `voidId`.
 */
export function labelScene({ canvas, unit, seed }: Scene, voidId: number): Uint8Array {
  const { height, width, owner, objects } = canvas;
  const classOf = Uint8Array.from(objects, (object) => object.classId);
  const labels = new Uint8Array(height * width);
  for (let i = 0; i < labels.length; i++) labels[i] = classOf[owner[i]];
  const outlined = (a: number, b: number) =>
    a !== b && objects[a].classId !== objects[b].classId && objects[a].fuzzy && objects[b].fuzzy;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const right = x + 1 < width && outlined(owner[i], owner[i + 1]);
      const below = y + 1 < height && outlined(owner[i], owner[i + width]);
      if (!right && !below) continue;
      if (noise(x / (5 * unit), y / (5 * unit), seed) > 0.5) labels[i] = voidId;
    }
  }
  return labels;
}

/**
 * RGB bytes, row-major `[height, width, 3]`: materials under the scene's light, a slight blur,
 * sensor noise.
 */
export function colourScene({ canvas, unit, horizon, light, seed }: Scene): Uint8Array {
  const { height, width, owner, objects } = canvas;
  const colours = new Float32Array(height * width * 3);
  const surfaces = objects.map((object) => materials[object.material]);
  const texel: Texel = { mix: 0, light: 1 };
  const around = { unit, horizon, height };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const object = objects[owner[i]];
      surfaces[owner[i]](texel, x, y, object, around);
      for (let c = 0; c < 3; c++) {
        const base = object.colour[c];
        const colour = base + (object.accent[c] - base) * texel.mix;
        colours[3 * i + c] = colour * texel.light * light[c];
      }
    }
  }
  return develop(soften(soften(colours, width, 3), height, 3 * width), seed);
}

/**
 * The blur [1 4 1]/6 along one axis of lines of `length` values that lie `stride` apart; borders
 * are repeated.
 */
function soften(values: Float32Array, length: number, stride: number): Float32Array {
  const result = new Float32Array(values.length);
  const span = length * stride;
  for (let start = 0; start < values.length; start += span) {
    for (let offset = 0; offset < span; offset++) {
      const i = start + offset;
      const before = offset < stride ? values[i] : values[i - stride];
      const after = offset >= span - stride ? values[i] : values[i + stride];
      result[i] = (before + 4 * values[i] + after) / 6;
    }
  }
  return result;
}

/** To bytes, with sensor noise. */
function develop(colours: Float32Array, seed: number): Uint8Array {
  const image = new Uint8ClampedArray(colours.length);
  for (let i = 0; i < colours.length; i++) {
    const grain = hash(i, 1, seed) + hash(i, 2, seed) - 1;
    image[i] = colours[i] + 9 * grain;
  }
  return new Uint8Array(image.buffer);
}
