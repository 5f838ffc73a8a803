/** Finds room for the labels of points: none covers another, and as few as can be cover what is drawn. */
import { sum } from '../../statistics';

/** A rectangle by its centre; all lengths in shares of the plot's width (x) and height (y). */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A point and the size of its label. */
export type LabelledPoint = Box;

export interface Place {
  x: number;
  y: number;
}

const COLUMNS = 44;
const ROWS = 32;
const PASSES = 3;
/** Costs, where a label's distance from its point costs 1 for the width of the plot. */
const COST = { label: 100, obstacle: 2, leader: 3, crossing: 1, passage: 0.1 };

/**
 * Centres of the labels, in the order of the points, all inside the plot. Each label in turn takes the place of a grid
 * that costs least given the others: near its point, on no label, on no obstacle, its leader line across no other one,
 * through no label and through few obstacles. Since a larger plot only makes the labels smaller beside it, what is placed for the smallest fits all.
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  obstacles: readonly Box[] = [],
): Place[] {
  const places = points.map(({ x, y, width, height }): Place => ({
    x: clamp(x, width),
    y: clamp(y, height),
  }));
  const placed = new Set<number>();
  for (let pass = 0; pass < PASSES; pass++) {
    points.forEach((point, i) => {
      const others = [...placed].filter((j) => j !== i);
      const cost = (place: Place) => {
        const box = { ...place, width: point.width, height: point.height };
        const away = distance(place, point);
        const covered = obstacles.filter((obstacle) => overlap(box, obstacle)).length;
        const passed = obstacles.filter((obstacle) => leaderHits(place, point, obstacle)).length;
        const own = COST.obstacle * covered + COST.passage * passed;
        const between = others.map((j) => {
          const other = { ...points[j], ...places[j] };
          const isThrough = leaderHits(place, point, other) || leaderHits(other, points[j], box);
          return (
            COST.label * Number(overlap(box, other)) +
            COST.leader * Number(isThrough) +
            COST.crossing * Number(crosses([place, point], [other, points[j]]))
          );
        });
        return away + own + sum(between);
      };
      places[i] = cheapest(candidates(point), cost);
      placed.add(i);
    });
  }
  return places;
}

/** Whether two boxes have an area in common. */
export function overlap(a: Box, b: Box): boolean {
  return (
    2 * Math.abs(a.x - b.x) < a.width + b.width && 2 * Math.abs(a.y - b.y) < a.height + b.height
  );
}

const clamp = (at: number, length: number) => Math.min(Math.max(at, length / 2), 1 - length / 2);

const distance = (a: Place, b: Place) => Math.hypot(a.x - b.x, a.y - b.y);

/** Every place of the grid at which the label is inside the plot. */
function candidates({ width, height }: Box): Place[] {
  return Array.from({ length: COLUMNS * ROWS }, (_, n) => ({
    x: width / 2 + ((n % COLUMNS) / (COLUMNS - 1)) * (1 - width),
    y: height / 2 + (Math.floor(n / COLUMNS) / (ROWS - 1)) * (1 - height),
  }));
}

function cheapest(places: readonly Place[], cost: (place: Place) => number): Place {
  let best = places[0];
  let lowest = Infinity;
  for (const place of places) {
    const value = cost(place);
    if (value < lowest) [best, lowest] = [place, value];
  }
  return best;
}

/** Whether the line between two places runs through a box. */
function leaderHits(from: Place, to: Place, box: Box): boolean {
  const [left, right] = [box.x - box.width / 2, box.x + box.width / 2];
  const [low, high] = [box.y - box.height / 2, box.y + box.height / 2];
  const corners = [
    { x: left, y: low },
    { x: right, y: high },
    { x: left, y: high },
    { x: right, y: low },
  ];
  return (
    crosses([from, to], [corners[0], corners[1]]) || crosses([from, to], [corners[2], corners[3]])
  );
}

type Segment = readonly [Place, Place];

function crosses([a, b]: Segment, [c, d]: Segment): boolean {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

/** > 0 where c lies to the left of the way from a to b. */
function turn(a: Place, b: Place, c: Place): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
