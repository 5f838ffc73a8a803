import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../lib/judge';
import type { Judgement, JudgeOptions } from '../../lib/judge';
import { writeSafetensors } from '../../lib/models/safetensors';
import { palettePng } from '../../lib/training/palettePng';
import { asHalves, colourPng, greyPng, inFolder, npy } from './files';

const size = { height: 4, width: 6 };
const halves = Array.from({ length: 24 }, (_, i) => (i % 6 < 3 ? 0 : 1));
const label = greyPng({ ...size, ids: halves });
const wrong = greyPng({ ...size, ids: halves.map((id, i) => (i < 3 ? 1 : id)) });

type Files = Parameters<typeof inFolder>[0];

/** Judges predictions in `p/` (and others named) of labels in `label/`. */
function judged(
  files: Files,
  options: Partial<JudgeOptions> = {},
  names: readonly string[] = ['p'],
): Promise<Judgement & { notes: string[] }> {
  return inFolder(files, async (folder) => {
    const notes: string[] = [];
    const judgement = await judge({
      labels: { folder: path.join(folder, 'label') },
      ...(options.classes ? {} : { numClasses: 2 }),
      predictions: names.map((name) => ({ name, place: path.join(folder, name) })),
      resamples: 50,
      threads: 0,
      onNote: (note) => void notes.push(note),
      ...options,
      ...(options.classes ? { classes: path.join(folder, options.classes) } : {}),
    });
    return { ...judgement, notes };
  });
}

const scoreOf = ({ methods: [{ scores }] }: Judgement, score: 'meanIoUD' | 'pixelAccuracy') =>
  scores[score]?.mean;

describe('judge', () => {
  const three = { 'label/a.png': label, 'label/b.png': label, 'label/c.png': label };

  it('names what is missing, too much or damaged, and takes the image out for all methods', async () => {
    const files = {
      ...three,
      'label/d.png': label,
      ...{ 'p/a.png': wrong, 'p/b.png': label, 'p/c.png': label, 'p/d.png': label },
      ...{ 'q/a.png': label, 'q/c.png': Buffer.from('torn'), 'q/d.png': label },
      ...{ 'q/e.png': label, 'q/notes.txt': 'x' },
    };
    const found = await judged(files, {}, ['p', 'q']);
    expect(found.names).toEqual(['a', 'd']);
    expect(found.leftOut).toEqual(['b', 'c']);
    expect(
      found.problems.map(({ kind, method, name }) => [kind, method, path.basename(name)]),
    ).toEqual([
      ['missing', 'q', 'b'],
      ['extra', 'q', 'e'],
      ['extra', 'q', 'notes.txt'],
      ['unreadable', 'q', 'c'],
    ]);
    expect(found.notes.join('\n')).toMatch(/q: 1 file without a prediction \(b: /);
    expect(found.notes.join('\n')).toMatch(/2 images left out for all methods \(b, c\); 2 scored/);
    // Both are scored on a and d: one of 12 pixels of class 0 in 24 is wrong three times over two images.
    expect(scoreOf(found, 'pixelAccuracy')).toBeCloseTo(45 / 48, 12);
    expect(found.comparisons[0]).toMatchObject({ a: 'p', b: 'q', score: 'meanIoUD' });
    await expect(judged(files, { strict: true }, ['p', 'q'])).rejects.toThrow(
      /refused, as asked \(strict\)\. q: 1 file without a prediction/,
    );
  });

  it('names ids that are no class, with their pixels, and looks at none under void', async () => {
    const high = halves.map((id, i) => (i < 2 ? 7 : i === 2 ? 255 : id));
    const own = { 'p/a.png': label, 'p/b.png': greyPng({ ...size, ids: high }), 'p/c.png': label };
    const found = await judged({ ...three, ...own });
    expect(found.names).toEqual(['a', 'c']);
    expect(found.problems).toHaveLength(1);
    expect(found.problems[0].kind).toBe('outside');
    expect(found.problems[0].text).toMatch(
      /b\.png must be class ids 0–1.*got 7 \(2 pixels\), 255 \(1 pixels\)/,
    );
    const hidden = greyPng({ ...size, ids: halves.map((id, i) => (i < 3 ? 255 : id)) });
    const under = await judged({ 'label/b.png': hidden, 'p/b.png': own['p/b.png'] });
    expect(under.problems).toEqual([]);
    expect(scoreOf(under, 'meanIoUD')).toBe(1);
  });

  it('takes an image out whose label has an id that is no class', async () => {
    const bad = greyPng({ ...size, ids: halves.map((id, i) => (i === 0 ? 9 : id)) });
    const all = { 'p/a.png': label, 'p/b.png': label, 'p/c.png': label };
    const found = await judged({ ...three, 'label/b.png': bad, ...all });
    expect(found.names).toEqual(['a', 'c']);
    expect(found.problems[0].text).toMatch(/label values in .*b\.png .*got 9 \(1 pixels\)/);
  });

  it('resizes predictions of another size with a note, or refuses them', async () => {
    const large = greyPng({
      height: 8,
      width: 12,
      ids: Array.from({ length: 96 }, (_, i) => (i % 12 < 6 ? 0 : 1)),
    });
    const files = { 'label/a.png': label, 'p/a.png': large };
    const found = await judged(files);
    expect(scoreOf(found, 'meanIoUD')).toBe(1);
    expect(found.notes).toEqual([
      'p: 1 file of another size than their label, resized (a: 8×12 → 4×6)',
    ]);
    await expect(judged(files, { strict: true })).rejects.toThrow(/8×12 → 4×6/);
  });

  it('reads 16 bits, palettes by index, and colours of classes.json', async () => {
    const many = { ...size, ids: halves.map((id) => 300 * id), wide: true };
    const wide = await judged(
      { 'label/a.png': greyPng(many), 'p/a.png': greyPng(many) },
      { numClasses: 301, ignore: 65_535 },
    );
    expect(wide.pixels[300]).toBe(12);
    expect(scoreOf(wide, 'meanIoUD')).toBe(1);
    const classes = JSON.stringify({
      classes: [
        { name: 'road', colour: [128, 64, 128], value: 7 },
        { name: 'sky', colour: [70, 130, 180], value: 23 },
      ],
      ignoreIndex: 0,
    });
    const colours = halves.map((id) => (id === 0 ? [128, 64, 128] : [70, 130, 180]));
    const stored = greyPng({
      ...size,
      ids: halves.map((id, i) => (i === 0 ? 0 : id === 0 ? 7 : 23)),
    });
    const files = {
      'classes.json': classes,
      'label/a.png': stored,
      'p/a.png': colourPng(4, 6, colours),
    };
    const found = await judged(files, { classes: 'classes.json' });
    expect(found.classNames).toEqual(['road', 'sky']);
    expect(found.pixels).toEqual([11, 12]);
    expect(scoreOf(found, 'meanIoUD')).toBe(1);
    const unknown = {
      ...files,
      'p/a.png': colourPng(
        4,
        6,
        colours.map((one, i) => (i === 5 ? [1, 2, 3] : one)),
      ),
    };
    await expect(judged(unknown, { classes: 'classes.json' })).rejects.toThrow(
      /\[1, 2, 3\].*row 0, column 5/,
    );
    const palette = palettePng(halves, {
      ...size,
      palette: [
        [1, 2, 3],
        [9, 9, 9],
      ],
    });
    expect(scoreOf(await judged({ 'label/a.png': label, 'p/a.png': palette }), 'meanIoUD')).toBe(1);
  });

  it('finds files by name in folders, and by suffixes as Cityscapes and mmsegmentation have them', async () => {
    const stem = 'frankfurt_000000_000294';
    const files = {
      [`label/frankfurt/${stem}_gtFine_labelTrainIds.png`]: label,
      [`label/frankfurt/${stem}_gtFine_color.png`]: label,
      [`p/${stem}_leftImg8bit.png`]: label,
    };
    const found = await judged(files, { predictionSuffix: '_leftImg8bit' }).catch(
      (error: Error) => error.message,
    );
    expect(found).toMatch(/no image has a label and a prediction/);
    const judgement = await inFolder(files, (folder) =>
      judge({
        labels: { folder: path.join(folder, 'label'), suffix: '_gtFine_labelTrainIds' },
        numClasses: 19,
        predictions: [{ name: 'p', place: path.join(folder, 'p') }],
        predictionSuffix: '_leftImg8bit',
        resamples: 10,
      }),
    );
    expect(judgement.names).toEqual([stem]);
    expect(judgement.problems).toEqual([]);
  });

  it('pools seeds of one name, and refuses one seed twice', async () => {
    const files = { ...three, ...named('p0', wrong), ...named('p1', label), ...named('q', label) };
    const found = await inFolder(files, (folder) =>
      judge({
        labels: { folder: path.join(folder, 'label') },
        numClasses: 2,
        predictions: [
          { name: 'p', seed: 1, place: path.join(folder, 'p1') },
          { name: 'p', seed: 0, place: path.join(folder, 'p0') },
          { name: 'q', place: path.join(folder, 'q') },
        ],
        resamples: 200,
      }),
    );
    expect(found.methods.map(({ name, runs }) => [name, runs.map(({ seed }) => seed)])).toEqual([
      ['p', [0, 1]],
      ['q', [0]],
    ]);
    expect(found.methods[0].scores.pixelAccuracy?.mean).toBeCloseTo((21 / 24 + 1) / 2, 12);
    const [one] = found.comparisons.filter(({ score }) => score === 'pixelAccuracy');
    expect(one.difference).toBeCloseTo(-3 / 48, 12);
    // Three equal images say nothing of noise; two seeds that far apart do.
    expect(one.low ?? 0).toBeLessThan(-3 / 48);
    expect(one.high ?? 0).toBeGreaterThan(0);
    const twice = judged({ 'label/a.png': label, 'p/a.png': label }, {}, ['p', 'p']);
    await expect(twice).rejects.toThrow(/each method and seed once.*p#0=…, p#1=…/);
  });

  it('says what is wrong with arrays', async () => {
    const values = Array.from({ length: 48 }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 0.75 : 0.25));
    const with_ = (array: Buffer, options: Partial<JudgeOptions> = {}) =>
      judged({ 'label/a.png': label, 'p/a.npy': array }, options);
    await expect(with_(npy([2, 4, 6], values))).rejects.toThrow(
      /\[H,W,2\], got \[2,4,6\].*--layout chw/,
    );
    await expect(
      with_(
        npy(
          [4, 6, 2],
          values.map((one) => 3 * one),
        ),
      ),
    ).rejects.toThrow(/add up to 1.*--values logits/);
    await expect(with_(npy([4, 6, 2], values, '<f8'))).rejects.toThrow(
      /float16 or float32.*astype/,
    );
    await expect(with_(npy([4, 6, 2], values.slice(2)))).rejects.toThrow(/192, for 4×6×2/);
    expect((await with_(npy([1, 4, 6, 2], values))).methods[0].scores.ece).not.toBeNull();
    await expect(with_(npy([4, 6, 2], values), { decisions: ['adjusted'] })).rejects.toThrow(
      /--train-labels DIR or --prior FILE/,
    );
    const maps = judged({ 'label/a.png': label, 'p/a.png': label }, { decisions: ['dice'] });
    await expect(maps).rejects.toThrow(/need probabilities, got PNG files alone/);
  });

  it('decides by Dice and IoU with masks that may overlap: no pixel accuracy, no outlines', async () => {
    const values = halves.flatMap((id) => (id === 0 ? [0.8, 0.2] : [0.45, 0.55]));
    const found = await judged(
      { 'label/a.png': label, 'p/a.npy': npy([4, 6, 2], values) },
      { decisions: ['argmax', 'dice', 'iou'] },
    );
    expect(found.methods.map(({ name }) => name)).toEqual([
      'p',
      'p (Dice-optimal)',
      'p (IoU-optimal)',
    ]);
    const [, dice] = found.methods;
    expect(dice.scores.pixelAccuracy).toBeNull();
    expect(dice.scores.boundaryIoUD).toBeNull();
    expect(dice.scores.meanDiceD).not.toBeNull();
  });

  it('chooses the strength of the adjustment on validation predictions', async () => {
    // Class 1 is rare in training and always a little too unsure: any strength that is large enough finds it.
    const p = halves.flatMap((id) => (id === 0 ? [0.95, 0.05] : [0.6, 0.4]));
    const files = {
      'label/a.png': label,
      'p/a.npy': npy([4, 6, 2], p),
      'valid/a.npy': npy([4, 6, 2], p),
    };
    const found = await inFolder(files, (folder) =>
      judge({
        labels: { folder: path.join(folder, 'label') },
        numClasses: 2,
        predictions: [{ name: 'p', place: path.join(folder, 'p') }],
        decisions: ['argmax', 'adjusted'],
        trainingPixels: [90, 10],
        validation: {
          labels: path.join(folder, 'label'),
          predictions: [{ name: 'p', place: path.join(folder, 'valid') }],
        },
        resamples: 10,
      }),
    );
    expect(found.methods.map(({ name }) => name)).toEqual(['p', 'p (adjusted, t = 0.25)']);
    expect(found.methods[0].scores.meanIoUD?.mean).toBeLessThan(0.5);
    expect(found.methods[1].scores.meanIoUD?.mean).toBe(1);
    expect(found.thirdsBy).toBe('training split');
  });

  it('scores in threads as it does without', async () => {
    const files = { ...three, 'p/a.png': wrong, 'p/b.png': label, 'p/c.png': wrong };
    const alone = await judged(files);
    const inThreads = await judged(files, { threads: 2 });
    expect({ ...inThreads, notes: [] }).toEqual({ ...alone, notes: [] });
  });

  it('reads half floats of safetensors', async () => {
    const bits = halves.flatMap((id) => (id === 0 ? [0x3a00, 0x3400] : [0x3400, 0x3a00])); // 0.75, 0.25
    const scores = await inFolder({ 'label/a.png': label }, async (folder) => {
      const file = path.join(folder, 'a.safetensors');
      const tensor = {
        shape: [4, 6, 2],
        values: Uint8Array.from(new Uint8Array(Uint16Array.from(bits).buffer)),
      };
      await writeSafetensors(file, new Map([['a', { ...tensor, shape: [96] }]]));
      await asHalves(file, [4, 6, 2]);
      return judge({
        labels: { folder: path.join(folder, 'label') },
        numClasses: 2,
        predictions: [{ name: 'p', place: file }],
        resamples: 10,
      });
    });
    expect(scores.methods[0].scores.meanIoUD?.mean).toBe(1);
    expect(scores.methods[0].scores.ece?.mean).toBeCloseTo(0.25, 12);
  });
});

function named(folder: string, png: Promise<Buffer>): Files {
  return Object.fromEntries(['a', 'b', 'c'].map((name) => [`${folder}/${name}.png`, png]));
}
