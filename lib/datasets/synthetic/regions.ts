/** Draws the large regions of a scene. */
import type { Point } from './pixelCanvas';
import { hsl } from './classes';
import { lobes, object } from './drawing';
import type { Drawer } from './drawing';
import { noise } from './texture';

export const regions: Record<'sky' | 'ground' | 'hill' | 'water', Drawer> = {
  sky: () => [],

  ground({ canvas, horizon, unit }, random, _, classId) {
    const [material, hue, saturation, lightness] = random.pick([
      ['grass', 0.24, 0.4, 0.36],
      ['furrows', 0.09, 0.4, 0.35],
      ['furrows', 0.2, 0.4, 0.4],
      ['sand', 0.11, 0.4, 0.62],
      ['sand', 0.6, 0.04, 0.4],
      ['grass', 0.14, 0.45, 0.48],
    ] as const);
    const tone = hue + random.uniform(-0.03, 0.03);
    const colours = [
      hsl(tone, saturation, lightness),
      hsl(tone - 0.05, saturation, lightness * 0.72),
    ] as const;
    const middle = random.uniform(0.2, 0.8) * canvas.width;
    const extent: Point = [canvas.width / 2, (canvas.height - horizon) / 2];
    const index = canvas.add(
      object(classId, material, colours, [middle, horizon], extent, random, true),
    );
    const tilt = random.uniform(-0.04, 0.04);
    const seed = random.integer(0, 999);
    const edge = (x: number) =>
      horizon + tilt * (x - canvas.width / 2) + 2 * unit * (noise(x / (20 * unit), 0, seed) - 0.5);
    return [{ depth: 1, draw: () => canvas.fillBelow(index, edge) }];
  },

  hill({ canvas, horizon, unit, haze }, random, _, classId) {
    const height = random.uniform(8, 34) * unit;
    const hue = random.pick([0.3, 0.36, 0.58, 0.08]);
    const colours = [hsl(hue, 0.25, random.uniform(0.28, 0.42)), haze] as const;
    const centre: Point = [canvas.width / 2, horizon - height];
    const index = canvas.add(
      object(classId, 'hill', colours, centre, [canvas.width / 2, height], random, true),
    );
    const seed = random.integer(0, 999);
    const period = random.uniform(25, 60) * unit;
    const edge = (x: number) =>
      horizon -
      height * (1.5 * noise(x / period, 1, seed) + 0.25 * noise((5 * x) / period, 2, seed) - 0.4);
    return [{ depth: 0, draw: () => canvas.fillBelow(index, edge) }];
  },

  water(setting, random, _, classId) {
    const { canvas, horizon, haze } = setting;
    const depth = canvas.height - horizon;
    const centre: Point = [
      random.uniform(0, 1) * canvas.width,
      horizon + random.uniform(0.2, 0.7) * depth,
    ];
    const extent: Point = [
      random.uniform(0.25, 0.75) * canvas.width,
      Math.max(1, random.uniform(0.06, 0.28) * depth),
    ];
    const colours = [hsl(random.uniform(0.5, 0.6), 0.35, random.uniform(0.3, 0.45)), haze] as const;
    const index = canvas.add(object(classId, 'water', colours, centre, extent, random, true));
    const outline = lobes(random, 3);
    return [{ depth: 1.5, draw: () => canvas.ellipse(index, centre, extent, outline, 1.3) }];
  },
};
