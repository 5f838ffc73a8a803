/** What the judge says, however the predictions were counted. */
import { compareMethods, JudgeContrasts } from './contrasts';
import type { JudgeComparison, MethodRuns } from './contrasts';
import type { JudgedMethod } from './methods';
import type { JudgeProblem } from './predictionFiles';

export interface Judgement {
  /** Of the labels. */
  title: string;
  classNames: string[];
  /** Of the images that are scored. */
  names: string[];
  /** Labelled pixels of each class in them. */
  pixels: number[];
  /** Class ids of head, body and tail. */
  thirds: number[][];
  /** Whose pixels make these. */
  thirdsBy: 'labels' | 'training split';
  methods: JudgedMethod[];
  comparisons: JudgeComparison[];
  problems: JudgeProblem[];
  /** Images that no method is scored on, as one of them has a problem there. */
  leftOut: string[];
}

/** The methods compared; all have runs on the same images. */
export function concluded(
  methods: JudgedMethod[],
  {
    resamples,
    ...told
  }: Omit<Judgement, 'methods' | 'comparisons' | 'names' | 'thirds'> & { resamples?: number },
): Judgement {
  const groups = methods.map(({ name, runs }): MethodRuns => ({ key: name, runs }));
  const [{ perImage, thirds }] = methods[0].runs;
  return {
    ...told,
    names: perImage.names,
    thirds: thirds.map((classes) => [...classes]),
    methods,
    comparisons: compareMethods(new JudgeContrasts(groups, resamples)),
  };
}
