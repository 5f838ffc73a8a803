/** Data sets, networks, losses and differences as figures, tables and sentences name them. */
import { datasetTitle } from '../datasets';
import type { LossConfig } from '../losses';
import { mapLosses } from '../losses/traits';
import { networkTitle } from '../models';
import type { NetworkName } from '../models';

export { datasetTitle, isKnownDataset } from '../datasets';
export { lossLabel, lossTitle } from '../losses/lossLabels';
export { networkTitle } from '../models';

/** `CamVid, SegNet`. */
export function placeTitle(dataset: string, network: NetworkName): string {
  return `${datasetTitle(dataset)}, ${networkTitle(network)}`;
}

/** Is it the loss as in the authors' code? */
export function isAuthors(loss: { name: string }): boolean {
  return 'variant' in loss && loss.variant === 'authors';
}

/** The loss by its name and variant alone: `BMS`, `BMS, authors’ code`; a sum by those of its terms and their weights. */
export function withoutOptions(loss: LossConfig): LossConfig {
  return mapLosses(loss, (one) => ({
    name: one.name,
    ...(isAuthors(one) ? { variant: 'authors' as const } : {}),
  }));
}

/** `+1.2`, `−0.3`, `0.0`: with sign and a real minus. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** A label to stand behind a minus: in parentheses where its own comma or sign could be read into the difference. */
export function subtrahend(label: string): string {
  return /[,=−-]/.test(label) ? `(${label})` : label;
}

/** A file stem of `text` that none of `taken` is, in letters, digits, `-` and `_`; it is added to them. */
export function freeStem(text: string, taken: Set<string>): string {
  const stem = text.replace(/[^A-Za-z0-9-]+/g, '_').replace(/^[_-]+|[_-]+$/g, '') || 'unnamed';
  const all = Array.from({ length: taken.size + 1 }, (_, i) =>
    i === 0 ? stem : `${stem}-${i + 1}`,
  );
  const free = all.find((one) => !taken.has(one.toLowerCase())) ?? stem;
  taken.add(free.toLowerCase());
  return free;
}
