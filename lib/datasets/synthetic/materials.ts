/**
 * Surfaces of the scene objects. A material says, for a pixel, how much of the accent colour there
 * is and how much light falls on it: classes differ by texture and shading, for many of them share
 * colours.
 */
import type { SceneObject } from './pixelCanvas';
import { hash, noise, roughNoise, step } from './texture';

/** What a material sets for one pixel. */
export interface Texel {
  /** Share of the accent colour, 0–1. */
  mix: number;
  /** Factor on the colour. */
  light: number;
}

/**
 * What a material may know beside the object: pixels per scene unit (1/128 of the scene), and the
 * horizon's row.
 */
export interface Surroundings {
  unit: number;
  horizon: number;
  height: number;
}

type Material = (
  texel: Texel,
  x: number,
  y: number,
  object: SceneObject,
  around: Surroundings,
) => void;

export const materials: Record<string, Material> = {
  /** Brighter towards the horizon, with flat clouds. */
  sky(texel, x, y, { seed }, { unit, horizon }) {
    const height = Math.min(1, Math.max(0, 1 - y / Math.max(1, horizon)));
    const cloud = roughNoise(x / (34 * unit), y / (11 * unit), seed);
    texel.mix = 0.85 * step(0.5, 0.75, cloud) * (0.3 + 0.7 * height) + 0.35 * (1 - height);
    texel.light = 1.08 - 0.28 * height;
  },
  /** Furrows that run to a point on the horizon. */
  furrows(texel, x, y, object, { unit, horizon, height }) {
    const depth = Math.max(0.02, (y - horizon) / Math.max(1, height - horizon));
    const across = (x - object.x) / (unit * (6 + 40 * depth));
    const waves = 0.5 + 0.5 * Math.sin(9 * across + 2 * noise(across, 8 * depth, object.seed));
    texel.mix = 0.7 * waves * Math.min(1, 3 * depth);
    texel.light = 0.82 + 0.3 * noise(x / (2 * unit), y / unit, object.seed) + 0.1 * depth;
  },
  /** Blades and tufts, larger towards the viewer. */
  grass(texel, x, y, { seed }, { unit, horizon, height }) {
    const depth = Math.max(0.05, (y - horizon) / Math.max(1, height - horizon));
    const tuft = noise(x / (2 * unit), y / (unit * (0.6 + 1.6 * depth)), seed);
    texel.mix = 0.8 * roughNoise(x / (24 * unit), y / (9 * unit), seed + 7);
    texel.light = 0.72 + 0.45 * tuft + 0.1 * depth;
  },
  /** Fine grain with pebbles. */
  sand(texel, x, y, { seed }, { unit }) {
    const pebble = noise(x / (1.6 * unit), y / (1.1 * unit), seed);
    texel.mix = step(0.78, 0.86, pebble);
    texel.light = 0.9 + 0.2 * roughNoise(x / (30 * unit), y / (8 * unit), seed + 3);
  },
  /** Slopes that fade into the distance. */
  hill(texel, x, y, { y: top, seed, halfHeight }, { unit }) {
    const slope = roughNoise(x / (9 * unit) + y / (14 * unit), y / (5 * unit), seed);
    texel.mix = Math.min(1, 0.25 + 0.4 * step(0.3, 0.7, slope));
    texel.light = 0.75 + 0.35 * slope - 0.1 * ((y - top) / Math.max(1, halfHeight));
  },
  /** Horizontal ripples and glints. */
  water(texel, x, y, { seed, y: middle, halfHeight }, { unit }) {
    const ripple = noise(x / (9 * unit), y / (1.1 * unit), seed);
    texel.mix = 0.55 * ripple + 0.4 * step(0.82, 0.9, ripple);
    texel.light = 0.85 + 0.2 * ((y - middle) / Math.max(1, halfHeight));
  },
  /** A wall with rows of windows. */
  wall(texel, x, y, { x: middle, y: centre, halfWidth, halfHeight, seed }, { unit }) {
    const columns = Math.max(1, Math.round(halfWidth / (3.2 * unit)));
    const rows = Math.max(1, Math.round(halfHeight / (3.6 * unit)));
    const u = ((x - middle + halfWidth) / (2 * halfWidth)) * columns;
    const v = ((y - centre + halfHeight) / (2 * halfHeight)) * rows;
    const inside =
      Math.abs(u - Math.floor(u) - 0.5) < 0.27 && Math.abs(v - Math.floor(v) - 0.5) < 0.3;
    const lit = hash(Math.floor(u), Math.floor(v), seed);
    texel.mix = inside ? 0.75 + 0.25 * lit : 0;
    texel.light = inside ? 0.5 + 0.9 * lit * lit : 0.92 + 0.16 * noise(x / unit, y / unit, seed);
    if (x > middle + 0.45 * halfWidth) texel.light *= 0.78;
  },
  /** Rows of bricks or tiles. */
  bricks(texel, x, y, { seed, x: middle }, { unit }) {
    const row = Math.floor(y / (1.5 * unit));
    const column = Math.floor((x - middle) / (3 * unit) + 0.5 * (row & 1));
    texel.mix = 0.5 * hash(column, row, seed);
    texel.light = 0.7 + 0.4 * hash(column, row, seed + 1);
  },
  /** Clumps of leaves on a round crown, light from the upper left. */
  leaves(texel, x, y, object, { unit }) {
    const clump = roughNoise(x / (2.1 * unit), y / (1.9 * unit), object.seed);
    texel.mix = step(0.35, 0.8, clump);
    texel.light = 0.45 + 0.5 * clump + 0.3 * roundness(x, y, object);
  },
  /** Needles: dark strokes that fall to both sides. */
  needles(texel, x, y, object, { unit }) {
    const fall = y / (1.7 * unit) - Math.abs(x - object.x) / (3 * unit);
    texel.mix = 0.6 * noise(x / unit, y / unit, object.seed);
    texel.light = 0.5 + 0.35 * Math.abs(Math.sin(2.2 * fall)) + 0.2 * roundness(x, y, object);
  },
  /** Bark or rough wood: vertical grain. */
  bark(texel, x, y, { seed }, { unit }) {
    texel.mix = noise(x / (0.7 * unit), y / (6 * unit), seed);
    texel.light = 0.75 + 0.3 * texel.mix;
  },
  /** Facets of stone. */
  stone(texel, x, y, object, { unit }) {
    const grain = roughNoise(x / (2.6 * unit), y / (2.2 * unit), object.seed);
    const crack = Math.abs(noise(x / (6 * unit), y / (4 * unit), object.seed + 9) - 0.5);
    texel.mix = 0.6 * grain;
    texel.light = (0.55 + 0.4 * grain + 0.35 * roundness(x, y, object)) * (crack < 0.03 ? 0.6 : 1);
  },
  /** Gores of two colours around a sphere. */
  gores(texel, x, y, object) {
    const height = Math.sqrt(Math.max(0.02, 1 - ((y - object.y) / object.halfHeight) ** 2));
    const around = (x - object.x) / (object.halfWidth * height);
    const angle = Math.asin(Math.max(-1, Math.min(1, around)));
    texel.mix = Math.sin(5 * angle + object.seed) > 0 ? 1 : 0;
    texel.light = 0.75 + 0.4 * roundness(x, y, object);
  },
  /** Rings of two colours. */
  rings(texel, x, y, { y: middle, halfHeight, x: centre, halfWidth, seed }) {
    const count = 2 + (seed % 4);
    texel.mix = Math.sin((count * Math.PI * (y - middle)) / Math.max(1, halfHeight)) > 0 ? 1 : 0;
    texel.light = 1.1 - 0.35 * Math.abs((x - centre) / Math.max(1, halfWidth) + 0.3);
  },
  /** A plate with a rim and a mark. */
  plate(texel, x, y, { x: middle, y: centre, halfWidth, halfHeight }) {
    const distance = Math.max(
      Math.abs(x - middle) / Math.max(1, halfWidth),
      Math.abs(y - centre) / Math.max(1, halfHeight),
    );
    texel.mix = distance > 0.72 || distance < 0.25 ? 1 : 0;
    texel.light = 1.05;
  },
  /** Of one colour. */
  plain(texel) {
    texel.mix = 0;
    texel.light = 1;
  },
};

/** Light on a bulge, from −1 (lower right) to 1 (upper left). */
function roundness(x: number, y: number, object: SceneObject): number {
  const dx = (x - object.x) / Math.max(1, object.halfWidth);
  const dy = (y - object.y) / Math.max(1, object.halfHeight);
  return Math.max(-1, Math.min(1, -0.5 * dx - 0.8 * dy));
}
