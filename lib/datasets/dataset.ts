/** Makes a `SegmentationDataset` of a data set's facts and the source of one split's samples. */
import { checkNumber } from '../check';
import { batches } from './batches';
import { withCache } from './cache/sampleCache';
import type { SplitParts } from './identity';
import { ignoreIndex } from './ignoreIndex';
import type {
  DatasetFacts,
  SampleSource,
  SegmentationDataset,
  SkippedSample,
  Split,
  VoidRule,
} from './datasetTypes';

export { ignoreIndex };

/** The id that void pixels get: `ignoreIndex`, or the id behind the last class. */
export function voidLabel(classNames: readonly string[], voidAs: VoidRule): number {
  return voidAs === 'class' ? classNames.length : ignoreIndex;
}

/**
 * The data set as users see it. With `voidAs: 'class'` it has one more class, `Void` (black), with
 * the last id; `source` must label void pixels with `voidLabel(facts.classNames, voidAs)`.
 */
export function createDataset(
  facts: DatasetFacts,
  source: SampleSource,
  {
    split,
    voidAs,
    skipped = [],
    parts,
  }: {
    split: Split;
    voidAs: VoidRule;
    skipped?: readonly SkippedSample[];
    parts?: SplitParts;
  },
): SegmentationDataset {
  const withVoid = voidAs === 'class';
  const classNames = withVoid ? [...facts.classNames, 'Void'] : facts.classNames;
  const last = source.length - 1;
  return {
    name: facts.name,
    title: facts.title,
    real: facts.real,
    licence: facts.licence,
    citation: facts.citation,
    attribution: facts.attribution,
    voidMark: facts.voidMark,
    split,
    classNames,
    palette: withVoid ? [...facts.palette, [0, 0, 0]] : facts.palette,
    ignoreIndex,
    numClasses: classNames.length,
    length: source.length,
    skipped,
    remarks: source.remarks,
    parts,
    sample: async (index) => {
      checkNumber(`${facts.name}.sample`, 'index', index, { integer: true, min: 0, max: last });
      return source.sample(index);
    },
    labelMap: async (index) => {
      checkNumber(`${facts.name}.labelMap`, 'index', index, { integer: true, min: 0, max: last });
      return source.labelMap(index);
    },
    batches: (options) => batches(source, options),
  };
}

/** The same data set as one opened with `cache: 'memory'`. */
export function keptInMemory(dataset: SegmentationDataset): SegmentationDataset {
  const kept = withCache(dataset, { kind: 'memory', identity: {} });
  return {
    ...dataset,
    sample: (index) => kept.sample(index),
    labelMap: (index) => kept.labelMap(index),
    batches: (options) => batches(kept, options),
  };
}
