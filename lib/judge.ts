/**
 * The judge: predictions made anywhere, scored and compared as they should be; no training, no migration.
 *
 *     const judgement = await judge({
 *       labels: { folder: 'labels' },
 *       numClasses: 19,
 *       predictions: [{ name: 'ce', place: 'out/ce' }, { name: 'pat', place: 'out/pat' }],
 *     });
 *     judgement.methods[0].scores.meanIoUD; // { mean, deviation } over seeds
 *     judgement.comparisons; // every pair in every score: difference, interval, corrected p
 *     judgementTables(judgement); // for papers
 */
export { judge } from './judge/judge';
export type { Judgement } from './judge/judgement';
export { judgeCells } from './judge/judgeCells';
export { writeRunFiles, writeRunLabels } from './judge/runFiles';
export type { RunFilesOptions } from './judge/runFiles';
export type { JudgedMethod } from './judge/methods';
export type { JudgeComparison } from './judge/contrasts';
export type { JudgedLabels, JudgedPredictions, JudgeOptions } from './judge/options';
export { problemLines } from './judge/predictionFiles';
export type { JudgeProblem } from './judge/predictionFiles';
export { judgementJson } from './judge/json';
export { judgementRows, judgementTables, scoreWinners, shownScores } from './judge/report';
export type { ScoreWinner } from './judge/report';
export { judgeScoreFacts, judgeScores } from './judge/scores';
export type { JudgedRun, JudgeScore } from './judge/scores';
