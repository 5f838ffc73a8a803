import { describe, expect, it } from 'vitest';
import type { Sample } from '../../lib/datasets/types';
import { gradientsOverTrainingFigure } from '../../lib/figures/gradientsOverTraining';
import { predictionsFigure } from '../../lib/figures/predictions';
import { trainingCurvesFigure } from '../../lib/figures/trainingCurves';

describe('trainingCurvesFigure', () => {
  const metrics = (epoch: number, trainLoss: number, meanIoU: number | null) => {
    const other = { step: 10 * epoch, validLoss: 2 * trainLoss, pixelAccuracy: 0.8, meanDice: 0.4 };
    const gradientNorm = { mean: 1, max: 2 };
    return {
      epoch,
      trainLoss,
      meanIoU,
      iou: [],
      learningRate: 1e-3,
      gradientNorm,
      seconds: epoch,
      ...other,
    };
  };
  const runs = [
    { label: 'CE', epochs: [metrics(1, 2, 0.1), metrics(2, 1, 0.3)] },
    { label: 'PAT', epochs: [metrics(1, 20, null)], steps: [{ epoch: 0.5, loss: 25 }] },
  ];
  const dataset = 'CamVid 96×128';
  const baseline = { label: 'all Road', meanIoU: 0.027 };
  const figure = trainingCurvesFigure(runs, { dataset, baseline, totalEpochs: 15 });

  it('draws steps, training and validation loss, and mean IoU in percent, of each run', () => {
    expect(figure.data).toHaveLength(9);
    expect(figure.data.slice(0, 4)).toMatchObject([
      { x: [], y: [] },
      { x: [1, 2], y: [2, 1], line: { dash: 'dot' } },
      { x: [1, 2], y: [4, 2] },
      { x: [1, 2], y: [10, 30], xaxis: 'x2' },
    ]);
    expect(figure.data[4]).toMatchObject({ x: [0.5], y: [25] });
    expect(figure.data[7]).toMatchObject({ y: [null] });
    expect(figure.data[8]).toMatchObject({ y: [2.7, 2.7], name: 'all Road' });
    expect(figure.layout.xaxis?.range).toEqual([0, 15 * 1.02]);
  });

  it('lists every epoch, and names data, scores and baseline', () => {
    expect(figure.rows).toHaveLength(3);
    expect(figure.rows[1]).toMatchObject({ run: 'CE', epoch: 2, validLoss: 2, meanIoU: 0.3 });
    expect(figure.caption).toContain(dataset);
    expect(figure.caption).toContain('CE 30 %, PAT without a score; dashed: all Road');
  });

  it('thins long step curves, draws a run without epochs, and throws without runs', () => {
    const steps = Array.from({ length: 1000 }, (_, i) => ({ epoch: i / 100, loss: 1 }));
    const [thin] = trainingCurvesFigure([{ label: 'CE', epochs: [], steps }], { dataset }).data;
    expect((thin as { x: number[] }).x).toHaveLength(334);
    expect(() => trainingCurvesFigure([], { dataset })).toThrow(/trainingCurvesFigure: runs/);
  });
});

describe('predictionsFigure', () => {
  const style = {
    title: 'CamVid',
    split: 'valid',
    classNames: ['Sky', 'Road', 'Pole'],
    palette: [
      [128, 128, 128],
      [128, 64, 128],
      [192, 192, 128],
    ],
    ignoreIndex: 255,
  } as const;
  const sample = (name: string): Sample => {
    const labels = Uint8Array.of(0, 0, 1, 255);
    return { name, height: 2, width: 2, image: new Uint8Array(12), labels };
  };
  const rows = [
    { sample: sample('a'), title: 'gain', predictions: [Uint8Array.of(0, 1, 1, 1)] },
    { sample: sample('b'), predictions: [Uint8Array.of(0, 0, 1, 0)] },
  ];
  const columns = ['PAT'];

  it('draws image, label, prediction and errors in a grid', async () => {
    const { layout } = await predictionsFigure(rows, style, { columns, errors: true });
    const places = (layout.images ?? []).map(({ x, y }) => [
      Math.floor(x as number),
      -Math.ceil(y as number),
    ]);
    expect(places.slice(0, 5)).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [0, 1],
    ]);
    const texts = (layout.annotations ?? []).map(({ text }) => text);
    expect(texts).toEqual(['Image', 'Label', 'PAT', 'errors', 'gain', '']);
    // Four different pictures in the first row; without a mistake the error map differs from that with one.
    const sources = (layout.images ?? []).map(({ source }) => source);
    expect(new Set(sources.slice(0, 4)).size).toBe(4);
    expect(sources[7]).not.toBe(sources[3]);
    expect(sources[5]).toBe(sources[1]);
  });

  it('names the classes that occur, and what is right and wrong', async () => {
    const { data } = await predictionsFigure(rows, style, { columns, errors: true });
    const names = data.map((trace) => ('name' in trace ? trace.name : ''));
    expect(names).toEqual(['Sky', 'Road', 'void (ignored)', 'right', 'wrong']);
    expect((await predictionsFigure(rows, style, { columns })).data).toHaveLength(3);
  });

  it('counts labelled, predicted and right pixels, ignored ones left out', async () => {
    const figure = await predictionsFigure(rows, style, { columns, rule: 'By rule.' });
    const what = { dataset: 'CamVid', image: 'a', prediction: 'PAT' };
    expect(figure.rows.slice(0, 2)).toEqual([
      { ...what, classId: 0, class: 'Sky', labelled: 2, predicted: 1, right: 1 },
      { ...what, classId: 1, class: 'Road', labelled: 1, predicted: 2, right: 1 },
    ]);
    expect(figure.caption).toContain(
      'CamVid (valid): image, label, and predictions of PAT. By rule.',
    );
    expect(figure.caption).toContain('Rows: a, b.');
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

describe('gradientsOverTrainingFigure', () => {
  const course = (className: string, group: 'head' | 'body' | 'tail', norms: number[]) => {
    return { classId: 0, className, group, pixels: 10, norms, coefficients: [1.2, 0.6] };
  };
  const history = (label: string, perMask: boolean, smallest: number) => ({
    label,
    perMask,
    epochs: [1, 2],
    classes: [course('Road', 'head', [1, 0.5]), course('Pole', 'tail', [smallest, smallest / 2])],
    ranges: [1 / smallest, 1 / smallest],
  });
  const histories = [history('CE', false, 0.01), history('PAT', true, 0.25)];
  const figure = gradientsOverTrainingFigure(histories, { dataset: 'CamVid' });

  it('draws a panel of norms for each loss on one scale, and β of the last', () => {
    expect(figure.data).toHaveLength(6);
    expect(figure.data[1]).toMatchObject({ name: 'Pole', y: [0.01, 0.005], xaxis: 'x' });
    expect(figure.data[3]).toMatchObject({ name: 'Pole', y: [0.25, 0.125], xaxis: 'x2' });
    expect(figure.data[5]).toMatchObject({ y: [1.2, 0.6], xaxis: 'x3' });
    expect(figure.layout.yaxis?.range).toEqual(figure.layout.yaxis2?.range);
    expect(figure.layout.yaxis3?.type).not.toBe('log');
  });

  it('tells head and tail by dash, classes by marker', () => {
    expect(figure.data[0]).toMatchObject({ line: { dash: 'solid' }, marker: { symbol: 'circle' } });
    expect(figure.data[1]).toMatchObject({ line: { dash: 'dot' }, marker: { symbol: 'square' } });
  });

  it('lists each class and epoch, and names data and ranges', () => {
    expect(figure.rows).toHaveLength(8);
    expect(figure.rows[3]).toMatchObject({
      loss: 'CE',
      class: 'Pole',
      epoch: 2,
      gradientNorm: 0.005,
    });
    expect(figure.caption).toContain('CE 100 → 100; PAT 4 → 4');
    expect(() => gradientsOverTrainingFigure([], { dataset: '' })).toThrow(/histories/);
  });
});
