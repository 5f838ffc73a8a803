/** What `npm run bench -- step` and `-- infer` measure, and the ratios that are asked for. */
import { checkNumber, checkOneOf, invalid } from '../../check';
import type { BenchCase, BenchLossName, Mode } from '../../measurement/reports';
import { networkNames } from '../../models';
import type { ModelVariant } from '../../models/modelTypes';

const lossNames: readonly BenchLossName[] = ['pat', 'crossEntropy'];

/** The words of the command line, as they are. */
export interface Filters {
  networks?: string;
  losses?: string;
  sizes?: string;
  variant?: string;
}

/** `width/side/batch` → the largest time that the kit allows itself, over that of PyTorch's fastest way. */
const bars: Record<string, Record<Mode, number>> = {
  '16/128/4': { step: 0.9, infer: 0.85 },
  '32/256/2': { step: 0.95, infer: 0.85 },
};

/** The largest peak memory that the kit allows itself, over that of PyTorch's thriftiest way. */
export const memoryBar = 1.3;

/** The largest ratio allowed; null where none is set. */
export function barOf({ mode, width, size, batch }: BenchCase): number | null {
  return bars[`${width}/${size}/${batch}`]?.[mode] ?? null;
}

export function caseName({ network, variant, loss, width, size, batch }: BenchCase): string {
  const name = variant === 'paper' ? network : `${network} (${variant})`;
  return [name, ...(loss ? [loss] : []), `${width}/${size}/${batch}`].join(' ');
}

/**
 * Every combination that the filters leave, by default all networks, losses and the two sizes that have a bar.
 *
 * @throws InputError for unknown names and for sizes that are none.
 */
export function benchCases(mode: Mode, filters: Filters): BenchCase[] {
  const where = `npm run bench -- ${mode}`;
  const names = list(where, '--networks', filters.networks, networkNames);
  if (mode === 'infer' && filters.losses !== undefined) {
    throw invalid(where, '--losses', 'absent (inference has none)', filters.losses);
  }
  const losses = mode === 'infer' ? [null] : list(where, '--losses', filters.losses, lossNames);
  const sizes = filters.sizes?.split(',') ?? Object.keys(bars);
  const variant = checkOneOf<ModelVariant>(where, '--variant', filters.variant ?? 'paper', [
    'paper',
    'authors',
  ]);
  return sizes.flatMap((text) => {
    const [width, size, batch] = parseSize(where, text);
    return names.flatMap((network) =>
      losses.map((loss) => ({ mode, network, variant, loss, width, size, batch })),
    );
  });
}

function list<T extends string>(
  where: string,
  option: string,
  text: string | undefined,
  known: readonly T[],
): readonly T[] {
  return text?.split(',').map((name) => checkOneOf(where, option, name, known)) ?? known;
}

function parseSize(where: string, text: string): number[] {
  const numbers = text.split('/').map(Number);
  if (numbers.length !== 3 || !numbers.every((n) => Number.isInteger(n) && n > 0)) {
    throw invalid(where, '--sizes', 'width/side/batch, such as 16/128/4', text);
  }
  if (numbers[1] % 32 !== 0) {
    throw invalid(where, '--sizes', 'of a side that is a multiple of 32', text);
  }
  checkNumber(where, 'side of --sizes', numbers[1], { min: 32 });
  return numbers;
}
