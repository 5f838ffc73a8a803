/** The decision rules by their names. */

/** `dice` and `iou` decide each class alone: their masks may overlap, and there is no one label map. */
export const decisionNames = ['argmax', 'adjusted', 'dice', 'iou'] as const;
export type DecisionName = (typeof decisionNames)[number];

/** A rule with its options. */
export type Decision =
  | { rule: 'argmax' }
  /** Logit adjustment of this strength, t. */
  | { rule: 'adjusted'; strength: number }
  | { rule: 'dice' }
  | { rule: 'iou' };

/** `adjusted, t = 0.5`; nothing for argmax, which is what everybody does. */
export function decisionLabel(decision: Decision): string {
  if (decision.rule === 'argmax') return '';
  if (decision.rule === 'adjusted') return `adjusted, t = ${decision.strength}`;
  return decision.rule === 'dice' ? 'Dice-optimal' : 'IoU-optimal';
}

/** Strengths t of logit adjustment of which the best on validation is taken. */
export const strengthGrid: readonly number[] = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];
