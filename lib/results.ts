/**
 * Results of many runs: record → score → cell → contrast, each computed here alone.
 *
 *     const { records, skipped } = await readRecords('data/results', { split: 'test' });
 *     const results = new Results(records); // cells: data set × network × loss with options, over seeds
 *     const [a, b] = results.cells;
 *     summarize(a, results).scores.meanIoU; // { mean, deviation }
 *     results.contrast(a, b, { score: 'tailIoU' }); // difference, interval and p of the same score
 */
export { readRecords } from './results/records';
export type { ReadRecords, ResultRecord } from './results/records';
export { runScores, scoreFacts, scoresOf } from './results/scorer';
export type { RunScore, RunScores } from './results/scorer';
export { groupCells } from './results/cells';
export type { Cell, LeftOut } from './results/cells';
export { summarize } from './results/summary';
export type { CellSummary } from './results/summary';
export { isDefined, Results } from './results/contrast';
export type { Compared, Contrast, Estimate, Outcome } from './results/contrast';
export { calibrate } from './results/calibration';
export type { Calibration } from './results/calibration';
export { holm } from './results/holm';
export { spread } from './results/bootstrap';
export type { Interval, Spread } from './results/bootstrap';
export type { PerImageCounts } from './metrics';
