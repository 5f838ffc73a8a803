import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Colour, Sample } from '../../lib/datasets/datasetTypes';
import { predictionsFigure } from '../../lib/figures/predictions';
import { headingStyle, textPixels, wrapWords } from '../../lib/figures/predictions/text';
import { VENUES, drawingWidth, printLayout } from '../../lib/print/style';
import type { VenueName } from '../../lib/print/style';

const palette: Colour[] = [
  [128, 128, 128],
  [128, 64, 128],
  [192, 192, 128],
];
const style = {
  title: 'CamVid',
  split: 'valid',
  classNames: ['Sky', 'Road', 'Pole'],
  palette,
  ignoreIndex: 255,
} as const;
const sample = (name: string): Sample => {
  const labels = Uint8Array.of(0, 0, 1, 255);
  return { name, height: 2, width: 2, image: new Uint8Array(12), labels };
};
const rows = [
  { sample: sample('a'), title: 'best', predictions: [Uint8Array.of(0, 1, 1, 1)] },
  { sample: sample('b'), predictions: [Uint8Array.of(0, 0, 1, 0)] },
];
const columns = ['PAT'];
const errors = true;

/** Colours of a picture, `[pixel][channel]`. */
async function pixels(source: unknown): Promise<number[][]> {
  const bytes = Buffer.from(String(source).split(',')[1], 'base64');
  const raw = await sharp(bytes).removeAlpha().raw().toBuffer();
  return Array.from({ length: raw.length / 3 }, (_, i) => [...raw.subarray(3 * i, 3 * i + 3)]);
}

describe('predictionsFigure', () => {
  it('draws image, label and prediction in a row, the errors below the prediction', async () => {
    const { layout } = await predictionsFigure(rows, style, { columns, errors });
    const images = layout.images ?? [];
    expect(images).toHaveLength(8);
    expect(images.slice(0, 4).map(({ x }) => Math.floor(x as number))).toEqual([0, 1, 2, 2]);
    const [top, , , error, next] = images.map(({ y }) => y as number);
    expect(error).toBeCloseTo(top - 1, 9); // tiles are square
    expect(next).toBeLessThan(error - 1);
  });

  it('colours the maps by the palette, and the errors by correct, wrong and ignored', async () => {
    const { layout } = await predictionsFigure(rows, style, { columns, errors });
    const sources = (layout.images ?? []).map(({ source }) => source);
    const [sky, road] = palette;
    expect(await pixels(sources[1])).toEqual([sky, sky, road, [0, 0, 0]]);
    expect(await pixels(sources[2])).toEqual([sky, road, road, road]);
    const [correct, wrong] = [
      [232, 232, 232],
      [213, 94, 0],
    ];
    expect(await pixels(sources[3])).toEqual([correct, wrong, correct, [0, 0, 0]]);
    expect(await pixels(sources[7])).toEqual([correct, correct, correct, [0, 0, 0]]);
  });

  it('gives wrong pixels a colour that no class has', async () => {
    const taken = { ...style, palette: [...palette.slice(0, 2), [210, 100, 10] as const] };
    const { layout, data } = await predictionsFigure(rows, taken, { columns, errors });
    expect((await pixels(layout.images?.[3].source))[1]).toEqual([150, 0, 120]);
    expect(data[data.length - 1]).toMatchObject({ marker: { color: 'rgb(150,0,120)' } });
  });

  it('writes headings, titles and the mean IoU of each image', async () => {
    const { layout } = await predictionsFigure(rows, style, { columns, errors });
    const texts = (layout.annotations ?? []).map(({ text }) => text);
    const headings = ['Image', 'Label', 'PAT', 'best', ''];
    // a: Sky 1/2, Road 1/2; b: all correct.
    expect(texts).toEqual([
      ...headings,
      ...['', 'mean IoU, %', '50.0'],
      ...['', 'mean IoU, %', '100.0'],
    ]);
  });

  it('writes the group of neighbouring columns once', async () => {
    const three = [{ ...rows[0], predictions: [0, 1, 2].map(() => rows[0].predictions[0]) }];
    const { layout, caption } = await predictionsFigure(three, style, {
      columns: ['CE', 'PAT', 'CE'],
      groups: ['SegNet', 'SegNet', 'UNet'],
    });
    const found = (layout.annotations ?? []).filter(({ text }) => /Net/.test(text ?? ''));
    expect(found.map(({ text, x }) => [text, x])).toEqual([
      ['SegNet', 3],
      ['UNet', 4.5],
    ]);
    expect(layout.shapes).toHaveLength(2);
    expect(caption).toContain('CE (SegNet); PAT (SegNet); CE (UNet)');
  });

  it.each(Object.keys(VENUES) as VenueName[])(
    'fits %s: no heading is wider than its column, and the legend has room',
    async (venue) => {
      const heads = ['CE', 'CB Focal, γ = 0.5', 'PAT, τ = 2', 'LDAM', 'BMS', 'BLV', 'CB', 'Focal'];
      const many = [{ ...rows[0], predictions: heads.map(() => rows[0].predictions[0]) }];
      const figure = await predictionsFigure(many, style, { columns: heads, errors });
      const { height = 0, margin, xaxis, yaxis, annotations } = printLayout(figure, venue);
      const width = drawingWidth(venue) - (margin?.l ?? 0) - (margin?.r ?? 0);
      const unit = width / (xaxis?.range?.[1] as number);
      const headings = (annotations ?? []).slice(0, 10);
      for (const { text = '', textangle } of headings) {
        const lines = text.split('<br>');
        const across = textangle === '-90' ? 14 * lines.length : Math.max(...lines.map(textPixels));
        expect(across).toBeLessThanOrEqual(unit);
      }
      const plot = -(yaxis?.range?.[0] as number) * unit;
      // One legend line of 19 px where all five entries fit beside each other, else two.
      const legend = height - (margin?.t ?? 0) - (margin?.b ?? 0) - plot;
      expect(legend).toBeCloseTo(8 + (venue === 'ieee' ? 38 : 19), 6);
    },
  );

  it('names the classes that occur, and what is correct and wrong', async () => {
    const { data } = await predictionsFigure(rows, style, { columns, errors });
    const names = data.map((trace) => ('name' in trace ? trace.name : ''));
    expect(names).toEqual(['Sky', 'Road', 'void (ignored)', 'correct pixel', 'wrong pixel']);
    expect((await predictionsFigure(rows, style, { columns })).data).toHaveLength(3);
  });

  it('counts labelled, predicted and right pixels, ignored ones left out', async () => {
    const figure = await predictionsFigure(rows, style, { columns, rule: 'By rule.' });
    const what = { dataset: 'CamVid', image: 'a', prediction: 'PAT', imageMeanIoU: 0.5 };
    expect(figure.rows.slice(0, 2)).toEqual([
      { ...what, classId: 0, class: 'Sky', labelled: 2, predicted: 1, right: 1 },
      { ...what, classId: 1, class: 'Road', labelled: 1, predicted: 2, right: 1 },
    ]);
    expect(figure.caption).toContain('CamVid (valid): image, label, and predictions of PAT;');
    expect(figure.caption).toContain('By rule. Rows: a, b.');
  });

  it('throws for missing rows, columns, maps, and maps of another size', async () => {
    const draw = (given: typeof rows, heads: string[]) =>
      predictionsFigure(given, style, { columns: heads });
    await expect(draw([], columns)).rejects.toThrow('predictionsFigure: rows');
    await expect(draw(rows, [])).rejects.toThrow('predictionsFigure: columns');
    await expect(draw(rows, ['PAT', 'CE'])).rejects.toThrow('predictions of a must be 2 maps');
    const short = [{ ...rows[0], predictions: [Uint8Array.of(0)] }];
    await expect(draw(short, columns)).rejects.toThrow('predictions of a');
  });
});

describe('headings and titles', () => {
  it('lie where every part fits, and are turned where one does not', () => {
    expect(headingStyle(['CE', 'PAT, τ = 2'], 60)).toEqual({
      lines: [['CE'], ['PAT', 'τ = 2']],
      turned: false,
      pixels: 32,
    });
    expect(headingStyle(['CE', 'PAT, τ = 2'], 30)).toMatchObject({ turned: true, pixels: 35 });
  });

  it('wrap between words', () => {
    expect(wrapWords('rarest class: Pole', 14 * 7)).toEqual(['rarest class:', 'Pole']);
    expect(wrapWords('unbreakable', 7)).toEqual(['unbreakable']);
  });
});
