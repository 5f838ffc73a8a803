/**
 * A raster of which object owns each pixel; later objects cover earlier ones. Edges are hard, as
 * labels need.
 */
import { maximumOf, minimumOf } from '../../extremes';

export type Point = readonly [x: number, y: number];

/** An object in a scene: its class, how its surface looks, and its extent in pixels. */
export interface SceneObject {
  classId: number;
  /** Key into `materials`. */
  material: string;
  /** Base and second colour of the surface, 0–255. */
  colour: Point3;
  accent: Point3;
  /** Centre and half extent, for shading. */
  x: number;
  y: number;
  halfWidth: number;
  halfHeight: number;
  /** Seed of the texture, an unsigned 16-bit integer. */
  seed: number;
  /** Parts of the border between two fuzzy objects are void, as annotators leave them. */
  fuzzy: boolean;
}

export type Point3 = readonly [number, number, number];

export class Canvas {
  readonly objects: SceneObject[] = [];
  /** Index into `objects` for each pixel, row-major `[height, width]`. */
  readonly owner: Uint16Array;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.owner = new Uint16Array(height * width);
  }

  /** Adds an object that owns no pixel yet and returns its index. */
  add(object: SceneObject): number {
    return this.objects.push(object) - 1;
  }

  /** Gives `index` the pixels of the box whose centre lies `inside`; coordinates in pixels. */
  fill(
    index: number,
    box: { left: number; top: number; right: number; bottom: number },
    inside: (x: number, y: number) => boolean,
  ): void {
    const firstColumn = Math.max(0, Math.floor(box.left));
    const lastColumn = Math.min(this.width - 1, Math.ceil(box.right));
    const lastRow = Math.min(this.height - 1, Math.ceil(box.bottom));
    for (let row = Math.max(0, Math.floor(box.top)); row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        if (inside(column + 0.5, row + 0.5)) this.owner[row * this.width + column] = index;
      }
    }
  }

  /** All below a line `edge(x)`. */
  fillBelow(index: number, edge: (x: number) => number): void {
    for (let column = 0; column < this.width; column++) {
      const first = Math.max(0, Math.ceil(edge(column + 0.5) - 0.5));
      for (let row = first; row < this.height; row++) {
        this.owner[row * this.width + column] = index;
      }
    }
  }

  /** The pixel at (x, y). */
  dot(index: number, x: number, y: number): void {
    const column = Math.floor(x);
    const row = Math.floor(y);
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return;
    this.owner[row * this.width + column] = index;
  }

  /** An ellipse; `radius(angle)` multiplies both half axes (default 1 everywhere). */
  ellipse(
    index: number,
    [x, y]: Point,
    [halfWidth, halfHeight]: Point,
    radius: (angle: number) => number = () => 1,
    largest = 1,
  ): void {
    const box = {
      left: x - halfWidth * largest,
      top: y - halfHeight * largest,
      right: x + halfWidth * largest,
      bottom: y + halfHeight * largest,
    };
    this.fill(index, box, (px, py) => {
      const dx = (px - x) / halfWidth;
      const dy = (py - y) / halfHeight;
      const distance = Math.hypot(dx, dy);
      return distance <= largest && distance <= radius(Math.atan2(dy, dx));
    });
  }

  /** A polygon, even-odd rule. */
  polygon(index: number, corners: readonly Point[]): void {
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const box = {
      left: minimumOf(xs),
      top: minimumOf(ys),
      right: maximumOf(xs),
      bottom: maximumOf(ys),
    };
    this.fill(index, box, (x, y) => {
      let odd = false;
      for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
        const crosses = ys[i] > y !== ys[j] > y;
        if (crosses && x < xs[i] + ((y - ys[i]) / (ys[j] - ys[i])) * (xs[j] - xs[i])) odd = !odd;
      }
      return odd;
    });
  }

  /** A straight bar between two points, at least one pixel thick. */
  bar(index: number, [x0, y0]: Point, [x1, y1]: Point, thickness: number): void {
    const half = Math.max(0.5, thickness / 2);
    const dx = x1 - x0;
    const dy = y1 - y0;
    const squared = dx * dx + dy * dy || 1;
    const box = {
      left: Math.min(x0, x1) - half,
      top: Math.min(y0, y1) - half,
      right: Math.max(x0, x1) + half,
      bottom: Math.max(y0, y1) + half,
    };
    this.fill(index, box, (x, y) => {
      const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / squared));
      const ex = x - x0 - along * dx;
      const ey = y - y0 - along * dy;
      return ex * ex + ey * ey < half * half + 1e-9;
    });
  }
}
