/** The setting of `--scale small`: minutes on a laptop for some hundred images. */

/** In place of the paper's 256×256, width 32, 100 epochs and 8 images a batch. */
export const smallScale = {
  dataset: { size: [96, 128] },
  model: { width: 8 },
  epochs: 10,
  batchSize: 4,
};

/** A configuration (as from a file, not yet checked) with the small setting wherever it says nothing itself. */
export function atSmallScale(input: unknown): unknown {
  return withDefaults(input, smallScale);
}

function withDefaults(given: unknown, defaults: object): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const own = new Map<string, unknown>(Object.entries(given));
  const merged = Object.entries(defaults).map(([key, value]: [string, unknown]) => {
    if (!own.has(key)) return [key, value] as const;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [key, isObject ? withDefaults(own.get(key), value) : own.get(key)] as const;
  });
  return { ...given, ...Object.fromEntries(merged) };
}
