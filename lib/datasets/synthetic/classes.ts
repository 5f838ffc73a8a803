/**
 * The classes of the synthetic scenes: what each looks like, how often it occurs, its colour in
 * label pictures.
 */
import type { Colour } from '../datasetTypes';

/**
 * How a class is drawn; `regions.ts`, `objects.ts` and `details.ts` have the geometry,
 * `materials.ts` the surface.
 */
export type Kind =
  | 'sky'
  | 'ground'
  | 'hill'
  | 'water'
  | 'building'
  | 'tree'
  | 'fence'
  | 'rock'
  | 'balloon'
  | 'pole'
  | 'sign'
  | 'bird';

export interface SceneClass {
  name: string;
  kind: Kind;
  /** 0 for the first class of its kind, 1 for the next …; shifts its colours and its texture. */
  variant: number;
  /** Probability that a scene contains it. */
  presence: number;
  palette: Colour;
}

/** Fewest and most classes a scene can have. */
export const classLimits = { min: 2, max: 40 } as const;

/** The first twelve classes, from the most to the fewest pixels. */
const basic: readonly (readonly [name: string, kind: Kind, presence: number, palette: Colour])[] = [
  ['Sky', 'sky', 1, [135, 190, 235]],
  ['Ground', 'ground', 0.97, [150, 120, 80]],
  ['Hill', 'hill', 0.7, [90, 140, 110]],
  ['Building', 'building', 0.55, [190, 70, 60]],
  ['Tree', 'tree', 0.7, [40, 110, 40]],
  ['Water', 'water', 0.4, [40, 90, 180]],
  ['Rock', 'rock', 0.5, [110, 110, 120]],
  ['Fence', 'fence', 0.35, [220, 150, 60]],
  ['Balloon', 'balloon', 0.3, [230, 60, 160]],
  ['Pole', 'pole', 0.45, [240, 220, 90]],
  ['Sign', 'sign', 0.3, [120, 60, 190]],
  ['Bird', 'bird', 0.3, [0, 200, 200]],
];

/**
 * The order in which classes join when fewer than twelve are asked for: large, medium and tiny ones
 * early.
 */
const joining: readonly Kind[] = [
  'sky',
  'tree',
  'bird',
  'ground',
  'building',
  'pole',
  'hill',
  'rock',
  'sign',
  'balloon',
  'fence',
  'water',
];

/** Kinds that come again, in other colours and textures, when more than twelve are asked for. */
const repeated: readonly Kind[] = [
  'tree',
  'rock',
  'building',
  'balloon',
  'sign',
  'pole',
  'bird',
  'fence',
];

/**
 * The first `numClasses` (2–40) classes; of more than twelve, each round of repetitions is rarer
 * than the last.
 */
export function sceneClasses(numClasses: number): SceneClass[] {
  const classes = basic
    .filter(([, kind]) => joining.indexOf(kind) < numClasses)
    .map(([name, kind, presence, palette]) => ({ name, kind, variant: 0, presence, palette }));
  for (let i = 0; classes.length < numClasses; i++) {
    const kind = repeated[i % repeated.length];
    const variant = 1 + Math.floor(i / repeated.length);
    const first = basic.find((row) => row[1] === kind) ?? basic[0];
    classes.push({
      name: `${first[0]} ${variant + 1}`,
      kind,
      variant,
      presence: first[2] * 0.55 ** variant,
      palette: hsl(0.61803 * (i + 1), 0.35 + 0.15 * (variant % 3), 0.72 - 0.12 * (i % 4)),
    });
  }
  return classes;
}

/** Colour of hue (turns), saturation and lightness in [0, 1], as bytes. */
export function hsl(hue: number, saturation: number, lightness: number): [number, number, number] {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + 12 * (hue - Math.floor(hue))) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
