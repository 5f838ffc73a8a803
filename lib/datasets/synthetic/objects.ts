/** Draws the objects of medium size that stand on the ground. */
import type { Random } from '../../random';
import type { Point, Point3 } from './pixelCanvas';
import { hsl } from './classes';
import { lobes, object, onGround } from './drawing';
import type { Drawer } from './drawing';

const green = (random: Random, variant: number) =>
  hsl(
    random.uniform(0.2, 0.36) + 0.37 * variant,
    random.uniform(0.25, 0.55),
    random.uniform(0.25, 0.42),
  );

export const objects: Record<'building' | 'tree' | 'rock' | 'fence', Drawer> = {
  building(setting, random, { variant }, classId) {
    const { canvas, unit } = setting;
    return onGround(setting, random, random.integer(1, 5), (x, base, scale) => {
      const halfWidth = random.uniform(6, 15) * scale * unit;
      const height = random.uniform(12, 42) * scale * unit;
      const hue = random.pick([0.02, 0.08, 0.12, 0.6]) + 0.29 * variant;
      const wall = hsl(hue, random.uniform(0.1, 0.45), random.uniform(0.4, 0.72));
      const glass = hsl(0.58, 0.25, random.uniform(0.3, 0.55));
      const centre: Point = [x, base - height / 2];
      const material = variant % 2 === 0 ? 'wall' : 'bricks';
      const part = (name: string, colours: readonly [Point3, Point3]) =>
        canvas.add(object(classId, name, colours, centre, [halfWidth, height / 2], random, true));
      const front = part(material, [wall, variant % 2 === 0 ? glass : hsl(hue, 0.3, 0.3)]);
      const top = base - height;
      const left = x - halfWidth;
      const right = x + halfWidth;
      canvas.polygon(front, [
        [left, base],
        [left, top],
        [right, top],
        [right, base],
      ]);
      if (random.chance(0.6)) {
        const roof = hsl(random.pick([0.01, 0.06, 0.62]), 0.4, random.uniform(0.25, 0.4));
        const peak = top - random.uniform(0.2, 0.8) * halfWidth;
        canvas.polygon(part('bricks', [roof, hsl(0, 0.2, 0.2)]), [
          [left - 0.12 * halfWidth, top],
          [x + random.uniform(-0.6, 0.6) * halfWidth, peak],
          [right + 0.12 * halfWidth, top],
        ]);
      }
    });
  },

  tree(setting, random, { variant }, classId) {
    const { canvas, unit } = setting;
    const colours = [green(random, variant), green(random, variant)] as const;
    const conifer = (variant + (random.chance(0.35) ? 1 : 0)) % 2 === 1;
    return onGround(setting, random, random.integer(2, 9), (x, base, scale) => {
      const halfWidth = random.uniform(4, 11) * scale * unit;
      const height = random.uniform(1.6, 3) * halfWidth;
      const trunk = 0.5 * halfWidth;
      const wood = [hsl(0.07, 0.35, 0.25), hsl(0.08, 0.25, 0.4)] as const;
      const foot: Point = [x, base];
      const stem = canvas.add(object(classId, 'bark', wood, foot, [1, trunk], random));
      canvas.bar(stem, foot, [x, base - 1.5 * trunk], 0.22 * halfWidth);
      const centre: Point = [x, base - trunk - height / 2];
      const extent: Point = [halfWidth, height / 2];
      const crown = canvas.add(
        object(classId, conifer ? 'needles' : 'leaves', colours, centre, extent, random, true),
      );
      if (conifer) {
        for (const [level, share] of [
          [0, 1],
          [0.28, 0.8],
          [0.55, 0.55],
        ]) {
          const low = base - trunk - level * height;
          canvas.polygon(crown, [
            [x - share * halfWidth, low],
            [x, low - 0.5 * height],
            [x + share * halfWidth, low],
          ]);
        }
      } else canvas.ellipse(crown, centre, extent, lobes(random, random.integer(4, 7)), 1.3);
    });
  },

  rock(setting, random, { variant }, classId) {
    const { canvas, unit } = setting;
    return onGround(setting, random, random.integer(1, 6), (x, base, scale) => {
      const halfWidth = Math.exp(random.normal(1.4, 0.7)) * scale * unit;
      const halfHeight = random.uniform(0.45, 0.8) * halfWidth;
      const hue = random.pick([0.08, 0.1, 0.6]) + 0.21 * variant;
      const saturation = Math.min(0.6, 0.12 + 0.2 * variant);
      const colours = [hsl(hue, saturation, random.uniform(0.4, 0.6)), hsl(hue, 0.1, 0.3)] as const;
      const centre: Point = [x, base - 0.6 * halfHeight];
      const extent: Point = [halfWidth, halfHeight];
      const index = canvas.add(object(classId, 'stone', colours, centre, extent, random));
      const corners = Array.from({ length: 8 }, (_, i): Point => {
        const angle = (i * Math.PI) / 4 + random.uniform(-0.25, 0.25);
        const radius = random.uniform(0.8, 1.1);
        return [
          x + radius * halfWidth * Math.cos(angle),
          Math.min(base, centre[1] + radius * halfHeight * Math.sin(angle)),
        ];
      });
      canvas.polygon(index, corners);
    });
  },

  fence(setting, random, { variant }, classId) {
    const { canvas, unit } = setting;
    const colours = [
      hsl(random.pick([0.08, 0.1, 0.6]) + 0.4 * variant, 0.3, random.uniform(0.3, 0.8)),
      hsl(0.08, 0.2, 0.3),
    ] as const;
    return onGround(setting, random, 1, (x, base, scale) => {
      const height = random.uniform(5, 9) * scale * unit;
      const length = random.uniform(20, 70) * unit;
      const gap = Math.max(2, random.uniform(2.2, 4) * scale * unit);
      const index = canvas.add(
        object(classId, 'bark', colours, [x, base], [length / 2, height / 2], random),
      );
      const thickness = Math.max(1, 0.9 * scale * unit);
      for (const level of [0.35, 0.8]) {
        const y = base - level * height;
        canvas.bar(index, [x - length / 2, y], [x + length / 2, y], 0.6 * thickness);
      }
      for (let post = x - length / 2; post <= x + length / 2; post += gap) {
        canvas.bar(index, [post, base], [post, base - height], thickness);
      }
    });
  },
};
