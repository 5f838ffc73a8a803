/** The own losses and networks of a run that is there already, made known from its folder. */
import { InputError } from '../check';
import type { ExperimentConfig } from './config';
import {
  changeOf,
  pluginContent,
  readPlugin,
  readStoredPlugins,
  storedPlugin,
} from './pluginFiles';
import type { PluginReference } from './pluginFiles';
import { cellDefinitions, loadPlugins } from './plugins';

/**
 * Runs the copies of the plugins that the run in `folder` keeps, whatever became of the originals. What a cell defined must
 * be defined in this process; a loss that is not is told, a network is needed.
 *
 * Option `given`: files in place of copies that are not there
 * Option `onNote`: told of files that differ from what the run began with
 * @throws InputError for a plugin that is nowhere, was changed in the run's folder, or does not run.
 */
export function loadRunPlugins(
  where: string,
  folder: string,
  { plugins = [], loss, model }: Pick<ExperimentConfig, 'plugins' | 'loss' | 'model'>,
  {
    given = [],
    onNote = () => {},
  }: { given?: readonly string[]; onNote?: (text: string) => void } = {},
): void {
  readStoredPlugins(where, folder, plugins);
  const files = given.map((file) => readPlugin(where, file));
  const others = files.filter((file) => !plugins.some(({ name }) => name === file.name));
  const own = plugins
    .filter(({ defines }) => defines === undefined)
    .map((plugin) => {
      const file = files.find(({ name }) => name === plugin.name);
      if (file === undefined || file.sha256 === plugin.sha256) return plugin;
      const isKept = pluginContent(plugin) !== undefined;
      const used = isKept ? 'the stored one is used' : 'it is used: the run does not hold its own';
      onNote(`--plugin ${file.name} is not the run's${changeOf(folder, plugin, file)}; ${used}`);
      return isKept ? plugin : file;
    });
  loadPlugins([...own, ...others]);
  const cells = plugins.filter(({ defines }) => defines !== undefined);
  const now = cellDefinitions({ loss, model });
  for (const cell of cells) checkCell(where, folder, cell, now, onNote);
}

function checkCell(
  where: string,
  folder: string,
  cell: PluginReference,
  now: readonly PluginReference[],
  onNote: (text: string) => void,
): void {
  const { name, defines } = cell;
  const current = now.find((one) => one.name === name && one.defines === defines);
  if (current?.sha256 === cell.sha256) return;
  if (current !== undefined) {
    const change = changeOf(folder, cell, current);
    return onNote(`the ${defines} '${name}' is not defined as when the run began${change}`);
  }
  const text = `the ${defines} '${name}' was defined in a cell, see ${storedPlugin(folder, cell)}`;
  if (defines === 'loss') return onNote(`${text}: its values are not computed here`);
  throw new InputError(`${where}: ${text}. Run that cell first, or define it in a plugin.`);
}
