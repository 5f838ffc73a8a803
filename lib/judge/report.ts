/** A judgement as tables: for papers (LaTeX, Markdown), and with all numbers (CSV). */
import { counted } from '../check';
import type { Table, TableCell, TableColumn, TableRow } from '../print/table';
import { classThirds } from '../results/scorer';
import { classTables } from './classTables';
import type { JudgeComparison } from './contrasts';
import type { Judgement } from './judgement';
import { judgeScoreFacts, judgeScores } from './scores';
import type { JudgeScore } from './scores';

/** What tables for papers show; the CSV and JSON have every score. */
export const headlineScores: readonly JudgeScore[] = [
  'meanIoUD',
  'meanIoUI',
  'meanIoUC',
  'meanIoUI5',
  'meanIoUC5',
  'meanDiceD',
  'pixelAccuracy',
  'headIoU',
  'bodyIoU',
  'tailIoU',
  'boundaryIoUD',
  'boundaryIoUI',
  'ece',
  'classwiseEce',
];

/** The headline scores that a method of the judgement has. */
export function shownScores({ methods }: Judgement): JudgeScore[] {
  return headlineScores.filter((score) => methods.some(({ scores }) => scores[score] !== null));
}

/** Scores, comparisons, classes, and which score makes whom win. */
export function judgementTables(judgement: Judgement): Table[] {
  return [
    scoreTable(judgement),
    ...(judgement.methods.length > 1 ? [comparisonTable(judgement), winnerTable(judgement)] : []),
    classTable(judgement),
  ];
}

const captions: Partial<Record<JudgeScore, string>> = {
  meanIoUD:
    'D: over the pixels of the set; I: mean over images; C: mean over classes of the mean over their images',
  meanIoUI5:
    'worst 5 %: over the 5 % of the images (C: of each class’s images) with the lowest IoU',
  boundaryIoUD: 'boundary IoU: of pixels within 2 % of the image’s diagonal of the outline',
  ece: 'ECE: expected calibration error, 15 bins',
};

function scoreTable(judgement: Judgement): Table {
  const { methods, names } = judgement;
  const scores = shownScores(judgement);
  const seeds = Math.max(...methods.map(({ runs }) => runs.length));
  const told = scores.flatMap((score) => captions[score] ?? []);
  return {
    name: 'judge-scores',
    caption:
      `${judgement.title}, ${counted(names.length, 'image')}; percent${seeds > 1 ? ', mean ± standard deviation over seeds' : ''}. ` +
      `${told.join('; ')}. Head, body, tail: thirds of the classes by their pixels in the ${judgement.thirdsBy} (${thirdsText(judgement)}).`,
    labels: ['Method'],
    columns: scores.map((score): TableColumn => {
      const { title, better } = judgeScoreFacts[score];
      return { header: title, digits: 2, better };
    }),
    rows: methods.map(({ name, scores: own }) => ({
      labels: [name],
      cells: scores.map((score): TableCell | null => {
        const one = own[score];
        if (one === null) return null;
        return {
          value: 100 * one.mean,
          deviation: one.deviation === null ? null : 100 * one.deviation,
        };
      }),
    })),
    compact: true,
  };
}

function thirdsText({ thirds, classNames }: Judgement): string {
  const sizes = classThirds.map((name, i) => `${name} ${thirds[i].length}`);
  return `${sizes.join(', ')} of ${classNames.length} classes`;
}

function comparisonTable(judgement: Judgement): Table {
  const { comparisons, names } = judgement;
  const scores = shownScores(judgement);
  const rows = comparisons
    .filter(({ score }) => scores.includes(score))
    .map(({ a, b, score, difference, low, high, p }): TableRow => ({
      labels: [`${a} − ${b}`, judgeScoreFacts[score].title],
      cells: [
        ...[difference, low, high].map((value) => (value === null ? null : { value: 100 * value })),
        p === null ? null : { value: p },
      ],
    }));
  return {
    name: 'judge-comparisons',
    caption: `Every pair of methods: difference in points. ${intervalText(judgement)} (${counted(names.length, 'image')}).`,
    labels: ['Contrast', 'Score'],
    columns: [
      ...['Δ', 'Low', 'High'].map((header) => ({
        group: 'Points',
        header,
        digits: 2,
        signed: true,
      })),
      { header: 'p, Holm', digits: 3, least: 0.001 },
    ],
    rows,
  };
}

/** What intervals and p hold. */
export function intervalText({ methods }: Judgement): string {
  const pairs = (methods.length * (methods.length - 1)) / 2;
  const over = methods.some(({ runs }) => runs.length > 1)
    ? 'over images drawn again and over seeds'
    : 'over images drawn again; with one seed a method they do not hold what another seed would give';
  const tests = pairs > 1 ? `, corrected by Holm over the ${pairs} pairs in each score` : '';
  return (
    `Intervals: 95 %, ${over}. p: two-sided${tests}. Of many scores some differ by chance: choose the decisive ` +
    'one before looking'
  );
}

/** Who is in front in a score, and whether the next one is behind for certain. */
export interface ScoreWinner {
  score: JudgeScore;
  winner: string;
  second: string;
  /** How far the second is behind, shares 0 … 1. */
  lead: number;
  comparison: JudgeComparison;
  /** The corrected p is below 5 %. */
  isDecided: boolean;
}

/** Of each headline score. */
export function scoreWinners(judgement: Judgement): ScoreWinner[] {
  return shownScores(judgement).flatMap((score): ScoreWinner[] => {
    const sign = judgeScoreFacts[score].better === 'higher' ? 1 : -1;
    const ranked = judgement.methods
      .flatMap(({ name, scores }) => {
        const value = scores[score]?.mean;
        return value === undefined ? [] : [{ name, value: sign * value }];
      })
      .sort((a, b) => b.value - a.value);
    if (ranked.length < 2) return [];
    const [{ name: winner, value }, { name: second, value: next }] = ranked;
    const comparison = judgement.comparisons.find(
      (one) =>
        one.score === score && [one.a, one.b].includes(winner) && [one.a, one.b].includes(second),
    );
    if (comparison === undefined) return [];
    const isDecided = comparison.p !== null && comparison.p < 0.05;
    return [{ score, winner, second, lead: value - next, comparison, isDecided }];
  });
}

function winnerTable(judgement: Judgement): Table {
  const winners = scoreWinners(judgement);
  const names = new Set(winners.map(({ winner }) => winner));
  return {
    name: 'judge-winners',
    caption:
      `The first method by each score${names.size === 1 ? ': it is the same in all of them' : `; ${names.size} methods are first in some`}. ` +
      'Lead: points ahead of the second; decided: the corrected p is below 0.05.',
    labels: ['Score', 'First', 'Second', 'Decided'],
    columns: [
      { header: 'Lead, points', digits: 2 },
      { header: 'p, Holm', digits: 3, least: 0.001 },
    ],
    rows: winners.map(({ score, winner, second, lead, comparison: { p }, isDecided }) => ({
      labels: [judgeScoreFacts[score].title, winner, second, isDecided ? 'yes' : 'no'],
      cells: [{ value: 100 * lead }, p === null ? null : { value: p }],
    })),
  };
}

function classTable({ methods, classNames, pixels, title }: Judgement): Table {
  const tables = methods.map((method) => classTables(method, classNames));
  const total = pixels.reduce((sum, one) => sum + one, 0);
  const withOutlines = tables.map((table) => table.some(({ boundaryIoU }) => boundaryIoU !== null));
  const percent = (value: number | null): TableCell | null =>
    value === null ? null : { value: 100 * value };
  return {
    name: 'judge-classes',
    caption: `${title}: share of the labelled pixels and, over the pixels of the set, IoU and boundary IoU of each class, percent.`,
    labels: ['Class'],
    columns: [
      { header: 'Pixels', digits: 2 },
      ...methods.flatMap(({ name }, m): TableColumn[] => [
        { group: name, header: 'IoU', digits: 1 },
        ...(withOutlines[m] ? [{ group: name, header: 'Boundary', digits: 1 }] : []),
      ]),
    ],
    rows: classNames.map((name, c) => ({
      labels: [name],
      cells: [
        percent(pixels[c] / total),
        ...tables.flatMap((table, m) => [
          percent(pixels[c] > 0 ? table[c].iou : null),
          ...(withOutlines[m] ? [percent(pixels[c] > 0 ? table[c].boundaryIoU : null)] : []),
        ]),
      ],
    })),
    compact: true,
  };
}

/** Rows of three CSV files: every score of every method, every comparison, every class. */
export function judgementRows(judgement: Judgement) {
  const { methods, classNames, pixels, comparisons } = judgement;
  return {
    scores: methods.flatMap(({ name, runs, scores }) =>
      judgeScores.map((score) => ({
        method: name,
        score,
        mean: scores[score]?.mean ?? null,
        deviation: scores[score]?.deviation ?? null,
        seeds: runs.length,
      })),
    ),
    comparisons: comparisons.map((one) => ({ ...one })),
    classes: methods.flatMap((method) =>
      classTables(method, classNames).map((one, c) => ({
        method: method.name,
        ...one,
        pixels: pixels[c],
      })),
    ),
  };
}
