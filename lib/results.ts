/**
 * Results of many runs: records → cells (data set × network × loss with options, over seeds) → means, intervals, tests.
 *
 *     const { records, skipped } = await readRecords('data/results');
 *     const { cells } = groupCells(records);
 *     const [first] = cells.map((cell) => summarize(cell));
 *     first.scores.meanIoU; // { mean, deviation }
 *     compareCells(pat, others); // signed-rank over the same images, Holm over the losses
 */
export { scoreNames } from './metrics';
export type { ScoreName } from './metrics';
export { groupCells, summarize } from './results/cells';
export type { Cell, CellSummary, SummaryOptions } from './results/cells';
export { compareCells } from './results/compare';
export type { Comparison } from './results/compare';
export { readRecords } from './results/records';
export type { ReadRecords, ResultRecord } from './results/records';
export type { PerImageCounts } from './metrics';
export { holm, signedRankTest } from './results/signedRank';
export { bootstrapInterval, spread } from './results/bootstrap';
export type { Interval, Spread } from './results/bootstrap';
