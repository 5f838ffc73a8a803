/** One short run on drawn scenes, read back, shown in a cell, and asked for single images. */
import { createRequire } from 'node:module';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { tf } from '../../lib/backend';
import { trainLive } from '../../lib/notebook/trainLive';
import { classHistory } from '../../lib/results/classHistory';
import { runExperiment } from '../../lib/training/experiment';
import { chooseImages, predictSamples, scoreImages } from '../../lib/results/runPredictions';
import { ConfusionMatrix } from '../../lib/metrics';
import { readEpochs } from '../../lib/runs/epochs';
import { findRun, findRuns, readRun, runFolder } from '../../lib/runs/trainingRuns';
import type { TrainingRun } from '../../lib/runs/trainingRuns';
import { parseConfig } from '../../lib/runs/config';
import type { ExperimentInput } from '../../lib/runs/config';

const input: ExperimentInput = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 5, trainLength: 8, validLength: 3 },
  model: { name: 'segnet', width: 2 },
  loss: { name: 'pat', temperature: 2 },
  epochs: 2,
  batchSize: 4,
  logging: { classStatistics: true, tensorboard: false },
};
const folder = mkdtempSync(join(tmpdir(), 'pat-runs-'));
const finished = join(folder, 'finished');
let run: TrainingRun;

beforeAll(async () => {
  await runExperiment(input, { outDir: finished });
  run = await readRun(finished);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('a finished run', () => {
  it('is found with its record and epochs, and labelled by its loss', () => {
    expect(run.label).toBe('PAT, τ = 2');
    expect(run.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(run.record.scores.meanIoU).toBeGreaterThan(0);
  });

  it('is not found where there is none', async () => {
    expect(await findRun(join(folder, 'none'))).toBeUndefined();
    await expect(readRun(join(folder, 'none'))).rejects.toThrow('readRun: folder must hold');
    expect(await readEpochs(join(folder, 'none'))).toEqual([]);
  });

  it('is found below a folder, once, if its weights are there', async () => {
    const sweep = join(folder, 'sweep', 'runs');
    for (const name of ['b', 'a', 'weightless', 'unfinished']) {
      cpSync(finished, join(sweep, name, 'seed0'), { recursive: true });
    }
    rmSync(join(sweep, 'weightless', 'seed0', 'weights.safetensors'));
    rmSync(join(sweep, 'unfinished', 'seed0', 'record.json'));
    const runs = await findRuns([sweep, join(sweep, 'a'), join(folder, 'none'), finished]);
    const folders = [join(sweep, 'a', 'seed0'), join(sweep, 'b', 'seed0'), finished];
    expect(runs.map((found) => resolve(found.folder))).toEqual(folders);
    expect(runs[0].record).toEqual(run.record);
    expect(runs[0].label).toBe('PAT, τ = 2');
  });

  it('is read without a last line that a kill tore', async () => {
    const torn = join(folder, 'torn');
    const lines = readFileSync(join(finished, 'metrics.jsonl'), 'utf8');
    mkdirSync(torn);
    writeFileSync(join(torn, 'metrics.jsonl'), `${lines}{"epoch":3,"tr`);
    expect(await readEpochs(torn)).toHaveLength(2);
  });

  it('has a folder that depends on its settings and not on its checkpoints', () => {
    const folderOf = (settings: ExperimentInput) => runFolder(parseConfig(settings), 'runs');
    const name = folderOf(input);
    expect(name).toMatch(/^runs\/synthetic-segnet-pat-[0-9a-f]{8}$/);
    expect(folderOf({ ...input, checkpoints: { everySteps: 1 } })).toBe(name);
    expect(folderOf({ ...input, seed: 1 })).not.toBe(name);
  });
});

describe('classHistory', () => {
  it('takes the gradient as the loss averages it: by |M|, or by all pixels', () => {
    const history = classHistory(run);
    const statistics = run.epochs[1].classStatistics;
    const { classId, norms, coefficients } = history.classes[0];
    expect(history.perMask).toBe(true);
    expect(norms[1]).toBe(statistics?.pixelGradientNorm[classId]);
    expect(coefficients?.[1]).toBe(statistics?.coefficient?.[classId]);
    expect(coefficients?.[1]).toBeGreaterThan(0);
    const config = { ...run.record.config, loss: { name: 'crossEntropy' } as const };
    const asMean = classHistory({ ...run, record: { ...run.record, config } });
    expect(asMean.classes[0].coefficients).toBeNull(); // version 1.0 logged a β for it
    const pixels = statistics?.pixels.reduce((sum, count) => sum + count, 0) as number;
    expect(asMean.classes[0].norms[1]).toBeCloseTo(
      (statistics?.gradientNorm[classId] as number) / pixels,
      12,
    );
  });

  it('orders classes by pixels and gives the range of their norms', () => {
    const { classes, ranges, epochs } = classHistory(run);
    const pixels = classes.map((course) => course.pixels);
    expect(pixels).toEqual([...pixels].sort((a, b) => b - a));
    expect(epochs).toEqual([1, 2]);
    const norms = classes.map((course) => course.norms[0]);
    expect(ranges[0]).toBeCloseTo(Math.max(...norms) / Math.min(...norms), 9);
  });

  it('throws for a run without statistics', () => {
    const epochs = run.epochs.map((metrics) => ({ ...metrics, classStatistics: undefined }));
    expect(() => classHistory({ ...run, epochs })).toThrow('logging.classStatistics');
  });
});

describe('predictions of a run', () => {
  it('give the scores of the record, image by image, and leave no tensor', async () => {
    const before = tf.memory().numTensors;
    const scores = await scoreImages(run);
    const results = await predictSamples(run, [0, 1, 2]);
    expect(tf.memory().numTensors).toBe(before);
    const all = new ConfusionMatrix(5);
    for (const [i, { sample, prediction }] of results.entries()) {
      const own = new ConfusionMatrix(5);
      own.update(sample.labels, prediction);
      all.update(sample.labels, prediction);
      expect(scores[i]).toEqual({ name: sample.name, meanIoU: own.scores().meanIoU });
    }
    expect(all.counts()).toEqual(run.record.counts);
    await expect(predictSamples(run, [3])).rejects.toThrow('predictSamples: index');
  });

  it('choose the best, the median and the worst change, each image once', () => {
    const scores = (values: (number | null)[]) =>
      values.map((meanIoU, i) => ({ name: `${i}`, meanIoU }));
    const first = scores([0.5, 0.5, null, 0.5, 0.5]);
    const second = scores([0.6, 0.1, 0.9, 0.9, 0.5]);
    expect(chooseImages(first, second).map(({ index, why }) => [index, why])).toEqual([
      [3, 'best'],
      [0, 'median'],
      [1, 'worst'],
    ]);
    expect(chooseImages(first.slice(0, 1), second.slice(0, 1))).toHaveLength(1);
    expect(() => chooseImages(first, second.slice(1))).toThrow('chooseImages: second');
    expect(() => chooseImages(scores([null]), scores([1]))).toThrow('images with a score');
  });
});

describe('trainLive', () => {
  interface Output {
    data: Record<string, unknown>;
    transient: { display_id?: string };
  }
  const jupyter = createRequire(__filename).resolve('tslab/dist/jupyter.js');
  const { cache } = createRequire(__filename);
  let outputs: { content: Output; update: boolean }[] = [];
  const plotly = 'application/vnd.plotly.v1+json';

  function startCell(): void {
    outputs = [];
    const lastWriteDisplayData = (content: Output, update: boolean) =>
      outputs.push({ content, update });
    cache[jupyter] = { exports: { lastWriteDisplayData } } as unknown as NodeJS.Module;
  }

  afterEach(() => {
    delete cache[jupyter];
    vi.restoreAllMocks();
  });

  it('redraws one figure, goes on after an interrupt, and trains a finished run no more', async () => {
    const outDir = join(folder, 'live');
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const stop = new AbortController();
    startCell();
    // The figure is drawn at the end of an epoch: that of the first is the moment to stop.
    const { push } = outputs;
    outputs.push = (output) => {
      const figure = output.content.data[plotly] as { data: { x: number[] }[] } | undefined;
      if (figure?.data[2].x.length === 1) stop.abort(new Error('stopped'));
      return push.call(outputs, output);
    };
    const options = { dataset: 'Drawn', outDir };
    await expect(trainLive(input, { ...options, signal: stop.signal })).rejects.toThrow('stopped');
    const figures = outputs.filter(({ content }) => plotly in content.data);
    expect(figures.map(({ update }) => update)).toEqual([
      false,
      ...figures.slice(1).map(() => true),
    ]);
    expect(new Set(figures.map(({ content }) => content.transient.display_id)).size).toBe(1);

    startCell();
    const live = await trainLive(input, options);
    expect(live.record.weightsSha256).toBe(run.record.weightsSha256);
    const bar = outputs.find(({ content }) => !(plotly in content.data));
    expect(bar?.content.data['text/plain']).toMatch(/^PAT, τ = 2, from step \d+ on ▕/);
    const last = outputs.filter(({ content }) => plotly in content.data).pop();
    expect(last?.content.data[plotly]).toMatchObject({ data: [{}, {}, { x: [1, 2] }, {}] });

    startCell();
    expect((await trainLive(input, { ...options, curves: false })).epochs).toHaveLength(2);
    expect(outputs).toEqual([]);
    expect(log).toHaveBeenLastCalledWith(`PAT, τ = 2: finished before, in ${outDir}`);
  });
});
