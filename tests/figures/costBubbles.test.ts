import type { Annotations, Data } from 'plotly.js';
import { describe, expect, it } from 'vitest';
import { measuredOver } from '../../lib/measurement/measured';
import type { LossTrainingCost, TrainingCost } from '../../lib/measurement/trainingCost';
import { costBubblesFigure } from '../../lib/figures/costBubbles';
import { overlap, placeLabels } from '../../lib/figures/drawing/labelPlacement';
import { Random } from '../../lib/random';

type Marks = Data & {
  x: number[];
  y: number[];
  error_x: { array: number[]; arrayminus: number[] };
  marker: { size: number; line: { width: number } };
};

const loss = (
  name: 'crossEntropy' | 'pat',
  parts: Partial<LossTrainingCost> = {},
): LossTrainingCost => ({
  label: name === 'pat' ? 'PAT' : 'CE',
  loss: { name },
  epochSeconds: measuredOver([1, 2, 3]),
  timesFirst: measuredOver([1, 1, 1]),
  cpuSeconds: measuredOver([2, 3, 4]),
  peakMiB: measuredOver([400, 400, 400]),
  cpuShare: measuredOver([0.5, 0.6, 0.7]),
  gpuShare: null,
  gpuMiB: null,
  ...parts,
});

const cost = (losses: LossTrainingCost[], gpu: string | null = null): TrainingCost => ({
  machine: {
    ...{ processor: 'Example CPU', cores: 2, memoryGiB: 8, device: 'CPU', node: '20', load: 0 },
    tensorflow: '2.21',
  },
  gpu,
  ...{ dataset: 'Synthetic scenes', network: 'segnet', width: 8, size: [96, 128], steps: 12 },
  ...{ numClasses: 12, batchSize: 8, rounds: 3, foreignShare: 0.04, losses },
});

describe('costBubblesFigure', () => {
  const losses = [loss('crossEntropy'), loss('pat', { peakMiB: measuredOver([100, 100, 100]) })];
  const figure = costBubblesFigure(cost(losses));
  const marks = figure.data as Marks[];

  it('draws medians with their intervals, areas in proportion, PAT with a thick outline', () => {
    expect(marks.map(({ x, y }) => [x, y])).toEqual([
      [[2], [60]],
      [[2], [60]],
    ]);
    const { low, high } = losses[0].epochSeconds.interval!;
    expect(marks[0].error_x).toMatchObject({ array: [high - 2], arrayminus: [2 - low] });
    expect((marks[0].marker.size / marks[1].marker.size) ** 2).toBeCloseTo(4, 10);
    expect(marks[1].marker.line.width).toBeGreaterThan(marks[0].marker.line.width);
  });

  it('names the third quantity in each label, and data, network and machine in the caption', () => {
    expect(figure.layout.annotations?.map(({ text }) => text)).toEqual([
      'CE: 400 MiB',
      'PAT: 100 MiB',
    ]);
    expect(figure.caption).toMatch(
      /SegNet, width 8, on Synthetic scenes, 12 classes, 96×128.*12 steps of 8.*Example CPU, 2 cores \(others used 4 % of it\)/,
    );
    expect(figure.rows[1]).toMatchObject({
      loss: 'PAT',
      epochSeconds: 2,
      peakMiB: 100,
      gpuMiB: null,
    });
  });

  it('exchanges memory and utilization', () => {
    const swapped = costBubblesFigure(cost(losses), { vertical: 'memory' });
    expect((swapped.data as Marks[]).map(({ y }) => y)).toEqual([[400], [100]]);
    expect(swapped.layout.annotations?.[0].text).toBe('CE: 60 %');
  });

  it('takes the GPU’s numbers where every loss has them', () => {
    const onGpu = {
      gpuShare: measuredOver([0.9, 0.9, 0.9]),
      gpuMiB: measuredOver([2048, 2048, 2048]),
    };
    const all = costBubblesFigure(cost([loss('pat', onGpu)], 'Example GPU'));
    expect(all.layout.yaxis?.title).toMatchObject({ text: 'GPU utilization, %' });
    expect((all.data as Marks[])[0].y).toEqual([90]);
    expect(all.layout.annotations?.[0].text).toBe('PAT: 2048 MiB');
    expect(all.caption).toContain('Example GPU; Example CPU');
    const some = costBubblesFigure(cost([loss('pat', onGpu), loss('crossEntropy')]));
    expect(some.layout.yaxis?.title).toMatchObject({ text: 'Processor utilization, %' });
  });

  it('keeps labels and bubbles of equal losses inside the axes', () => {
    const { xaxis, yaxis, annotations = [] } = figure.layout;
    for (const { ax, ay } of annotations as Required<Annotations>[]) {
      expect(ax).toBeGreaterThan(xaxis!.range![0] as number);
      expect(ax).toBeLessThan(xaxis!.range![1] as number);
      expect(ay).toBeGreaterThan(yaxis!.range![0] as number);
      expect(ay).toBeLessThan(yaxis!.range![1] as number);
    }
  });

  it('throws without losses', () => {
    expect(() => costBubblesFigure(cost([]))).toThrow(
      /costBubblesFigure: losses must be a non-empty/,
    );
  });
});

describe('placeLabels', () => {
  const size = { width: 0.25, height: 0.08 };

  it.each([0, 1, 2, 3])(
    'covers no label by another and leaves the plot by none (seed %i)',
    (seed) => {
      const random = new Random(seed);
      const points = Array.from({ length: 8 }, () => ({
        x: random.uniform(0.4, 0.6),
        y: random.uniform(0.4, 0.6),
        ...size,
      }));
      const bubbles = points.map(({ x, y }) => ({ x, y, width: 0.07, height: 0.12 }));
      const boxes = placeLabels(points, bubbles).map((place) => ({ ...place, ...size }));
      boxes.forEach((box, i) => {
        expect(boxes.filter((other, j) => j !== i && overlap(box, other))).toEqual([]);
        expect(bubbles.filter((bubble) => overlap(box, bubble))).toEqual([]);
        expect(Math.min(box.x, 1 - box.x)).toBeGreaterThanOrEqual(size.width / 2 - 1e-9);
        expect(Math.min(box.y, 1 - box.y)).toBeGreaterThanOrEqual(size.height / 2 - 1e-9);
      });
    },
  );

  it('stays beside a point that is alone', () => {
    const [place] = placeLabels(
      [{ x: 0.5, y: 0.5, ...size }],
      [{ x: 0.5, y: 0.5, width: 0.1, height: 0.1 }],
    );
    expect(Math.hypot(place.x - 0.5, place.y - 0.5)).toBeLessThan(0.2);
  });
});
