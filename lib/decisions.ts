/**
 * How probabilities become a prediction, without training: what a new loss has to do better than.
 *
 *     const bias = logitAdjustment(trainingPixels, 1); // z − bias, then argmax
 *     const level = rankedLevel('dice', histogram); // the class's mask: probabilities from here on
 */
export { logitAdjustment } from './decisions/logitAdjustment';
export { LEVELS, levelOf, rankedLevel } from './decisions/ranked';
export type { LevelHistogram } from './decisions/ranked';
export { decisionLabel, decisionNames, strengthGrid } from './decisions/rules';
export type { Decision, DecisionName } from './decisions/rules';
