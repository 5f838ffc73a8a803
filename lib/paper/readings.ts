/**
 * How the paper's numbers are read: its versions, the two readings of PAT, and what its authors' public code says about
 * the printed tables.
 *
 * The text does not say how its scores are computed. What stands here is inferred, and holds if the tables come from that
 * code: `evidence` says what speaks for it, and a test checks every number in it that is printed.
 */

/** Read at one commit; nothing of it is copied. It trains the paper's losses and networks on the paper's data sets. */
export const authorsCode = {
  repository: 'https://github.com/KhoiDOO/ibla',
  commit: '20c21d1',
  date: '2024-03-05',
} as const;

/** A version of the paper on arXiv. */
export interface PaperVersion {
  version: 'v1' | 'v4';
  date: string;
  /** What of it this kit has read. */
  atHand: 'text' | 'abstract';
  /** What it says of PAT's two parts. */
  says: string;
}

/** v1 is what the kit reproduces. */
export const paperVersions: readonly PaperVersion[] = [
  {
    version: 'v1',
    date: '2024-04',
    atHand: 'text',
    says: '“class-wise gradient magnitude homogenization” (1/|M|, Eq. 4) and “pixel-wise class-specific loss adaptation” (β, Eq. 5)',
  },
  {
    version: 'v4',
    date: '2024-10, Pattern Recognition Letters',
    atHand: 'abstract',
    says:
      '“head and tail balancing” with “a new weighting curve function”; homogenization is no longer named, and a published ' +
      'review prints the loss as −(1/B) Σ β·y·log softmax, without 1/|M|, as the authors’ code has it',
  },
];

/**
 * The two losses that are called PAT. `options` make `createLoss({ name: 'pat', … })` the reading; the code's mean is over
 * B·C·H·W, which differs from `'pixels'` by the constant 1/C (`variant: 'authors'` has that, too).
 */
export const patReadings = {
  v1: {
    label: 'PAT (v1, with 1/|M|)',
    options: { normalizer: 'mask' },
    source: 'Eq. 4 of v1',
  },
  code: {
    label: 'PAT (v4 and code, without 1/|M|)',
    options: { normalizer: 'pixels' },
    source: 'loss/ina.py of the authors’ code; v4 as far as its abstract and a review tell',
  },
} as const;

/** One thing that the paper prints, and what it probably is. */
export interface InferredReading {
  id:
    | 'mean-iou'
    | 'dice-error'
    | 'pat-rows'
    | 'validation-scores'
    | 'splits'
    | 'augmentation'
    | 'figure-4'
    | 'rare-classes'
    | 'abstract-gains';
  what: string;
  printedAs: string;
  inferredAs: string;
  evidence: readonly string[];
  /** `'very likely'`: code and printed numbers agree; `'likely'`: one of the two alone. */
  confidence: 'very likely' | 'likely';
}

export const inferredReadings: readonly InferredReading[] = [
  {
    id: 'mean-iou',
    what: 'mIoU of Tables 1–3',
    printedAs: 'mean Intersection over Union',
    inferredAs:
      'of class ids 0, 1, 2 alone (Cityscapes: road, sidewalk, building; NYUv2: void, bed, books; Pet: all three), for each batch ' +
      'over those in its labels, then over the batches',
    evidence: [
      'metrics/seg.py: miou has n_classes = 3, and nothing calls it with another number',
      'cross-entropy U-Nets here (CamVid, test) have 39–41 % over all 11 classes, and 74–76 % over road, pavement and building; ' +
        'print has 72.91–74.08 % on Cityscapes, at the same pixel accuracy',
    ],
    confidence: 'very likely',
  },
  {
    id: 'dice-error',
    what: '“Dice Err” of Table 1',
    printedAs: 'Dice Error',
    inferredAs: 'mean cross-entropy of the validation pixels, void included, whatever loss trains',
    evidence: [
      'trainer.py logs valid/loss by the vanilla loss for every method; the metrics in mapping.py are iou and pixel_accuracy, no Dice',
      '1 − Dice is never above 1 − IoU: on Pet at most 0.24 for Focal and 0.25 for LDAM at their printed mIoU; print has 0.30 and 0.78',
      'LDAM has 0.78 beside cross-entropy’s 0.23 at nearly the same mIoU and pixel accuracy, as logits trained under a scale s would have',
      'BMS’s 1.28 on Pet and 3.08 on Cityscapes lie just above ln 3 = 1.10 and ln 20 = 3.00, the values of a guess (its 2.40 on NYUv2 below ln 14 = 2.64)',
    ],
    confidence: 'very likely',
  },
  {
    id: 'pat-rows',
    what: 'PAT in Tables 1–3',
    printedAs: 'Eq. 4 with 1/|M|',
    inferredAs: 'without 1/|M|: the mean of β·(−log p)',
    evidence: [
      'loss/ina.py has no mask size; it takes the mean over B·C·H·W',
      'in Table 1 PAT has the highest pixel accuracy on all three data sets, and the lowest “Dice Err” on Cityscapes and NYUv2',
      'here (10 epochs, test) pixel accuracy falls by 3–23 points with 1/|M| in all 12 pairs of data set and network, with β alone it ' +
        'moves by −0.9 to +0.1 (SegNet, three data sets)',
    ],
    confidence: 'very likely',
  },
  {
    id: 'validation-scores',
    what: 'the images that are scored',
    printedAs: 'not said',
    inferredAs:
      'the validation split; which epoch is printed stays open, the one kept as best has the lowest vanilla cross-entropy for every loss',
    evidence: ['trainer.py never reads its test loader; it keeps best.pt by valid/loss'],
    confidence: 'likely',
  },
  {
    id: 'splits',
    what: 'sizes and splits',
    printedAs: '0.8, 0.1, 0.1 for all data sets',
    inferredAs:
      'Cityscapes: 256×512, official train and val; Pet: 256×256, trainval and 0.8 of test to train on, 0.1 of test to validate; ' +
      'NYUv2: 0.8, 0.1, 0.1 at random, neighbouring frames in both',
    evidence: ['dataset/cityscape.py, dataset/ox.py, dataset/nyu.py and dataset/getds.py'],
    confidence: 'likely',
  },
  {
    id: 'augmentation',
    what: 'augmentation',
    printedAs: 'not said',
    inferredAs: 'of Pet’s trainval images alone: flip (0.2), and shift, scaling and rotation (0.5)',
    evidence: [
      'dataset/ox.py augments; dataset/cityscape.py and dataset/nyu.py do not',
      'the part of Pet’s test images that trains is asked to be augmented too, but the mode is set on a Subset, which does not pass it on',
    ],
    confidence: 'likely',
  },
  {
    id: 'figure-4',
    what: 'Fig. 4, and “roughly 1500 images” of § 5.1.2',
    printedAs: 'images with labels from Berlin, Munich, Bielefeld and Leverkusen',
    inferredAs:
      'images of the official test split (1,525), whose labels are withheld: not what the tables score',
    evidence: [
      'all four are test cities of Cityscapes, whose public label files there hold void alone; train and val have 3,475 images',
    ],
    confidence: 'likely',
  },
  {
    id: 'rare-classes',
    what: 'the abstract’s “declination of 0.39 % in detecting rare classes compared to” BLV',
    printedAs: 'a score of rare classes',
    inferredAs:
      'the fall of “Dice Err” on NYUv2, 1.90 − 1.51; no table of the paper scores rare classes',
    evidence: ['§ 5.1: PAT’s dice error “decreased around 0.02 and 0.39” on Cityscapes and NYUv2'],
    confidence: 'very likely',
  },
  {
    id: 'abstract-gains',
    what: 'the abstract’s gains of 2.2 % on NYUv2, 2.85 % in pixel accuracy and 2.07 % in IoU',
    printedAs: 'over the state of the art, overall',
    inferredAs:
      'Cityscapes’ mIoU over Focal (76.22 − 74.02), NYUv2’s mIoU over CB (21.41 − 18.56) and NYUv2’s pixel accuracy over ' +
      'cross-entropy (55.57 − 53.50): names exchanged',
    evidence: [
      'the differences are equal to the last digit; § 5.1 gives the 2.2 % to Cityscapes itself',
    ],
    confidence: 'likely',
  },
];
