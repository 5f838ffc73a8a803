/** Draws the small and thin objects. */
import type { Point } from './pixelCanvas';
import { hsl } from './classes';
import { object, onGround } from './drawing';
import type { Drawer } from './drawing';

export const details: Record<'balloon' | 'pole' | 'sign' | 'bird', Drawer> = {
  balloon({ canvas, horizon, unit }, random, { variant }, classId) {
    return Array.from({ length: random.integer(1, 3) }, () => {
      const radius = Math.exp(random.normal(1.2, 0.45)) * unit;
      const centre: Point = [
        random.uniform(0.05, 0.95) * canvas.width,
        random.uniform(0.15, 0.85) * horizon,
      ];
      const hue = random.uniform();
      const colours = [hsl(hue, 0.75, 0.5), hsl(hue + 0.33, 0.6, 0.8)] as const;
      const material = variant % 2 === 0 ? 'gores' : 'rings';
      const extent: Point = [radius, (variant > 1 ? 0.6 : 1.15) * radius];
      const index = canvas.add(object(classId, material, colours, centre, extent, random));
      const draw = () => {
        canvas.ellipse(index, centre, extent);
        const basket = centre[1] + extent[1] + 0.5 * radius;
        canvas.bar(index, [centre[0], centre[1]], [centre[0], basket], 0.35 * radius);
      };
      return { depth: 1.2, draw };
    });
  },

  pole(setting, random, { variant }, classId) {
    const { canvas, unit } = setting;
    return onGround(setting, random, random.integer(1, 3), (x, base, scale) => {
      const height = random.uniform(18, 45) * scale * unit;
      const thickness = random.uniform(0.5, 1.6) * scale * unit;
      const tone = hsl(0.6, 0.05, random.uniform(0.2, 0.75));
      const colours = [tone, variant === 0 ? tone : hsl(0.17 * variant, 0.7, 0.5)] as const;
      const extent: Point = [Math.max(0.5, thickness / 2), height / 2];
      const centre: Point = [x, base - height / 2];
      const index = canvas.add(object(classId, 'rings', colours, centre, extent, random));
      canvas.bar(index, [x, base], [x, base - height], thickness);
      if (random.chance(0.4)) {
        const arm = random.pick([-1, 1]) * random.uniform(3, 7) * scale * unit;
        canvas.bar(index, [x, base - height], [x + arm, base - height], thickness);
      }
    });
  },

  sign(setting, random, { variant }, classId) {
    const { canvas, unit } = setting;
    return onGround(setting, random, random.integer(1, 2), (x, base, scale) => {
      const radius = Math.max(1, random.uniform(1.1, 2.6) * scale * unit);
      const y = base - random.uniform(7, 13) * scale * unit;
      const hue = random.pick([0, 0.6, 0.14]) + 0.23 * variant;
      const colours = [hsl(hue, 0.8, 0.45), hsl(hue, 0.1, 0.92)] as const;
      const plate = object(classId, 'plate', colours, [x, y], [radius, radius], random);
      const index = canvas.add(plate);
      const grey = [hsl(0.6, 0.03, 0.5), hsl(0.6, 0.03, 0.5)] as const;
      const post = canvas.add(object(classId, 'plain', grey, [x, y], [1, base - y], random));
      canvas.bar(post, [x, base], [x, y], Math.max(1, 0.3 * radius));
      const sides = [3, 4, 8][(variant + random.integer(0, 1)) % 3];
      const turn = sides === 4 ? 0 : Math.PI / 2;
      const corner = (_: unknown, i: number): Point => {
        const angle = (2 * Math.PI * i) / sides - turn;
        return [x + 1.1 * radius * Math.cos(angle), y + 1.1 * radius * Math.sin(angle)];
      };
      canvas.polygon(index, Array.from({ length: sides }, corner));
    });
  },

  bird({ canvas, horizon, unit }, random, { variant }, classId) {
    const tone = hsl(
      0.6 + 0.3 * variant,
      0.3 + 0.2 * Math.min(2, variant),
      variant === 0 ? 0.1 : 0.4,
    );
    const flock: Point = [random.uniform(0.1, 0.9), random.uniform(0.1, 0.8)];
    return Array.from({ length: random.integer(1, 5) }, () => {
      const x = (flock[0] + random.normal(0, 0.07)) * canvas.width;
      const y = (flock[1] + random.normal(0, 0.05)) * horizon;
      const span = random.uniform(0, 2.2) * unit;
      const index = canvas.add(
        object(classId, 'plain', [tone, tone], [x, y], [span, span], random),
      );
      const draw = () => {
        canvas.dot(index, x, y);
        if (span < 1) return;
        canvas.bar(index, [x, y], [x - span, y - 0.6 * span], 0.9);
        canvas.bar(index, [x, y], [x + span, y - 0.6 * span], 0.9);
      };
      return { depth: 9, draw };
    });
  },
};
