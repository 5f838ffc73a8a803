import { describe, expect, it } from 'vitest';
import { gradientsOverTrainingFigure } from '../../lib/figures/gradientsOverTraining';
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
    expect(figure.caption).toContain('CE: 30 %; PAT: without a score; dashed: all Road');
  });

  it('says which data it is of, has whole epochs as ticks, and a loss axis that the losses fill', () => {
    const one = trainingCurvesFigure([{ label: 'CE', epochs: [metrics(1, 2, 0.1)] }], { dataset });
    expect(one.layout.legend?.title?.text).toBe(dataset);
    expect(one.layout.xaxis).toMatchObject({ range: [0, 1.02], dtick: 1 });
    const [low, high] = (one.layout.yaxis?.range as number[]).map((end) => 10 ** end);
    expect(low).toBeGreaterThan(1.8);
    expect(high).toBeLessThan(4.4);
    const none = trainingCurvesFigure([{ label: 'CE', epochs: [] }], { dataset, totalEpochs: 3 });
    expect(none.layout.yaxis?.range).toEqual([-1, 1]); // 0.1, 1, 10
  });

  it('thins long step curves, draws a run without epochs, and throws without runs', () => {
    const steps = Array.from({ length: 1000 }, (_, i) => ({ epoch: i / 100, loss: 1 }));
    const [thin] = trainingCurvesFigure([{ label: 'CE', epochs: [], steps }], { dataset }).data;
    expect((thin as { x: number[] }).x).toHaveLength(334);
    expect(() => trainingCurvesFigure([], { dataset })).toThrow(/trainingCurvesFigure: runs/);
  });
});

describe('gradientsOverTrainingFigure', () => {
  const course = (className: string, group: 'head' | 'body' | 'tail', norms: number[]) => {
    return { classId: 0, className, group, pixels: 10, norms, coefficients: null };
  };
  const history = (label: string, perMask: boolean, smallest: number) => ({
    label,
    perMask,
    epochs: [1, 2],
    classes: [course('Road', 'head', [1, 0.5]), course('Pole', 'tail', [smallest, smallest / 2])],
    ranges: [1 / smallest, 1 / smallest],
  });
  const pat = history('PAT', true, 0.25);
  const weighted = pat.classes.map((one) => ({ ...one, coefficients: [1.2, 0.6] }));
  const histories = [history('CE', false, 0.01), { ...pat, classes: weighted }];
  const figure = gradientsOverTrainingFigure(histories, { dataset: 'CamVid' });

  it('draws a panel of norms for each loss on one scale, and β of PAT', () => {
    expect(figure.data).toHaveLength(6);
    expect(figure.data[1]).toMatchObject({ name: 'Pole', y: [0.01, 0.005], xaxis: 'x' });
    expect(figure.data[3]).toMatchObject({ name: 'Pole', y: [0.25, 0.125], xaxis: 'x2' });
    expect(figure.data[5]).toMatchObject({ y: [1.2, 0.6], xaxis: 'x3' });
    expect(figure.layout.yaxis?.range).toEqual(figure.layout.yaxis2?.range);
    expect(figure.layout.yaxis3?.type).not.toBe('log');
    expect(figure.rows.map(({ loss, coefficient }) => [loss, coefficient])).toContainEqual([
      'CE',
      null,
    ]);
    const patFirst = gradientsOverTrainingFigure([...histories].reverse(), { dataset: 'CamVid' });
    expect(patFirst.data[5]).toMatchObject({ y: [1.2, 0.6], xaxis: 'x3' });
  });

  it('has no panel of β without PAT', () => {
    const plain = gradientsOverTrainingFigure(histories.slice(0, 1), { dataset: 'CamVid' });
    expect(plain.data).toHaveLength(2);
    expect(plain.layout).not.toHaveProperty('yaxis2');
    expect(plain.caption).not.toContain('β');
  });

  it('tells head and tail by colour, the classes of each by dashes and marker', () => {
    const two = history('CE', false, 0.01);
    const classes = [...two.classes, course('Sky', 'head', [1, 1])];
    const { data } = gradientsOverTrainingFigure([{ ...two, classes }], { dataset: 'CamVid' });
    const looks = (
      data as { line: { color: string; dash: string }; marker: { symbol: string } }[]
    ).map(({ line, marker }) => [line.color, line.dash, marker.symbol]);
    expect(looks).toEqual([
      ['#0072B2', 'solid', 'circle'],
      ['#D55E00', 'solid', 'square'],
      ['#0072B2', 'dash', 'diamond'],
    ]);
  });

  it('lists each class and epoch, and names data and ranges', () => {
    expect(figure.rows).toHaveLength(8);
    expect(figure.rows[3]).toMatchObject({
      loss: 'CE',
      class: 'Pole',
      epoch: 2,
      gradientNorm: 0.005,
    });
    expect(figure.caption).toContain('CE: 100 → 100; PAT: 4 → 4');
    expect(() => gradientsOverTrainingFigure([], { dataset: '' })).toThrow(/histories/);
  });
});
