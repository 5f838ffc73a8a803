/** Whether an open split is that of a finished run. */
import { InputError } from '../check';
import { identifySplit } from '../datasets/identity';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { classDifference, classIdentity, dataDifference } from '../runs/dataIdentity';
import { readFacts } from '../runs/facts';
import type { RunRecord } from '../runs/record';

/**
 * In what the split differs from that of the same name in the run's data, in words; undefined where it does not, and for a
 * record of version 1.0, which tells class names alone.
 *
 * @throws InputError that begins with `where` for classes of other names, in another order, or that stand for other values
 *   in label files: then no score and no picture would mean what it says.
 */
export async function runDataDifference(
  where: string,
  { folder, record }: { folder: string; record: RunRecord },
  dataset: SegmentationDataset,
): Promise<string | undefined> {
  checkClassNames(where, record, dataset);
  const { data, config } = record;
  const given = classIdentity(dataset);
  const difference = data && classDifference(data, given);
  if (difference !== undefined) throw otherClasses(where, difference);
  const contents = config.dataset.checkContents;
  const found = await identifySplit(dataset, { contents });
  if (data === undefined || found === undefined) return undefined;
  const { split, title } = dataset;
  const splits = { ...data.splits, [split]: found.identity };
  const listing = (await readFacts(where, folder))?.listing ?? {};
  return dataDifference(
    data,
    { ...data, ...given, title, splits },
    {
      splits: [split],
      listings: [listing, { [split]: found.listing }],
    },
  );
}

/** @throws InputError where `dataset` does not have the classes of the record, in their order. */
export function checkClassNames(
  where: string,
  { classNames }: Pick<RunRecord, 'classNames'>,
  dataset: SegmentationDataset,
): void {
  const id = dataset.classNames.findIndex((name, i) => name !== classNames[i]);
  if (id < 0) return;
  const [is, was] = [dataset.classNames[id], classNames[id]];
  throw otherClasses(where, `class ${id} is '${is}' (was '${was}')`);
}

function otherClasses(where: string, difference: string): InputError {
  return new InputError(
    `${where}: classes must be those that the run learnt, got others: ${difference}. ` +
      'Put the data set back as it was (PAT_DATA_DIR, dataset.root, classes.json).',
  );
}
