/**
 * What the drawers of all classes share: the scene's setting, drawing steps, places on the ground,
 * outlines.
 */
import type { Random } from '../../random';
import type { Canvas, Point, Point3, SceneObject } from './pixelCanvas';
import type { SceneClass } from './classes';

/** What the objects of a scene share. */
export interface Setting {
  canvas: Canvas;
  /** Pixels per scene unit; a scene of square shape is 128 units wide. */
  unit: number;
  /** Row of the horizon. */
  horizon: number;
  /** Colour of the far distance. */
  haze: Point3;
}

/** A drawing step; steps run from the farthest (smallest `depth`) to the nearest. */
export interface Step {
  depth: number;
  draw(): void;
}

/** Chooses the objects of one class; the steps it returns draw them. */
export type Drawer = (
  setting: Setting,
  random: Random,
  kind: SceneClass,
  classId: number,
) => Step[];

/** Objects on the ground: `count` places, nearer ones lower and larger, each drawn by `place`. */
export function onGround(
  { canvas, horizon }: Setting,
  random: Random,
  count: number,
  place: (x: number, base: number, scale: number) => void,
): Step[] {
  return Array.from({ length: count }, () => {
    const near = random.uniform() ** 1.3;
    const base = horizon + (0.03 + 0.9 * near) * (canvas.height - horizon);
    const x = random.uniform(-0.05, 1.05) * canvas.width;
    return { depth: 2 + near, draw: () => place(x, base, 0.35 + 1.1 * near) };
  });
}

/** A scene object with a texture seed from `random`. */
export function object(
  classId: number,
  material: string,
  colours: readonly [Point3, Point3],
  [x, y]: Point,
  [halfWidth, halfHeight]: Point,
  random: Random,
  fuzzy = false,
): SceneObject {
  const [colour, accent] = colours;
  const seed = random.integer(0, 65535);
  return { classId, material, colour, accent, x, y, halfWidth, halfHeight, seed, fuzzy };
}

/** A wavy closed outline: radius 0.7–1.3 by angle. */
export function lobes(random: Random, waves: number): (angle: number) => number {
  const phase = random.uniform(0, 7);
  return (angle) =>
    1 +
    0.16 * Math.sin(waves * angle + phase) +
    0.1 * Math.sin((2 * waves + 1) * angle + 2 * phase);
}
