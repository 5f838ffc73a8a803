/**
 * Every figure of the kit, drawn from small made-up results: what tests/print/paperReady.test.ts holds to the rules of
 * print. A new figure gets a line here, named like its function; the test fails where one is missing.
 */
import { coefficientMaps } from '../../../lib/analysis/coefficientMaps';
import { lossCurves, temperatureSweep } from '../../../lib/analysis/lossCurves';
import { methodSteps } from '../../../lib/analysis/method';
import { patExploration } from '../../../lib/analysis/patExploration';
import {
  choosePixels,
  pixelPredictions,
  predictImages,
} from '../../../lib/analysis/pixelPredictions';
import { ablationFigure } from '../../../lib/figures/ablationFigure';
import { betaTensorFigure } from '../../../lib/figures/betaTensor';
import { classBarsFigure } from '../../../lib/figures/classBars';
import { classDifferencesFigure } from '../../../lib/figures/classDifferences';
import { classSharesFigure } from '../../../lib/figures/classShares';
import { coefficientExplosionFigure } from '../../../lib/figures/coefficientExplosion';
import { comparisonsFigure } from '../../../lib/figures/comparisons';
import { costBubblesFigure } from '../../../lib/figures/costBubbles';
import { explorePatFigure } from '../../../lib/figures/explorePat';
import { figure, restyle } from '../../../lib/figures/figure';
import { gradientRangesFigure } from '../../../lib/figures/gradientRanges';
import { gradientRatiosFigure } from '../../../lib/figures/gradientRatiosFigure';
import { gradientsOverTrainingFigure } from '../../../lib/figures/gradientsOverTraining';
import { imageImbalanceFigure } from '../../../lib/figures/imageImbalance';
import { intervalsFigure } from '../../../lib/figures/intervals';
import { judgeWinnersFigure } from '../../../lib/figures/judgeWinners';
import { lossCostsFigure } from '../../../lib/figures/lossCosts';
import { lossCurvesFigure } from '../../../lib/figures/lossCurvesFigure';
import { maskSizesFigure } from '../../../lib/figures/maskSizes';
import { methodFigure } from '../../../lib/figures/methodFigure';
import { pixelPredictionsFigure } from '../../../lib/figures/pixelPredictionsFigure';
import { precisionCurvesFigure } from '../../../lib/figures/precisionCurves';
import { predictionsFigure } from '../../../lib/figures/predictions';
import { reliabilityFigure } from '../../../lib/figures/reliability';
import { sampleImagesFigure } from '../../../lib/figures/sampleImages';
import { stepTimesFigure } from '../../../lib/figures/stepTimes';
import { trainingCurvesFigure } from '../../../lib/figures/trainingCurves';
import type { Figure } from '../../../lib/print/figure';
import { createModel } from '../../../lib/models';
import { Random } from '../../../lib/random';
import { claims } from './claims';
import * as data from './data';

/** Functions that only arrange what another draws, which has the line. */
export const ARRANGEMENTS = [
  'imageComparisonFigure',
  'imageComparisonFigures',
  'tableClassBars',
  'tableCurves',
  'tableIntervals',
  'whatChangesFigure',
];

/** Name of a function → its figures: one for each form it has. */
export const EXAMPLES: Record<string, () => Promise<Figure[]>> = {
  ablationFigure: one(() =>
    ablationFigure(data.ablation(), { score: 'tail mIoU', setting: data.SETTING }),
  ),
  betaTensorFigure: async () => [betaTensorFigure(await betaMaps())],
  classBarsFigure: one(() => classBarsFigure(data.cells(), { dataset: data.SETTING })),
  classDifferencesFigure: one(() =>
    classDifferencesFigure(data.classComparisons(), {
      runs: ['CE', 'PAT, τ = 2'],
      dataset: data.SETTING,
    }),
  ),
  classSharesFigure: async () => [
    classSharesFigure([await data.imbalance()]),
    classSharesFigure(await data.imbalances(), { name: 'class-ranks' }),
  ],
  coefficientExplosionFigure: async () => [coefficientExplosionFigure(await explosionCurves())],
  comparisonsFigure: () => {
    const named = { name: 'comparisons', title: 'Tail classes', unit: 'tail mIoU, points' };
    const figure = comparisonsFigure(claims(), named);
    return Promise.resolve(figure ? [figure] : []);
  },
  costBubblesFigure: one(() => costBubblesFigure(data.trainingCost())),
  explorePatFigure: async () => [explorePatFigure(await patExploration({ points: 20 }))],
  figure: one(ownCurves),
  gradientRangesFigure: one(() => gradientRangesFigure(data.ratios(), { dataset: data.SETTING })),
  gradientRatiosFigure: one(() => gradientRatiosFigure(data.ratios(), { dataset: data.SETTING })),
  gradientsOverTrainingFigure: one(() =>
    gradientsOverTrainingFigure(data.histories(), { dataset: data.SETTING }),
  ),
  imageImbalanceFigure: async () => [imageImbalanceFigure(await data.imbalances())],
  intervalsFigure: one(() =>
    intervalsFigure(data.intervals(), { reference: 'CE', setting: data.SETTING }),
  ),
  judgeWinnersFigure: () => Promise.resolve(defined(judgeWinnersFigure(data.judgement()))),
  lossCostsFigure: one(() => lossCostsFigure(data.lossReport())),
  lossCurvesFigure: async () => [await patAgainstFocal()],
  maskSizesFigure: async () => [maskSizesFigure(await data.imbalance())],
  methodFigure: async () => [await method()],
  pixelPredictionsFigure: async () => [await pixels()],
  precisionCurvesFigure: one(() => precisionCurvesFigure(data.precisionRuns())),
  predictionsFigure: async () => [await predictions()],
  reliabilityFigure: () => Promise.resolve(defined(reliabilityFigure(data.judgement()))),
  restyle: async () => [await renamedCurves()],
  sampleImagesFigure: async () => [await samples()],
  stepTimesFigure: one(() => stepTimesFigure(data.stepReport())),
  trainingCurvesFigure: one(() =>
    trainingCurvesFigure(data.curves(), {
      dataset: data.SETTING,
      baseline: { label: 'all Road', meanIoU: 0.03 },
    }),
  ),
};

const defined = (figure: Figure | undefined): Figure[] => (figure ? [figure] : []);

function one(draw: () => Figure): () => Promise<Figure[]> {
  return () => Promise.resolve([draw()]);
}

async function predicted() {
  const dataset = await data.synthetic();
  const model = createModel({ name: 'segnet', numClasses: dataset.numClasses, width: 1 });
  const images = await predictImages(model, dataset, { imageCount: 1 });
  model.dispose();
  // An untrained network's logits are nearly 0; those of a trained one are not.
  const random = new Random(3);
  const trained = images.images.map((image) => {
    return { ...image, logits: image.logits.map(() => random.normal(0, 2)) };
  });
  return { ...images, images: trained };
}

async function betaMaps() {
  return coefficientMaps(await predicted(), { classIds: [0, 1, 2], temperature: 2 });
}

async function method(): Promise<Figure> {
  const { palette } = await data.synthetic();
  return methodFigure(await methodSteps(await predicted(), { temperature: 2 }), { palette });
}

async function pixels(): Promise<Figure> {
  const images = await predicted();
  const vectors = await pixelPredictions(choosePixels(images));
  const { classNames } = images;
  const parameters = 'τ = 1, k = 1';
  return pixelPredictionsFigure(vectors, { dataset: data.SETTING, classNames, parameters });
}

/** A reader's own traces, with a heading and a legend in a row. */
function ownCurves(): Figure {
  const epochs = [1, 2, 3, 4];
  return figure({
    name: 'own-curves',
    data: [
      { name: 'mine', x: epochs, y: [2, 1.1, 0.7, 0.5] },
      { name: 'theirs', x: epochs, y: [2.1, 1.5, 1.1, 0.9], line: { dash: 'dash' } },
    ],
    layout: {
      title: 'Both losses',
      xaxis: { title: 'Epoch' },
      yaxis: { title: 'Loss', type: 'log' },
      legend: { x: 0.7, y: 0.95 },
    },
  });
}

async function renamedCurves(): Promise<Figure> {
  return restyle(await patAgainstFocal(), {
    layout: { title: 'PAT and Focal', xaxis: { title: 'Probability' } },
    series: { CE: { name: 'cross-entropy', color: '#117733' } },
  });
}

function explosionCurves() {
  return lossCurves({
    probabilities: [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 0.9],
    losses: [
      ...[1, 2].map((temperature) => ({
        label: `exponential, τ = ${temperature}`,
        config: { name: 'pat', temperature } as const,
      })),
      ...[1e-4, 1e-2].map((epsilon) => ({
        label: `inverse, ε = ${epsilon}`,
        config: { name: 'pat', coefficient: 'inverse', epsilon } as const,
      })),
    ],
  });
}

async function patAgainstFocal(): Promise<Figure> {
  const curves = await lossCurves({
    points: 19,
    losses: [
      { label: 'CE', config: { name: 'crossEntropy' } },
      ...[0.5, 2, 5].map((gamma) => ({
        label: `Focal, γ = ${gamma}`,
        config: { name: 'focal', gamma } as const,
      })),
    ],
  });
  const sweep = await temperatureSweep({
    points: 19,
    temperatures: [1, 2],
    variants: [
      { label: 'PAT, k = 1', config: { name: 'pat' } },
      { label: 'PAT, k = C', config: { name: 'pat', sharpness: 'classes' } },
      { label: 'PAT, inverse', config: { name: 'pat', coefficient: 'inverse' } },
    ],
  });
  return lossCurvesFigure(curves, { sweep });
}

async function samples(): Promise<Figure> {
  const dataset = await data.synthetic();
  const pictures = await Promise.all([0, 1].map((i) => dataset.sample(i)));
  return sampleImagesFigure(pictures, data.maskStyle(dataset));
}

async function predictions(): Promise<Figure> {
  const dataset = await data.synthetic();
  const rows = await Promise.all(
    ['best', 'worst'].map(async (title, i) => {
      const sample = await dataset.sample(i);
      const shifted = sample.labels.map((_, at) => sample.labels[Math.max(0, at - 3)]);
      return { sample, title, predictions: [sample.labels, shifted] };
    }),
  );
  return predictionsFigure(rows, data.maskStyle(dataset), {
    columns: ['CE', 'PAT, τ = 2'],
    errors: true,
  });
}
