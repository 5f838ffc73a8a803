/** In which settings runs differ, besides network, loss and seed: what a table or figure has to say of each. */
import type { ExperimentConfig } from '../runs/config';
import { sharedSettings } from './keys';

/** A setting that is not the same in all of some configurations. */
export interface DifferingSetting {
  /** `optimizer.learningRate`. */
  path: string;
  /** `learning rate`. */
  title: string;
  /** `0.001`, `64×96`; `–` where it is not set. */
  valueIn: (config: ExperimentConfig) => string;
}

/** Told by other means: the data by their title, the network by its own. */
const toldElsewhere = ['plugins', 'dataset.name', 'model.name', 'loss', 'split'];

/** The settings that differ, in the order of the configuration. */
export function differingSettings(configs: readonly ExperimentConfig[]): DifferingSetting[] {
  const all = configs.map(flatSettings);
  const paths = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  return paths
    .filter((path) => new Set(all.map((settings) => settings.get(path))).size > 1)
    .map((path) => {
      const keys = path.split('.');
      const last = keys.slice(['name', 'seed'].includes(keys[keys.length - 1]) ? -2 : -1);
      const title = last.join(' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      return { path, title, valueIn: (config) => flatSettings(config).get(path) ?? '–' };
    });
}

/** `learning rate 0.001, batch size 4`. */
export function settingsText(
  settings: readonly DifferingSetting[],
  config: ExperimentConfig,
): string {
  return settings.map(({ title, valueIn }) => `${title} ${valueIn(config)}`).join(', ');
}

/** Path → value as text. */
function flatSettings(config: ExperimentConfig): Map<string, string> {
  const flat = new Map<string, string>();
  const add = (value: unknown, path: string) => {
    if (toldElsewhere.includes(path) || value === undefined) return;
    if (Array.isArray(value)) flat.set(path, value.join('×'));
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) add(inner, path ? `${path}.${key}` : key);
    } else flat.set(path, typeof value === 'string' ? value : JSON.stringify(value));
  };
  add(sharedSettings(config, 'valid'), '');
  return flat;
}
