/** Which images every method has a prediction of, and what is wrong with the files. */
import { counted, InputError, invalid } from '../check';
import type { JudgedPredictions } from './options';
import { listFiles } from './pairing';
import type { Found } from './pairing';

/** A file that is not as it should be. */
export interface JudgeProblem {
  kind: 'missing' | 'extra' | 'unreadable' | 'outside' | 'resized';
  /** `pat`, `pat#1`; absent for labels. */
  method?: string;
  /** The image. */
  name: string;
  text: string;
}

/** The predictions of one method with one seed. */
export interface PredictionSet extends Required<JudgedPredictions> {
  /** `pat`, `pat#1` where the method has several. */
  label: string;
  files: Map<string, Found>;
  /** PNGs, or numbers of each pixel and class. */
  kind: Found['kind'];
}

/**
 * Lists the files of each method; what is missing, too much or of no kind that is read goes to `problems`.
 *
 * @throws InputError for a method that is there twice with one seed, one without a file, or with PNGs and numbers
 */
export async function findPredictions(
  predictions: readonly JudgedPredictions[],
  { names, suffix }: { names: readonly string[]; suffix?: string },
  problems: JudgeProblem[],
): Promise<PredictionSet[]> {
  if (predictions.length === 0) {
    throw new InputError('judge: predictions are missing. Give --predictions NAME=DIR.');
  }
  const seen = new Set<string>();
  const known = new Set(names);
  const sets: PredictionSet[] = [];
  for (const { name, seed = 0, place } of predictions) {
    const key = `${name}#${seed}`;
    if (seen.has(key)) {
      const remedy = `Seeds of one method are told apart as ${name}#0=…, ${name}#1=….`;
      throw invalid('judge', 'predictions', 'each method and seed once', key, remedy);
    }
    seen.add(key);
    const label = predictions.filter((one) => one.name === name).length > 1 ? key : name;
    const { files, unread } = await listFiles(`predictions of ${label}`, place, suffix);
    const kinds = [...new Set([...files.values()].map(({ kind }) => kind))];
    if (kinds.length !== 1) {
      const got = kinds.length === 0 ? `none in ${place}` : 'both';
      const files = 'PNG files, or .npy and .safetensors files';
      throw invalid(
        'judge',
        `predictions of ${label}`,
        files,
        got,
        suffix ? `All end with ${suffix}.` : '',
      );
    }
    for (const one of names) {
      if (!files.has(one))
        problems.push({
          kind: 'missing',
          method: label,
          name: one,
          text: `no prediction in ${place}`,
        });
    }
    for (const [one, { file }] of files) {
      if (!known.has(one))
        problems.push({ kind: 'extra', method: label, name: one, text: `no label for ${file}` });
    }
    for (const file of unread) {
      problems.push({
        kind: 'extra',
        method: label,
        name: file,
        text: 'is not read: no PNG, .npy or .safetensors, another name, or a name that is taken',
      });
    }
    sets.push({ name, seed, place, label, files, kind: kinds[0] });
  }
  return sets;
}

const titles: Record<JudgeProblem['kind'], string> = {
  missing: 'without a prediction',
  extra: 'without a label',
  unreadable: 'that cannot be read',
  outside: 'with numbers that are no class',
  resized: 'of another size than their label, resized',
};

/** Problems shown by name, of each kind and method. */
const SHOWN = 5;

/** A line for each kind of problem and method: how many, and which. */
export function problemLines(problems: readonly JudgeProblem[]): string[] {
  const groups = new Map<string, JudgeProblem[]>();
  for (const problem of problems) {
    const key = `${problem.method ?? 'labels'}: ${titles[problem.kind]}`;
    groups.set(key, [...(groups.get(key) ?? []), problem]);
  }
  return [...groups].map(([key, all]) => {
    const [who, what] = key.split(/: (.*)/);
    const shown = all.slice(0, SHOWN).map(({ name, text }) => `${name}: ${text}`);
    const more = all.length > SHOWN ? `; and ${all.length - SHOWN} more` : '';
    return `${who}: ${counted(all.length, 'file')} ${what} (${shown.join('; ')}${more})`;
  });
}
