/** From logits to what is painted. */
/** What a run says of every pixel. */
export interface Decided {
  /** `[H,W]`. */
  classes: Uint8Array;
  /** p of that class, softmax of the logits as they are, `[H,W]`. */
  confidence: Float32Array;
}

/** The class of the highest logit less `bias` (of logit adjustment) at each pixel. */
export function decide(logits: Float32Array, numClasses: number, bias: ArrayLike<number>): Decided {
  const count = logits.length / numClasses;
  const classes = new Uint8Array(count);
  const confidence = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * numClasses;
    let best = 0;
    for (let c = 1; c < numClasses; c++) {
      if (logits[at + c] - bias[c] > logits[at + best] - bias[best]) best = c;
    }
    let total = 0;
    for (let c = 0; c < numClasses; c++) total += Math.exp(logits[at + c] - logits[at + best]);
    classes[i] = best;
    confidence[i] = 1 / total;
  }
  return { classes, confidence };
}

/** 1 where the runs do not all say the same. */
export function disagreement(runs: readonly Decided[], count: number): Uint8Array {
  const apart = new Uint8Array(count);
  for (const { classes } of runs.slice(1)) {
    for (let i = 0; i < count; i++) if (classes[i] !== runs[0].classes[i]) apart[i] = 1;
  }
  return apart;
}

/** Paints the image with a colour over each pixel; `colourOf` returns null where the image shows. */
export function paint(
  canvas: HTMLCanvasElement,
  { height, width, data: rgba }: ImageData,
  opacity: number,
  colourOf: (pixel: number) => readonly number[] | null,
): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const data = new Uint8ClampedArray(rgba);
  for (let i = 0; i < height * width; i++) {
    const colour = colourOf(i);
    if (colour === null) continue;
    for (let k = 0; k < 3; k++) {
      data[4 * i + k] = (1 - opacity) * rgba[4 * i + k] + opacity * colour[k];
    }
  }
  canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
}
