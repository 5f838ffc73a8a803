/**
 * The files that define a run's own losses and networks. A configuration names them by name and SHA-256; their bytes lie in
 * the run's folder, under `plugins/`, so that the run can go on and be evaluated when the original is gone. No TensorFlow
 * here: a sweep's supervisor reads these, too.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeAtomically } from '../atomicFile';
import { InputError, invalid } from '../check';
import { isAbsence, makeFolder } from '../files';

/** A plugin as configurations and records name it: no path of a machine. */
export interface PluginReference {
  /** Of the file, without its folder; of what `defines` says. */
  name: string;
  sha256: string;
  /** Set for what has no file: a loss or a network defined in a notebook's cell, whose source text is stored. */
  defines?: 'loss' | 'model';
}

/** What a configuration may hold: the path of a file, or what became of it. */
export type PluginInput = string | PluginReference;

const extensions = ['.ts', '.mts', '.js', '.mjs'];

/** Contents by their SHA-256, of all files that this process has read. */
const contents = new Map<string, Buffer>();

/** Keeps the content at hand, and gives its name and hash. */
export function rememberPlugin(
  name: string,
  content: Buffer,
  defines?: PluginReference['defines'],
): PluginReference {
  const sha256 = createHash('sha256').update(content).digest('hex');
  contents.set(sha256, content);
  return { name, sha256, ...(defines && { defines }) };
}

/** The content of a plugin that was read; undefined where it was not. */
export function pluginContent({ sha256 }: PluginReference): Buffer | undefined {
  return contents.get(sha256);
}

/**
 * Reads a plugin's file; a relative path is one of the working directory.
 *
 * @throws InputError that begins with `where`, for one that is no file of the kinds known, or not there.
 */
export function readPlugin(where: string, file: string): PluginReference {
  if (!extensions.includes(path.extname(file))) {
    throw invalid(where, 'plugin', `a file that ends with ${extensions.join(', ')}`, file);
  }
  try {
    return rememberPlugin(path.basename(file), readFileSync(file));
  } catch (error) {
    const remedy = `Looked for ${path.resolve(file)}: ${(error as Error).message}.`;
    throw invalid(where, 'plugin', 'a file that can be read', file, remedy);
  }
}

/** Where a run keeps its plugin. */
export function storedPlugin(folder: string, plugin: PluginReference): string {
  return path.join(folder, 'plugins', pluginFile(plugin));
}

/** Its name there. */
export function pluginFile({ name, defines }: PluginReference): string {
  return defines === undefined ? name : `${name}.${defines}.js`;
}

/** Writes the plugins into a run's folder. */
export async function writePlugins(
  folder: string,
  plugins: readonly PluginReference[] = [],
): Promise<void> {
  for (const plugin of plugins) {
    const file = storedPlugin(folder, plugin);
    await makeFolder('runPlugins', path.dirname(file));
    await writeAtomically(file, pluginContent(plugin) as Buffer);
  }
}

/**
 * Reads the plugins of a stored configuration from its folder, where they are not at hand: those that are missing there
 * stay so.
 *
 * @throws InputError for a stored file that was changed.
 */
export function readStoredPlugins(
  where: string,
  folder: string,
  plugins: readonly PluginInput[] = [],
): void {
  for (const plugin of plugins) {
    if (typeof plugin === 'string' || pluginContent(plugin) !== undefined) continue;
    const file = storedPlugin(folder, plugin);
    const stored = storedContent(where, file);
    if (stored === undefined) continue;
    if (rememberPlugin(plugin.name, stored).sha256 !== plugin.sha256) {
      throw new InputError(
        `${where}: ${file} must be the plugin that the run began with, got a file with another SHA-256. ` +
          'Put the original there.',
      );
    }
  }
}

/** The plugins of a configuration file, with paths that are beside it where there is such a file. */
export function pluginsOfFile<Content>(file: string, content: Content): Content {
  const { plugins } = (content ?? {}) as { plugins?: unknown };
  if (!Array.isArray(plugins)) return content;
  const folder = path.dirname(file);
  const given = plugins.map((plugin: unknown) => {
    if (typeof plugin !== 'string') return plugin;
    const beside = path.resolve(folder, plugin);
    return existsSync(beside) ? beside : plugin;
  });
  readStoredPlugins('plugins', folder, given.filter(isReference));
  return { ...content, plugins: given };
}

/** Whether it is what a stored configuration says of a plugin. */
export function isReference(plugin: unknown): plugin is PluginReference {
  const { name, sha256 } = (plugin ?? {}) as Partial<PluginReference>;
  return typeof name === 'string' && typeof sha256 === 'string';
}

/** The configuration with files that a command line names; one of the same name takes the other's place. */
export function withPlugins<Content>(content: Content, files: readonly string[]): Content {
  if (files.length === 0) return content;
  const { plugins = [] } = (content ?? {}) as { plugins?: PluginInput[] };
  if (!Array.isArray(plugins)) return content; // what is wrong with it is told where it is parsed
  const names = files.map((file) => path.basename(file));
  const kept = plugins.filter(
    (plugin) => !names.includes(typeof plugin === 'string' ? path.basename(plugin) : plugin.name),
  );
  return { ...content, plugins: [...kept, ...files] };
}

/**
 * How the plugins given differ from those of the run stored in `folder`, and what to do; undefined where they do not.
 */
export function pluginDifference(
  folder: string,
  stored: readonly PluginReference[] = [],
  given: readonly PluginReference[] = [],
): string | undefined {
  const find = (plugins: readonly PluginReference[], { name, defines }: PluginReference) =>
    plugins.find((one) => one.name === name && one.defines === defines);
  for (const plugin of stored) {
    const other = find(given, plugin);
    if (other?.sha256 === plugin.sha256) continue;
    const file = storedPlugin(folder, plugin);
    if (other === undefined) {
      const how = plugin.defines === undefined ? `--plugin ${file}` : `what ${file} holds`;
      return `without ${titleOf(plugin)}, which it began with. Give it: ${how}.`;
    }
    const change = changeOf(folder, plugin, other);
    return `another ${titleOf(plugin)}${change}. Give back the stored one, ${file}.`;
  }
  const added = given.find((plugin) => find(stored, plugin) === undefined);
  return added && `${titleOf(added)}, which it began without. Leave it out.`;
}

function titleOf({ name, defines }: PluginReference): string {
  return defines === undefined ? `plugin ${name}` : `definition of the ${defines} '${name}'`;
}

/** `, line 3 is "…", was "…"`: the first line of `plugin` as the run in `folder` keeps it that `other` has otherwise. */
export function changeOf(folder: string, plugin: PluginReference, other: PluginReference): string {
  const before = storedContent('plugins', storedPlugin(folder, plugin))?.toString();
  const now = pluginContent(other)?.toString();
  return before === undefined || now === undefined ? '' : `, ${firstLine(before, now)}`;
}

/** `line 3 is "…", was "…"`. */
function firstLine(before: string, now: string): string {
  const [old, fresh] = [before.split('\n'), now.split('\n')];
  const at = old.findIndex((line, i) => line !== fresh[i]);
  const line = at < 0 ? old.length : at;
  const shown = (text?: string) => (text === undefined ? 'not there' : JSON.stringify(text.trim()));
  return `line ${line + 1} is ${shown(fresh[line])}, was ${shown(old[line])}`;
}

function storedContent(where: string, file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw new InputError(`${where}: ${file} must be readable or absent, got ${String(error)}.`);
  }
}
