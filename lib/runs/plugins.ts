/**
 * Plugins: files with losses and networks of your own, for what runs from the shell.
 *
 *     import { tf } from '../lib/backend';
 *     import { defineLoss } from '../lib/losses';
 *     defineLoss('mine', (logits, labels, { valid }) => …);
 *
 * A plugin is one file, TypeScript or JavaScript. What it imports from a `lib/…` is the running kit's, whatever path stands
 * before it: so a copy in a run's folder works as the original does, and the kit is never loaded a second time.
 */
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { transformSync } from 'esbuild';
import type { Loader, TransformFailure } from 'esbuild';
import * as backend from '../backend';
import * as check from '../check';
import { InputError, invalid } from '../check';
import * as losses from '../losses';
import { namesIn } from '../losses/traits';
import * as models from '../models';
import * as layers from '../models/layers';
import * as ops from '../ops';
import * as random from '../random';
import { pluginContent, readPlugin, rememberPlugin } from './pluginFiles';
import type { PluginInput, PluginReference } from './pluginFiles';

const where = 'plugin';

/** What a plugin may import from the kit. */
const kitModules: Readonly<Record<string, object>> = {
  'lib/backend': backend,
  'lib/check': check,
  'lib/losses': losses,
  'lib/models': models,
  'lib/models/layers': layers,
  'lib/ops': ops,
  'lib/random': random,
};

/** The definitions that a plugin made, by its SHA-256. */
const loaded = new Map<string, Definition[]>();

/** What `defineLoss` or `defineModel` made. */
interface Definition {
  kind: 'loss' | 'model';
  name: string;
  value: object;
}

const find = { loss: losses.findLoss, model: models.findNetwork };

/**
 * Runs the plugins whose definitions are not in force, in order.
 *
 * @throws InputError that names the file, for one that is not there, does not compile, throws, or defines nothing, and for
 *   two that define the same.
 */
export function loadPlugins(inputs: readonly PluginInput[]): PluginReference[] {
  const plugins: PluginReference[] = [];
  for (const input of inputs) {
    if (typeof input !== 'string' && input.defines !== undefined) continue; // found anew, as a cell may have run again
    const plugin = typeof input === 'string' ? readPlugin(where, input) : input;
    const same = plugins.find(({ name }) => name === plugin.name);
    if (same?.sha256 === plugin.sha256) continue;
    if (same !== undefined) {
      throw invalid(where, 'plugins', 'files of different names', plugin.name, 'Rename one.');
    }
    plugins.push(plugin);
    if (!isInForce(plugin)) run(plugin, typeof input === 'string' ? input : plugin.name);
  }
  inputs.forEach(checkCell);
  const lost = plugins.find((plugin) => !isInForce(plugin));
  if (lost === undefined) return plugins;
  const name = loaded.get(lost.sha256)?.find((one) => !isCurrent(one))?.name;
  const remedy = 'A later plugin defines it, too: rename one.';
  throw invalid(where, lost.name, 'the only plugin that defines each of its names', name, remedy);
}

/** What a cell defined must be defined in this process. */
function checkCell(input: PluginInput): void {
  if (typeof input === 'string' || input.defines === undefined) return;
  const { name, defines } = input;
  if (find[defines](name) !== undefined) return;
  const remedy = 'It was defined in a cell: define it here, too, or in a plugin.';
  throw invalid(where, defines, 'one that is known here', name, remedy);
}

const isCurrent = ({ kind, name, value }: Definition) => find[kind](name) === value;

function isInForce({ sha256 }: PluginReference): boolean {
  return loaded.get(sha256)?.every(isCurrent) ?? false;
}

/** What is defined now, outside the kit. */
function definitions(): Definition[] {
  const names = { loss: losses.knownLosses(), model: models.knownNetworks() };
  return (['loss', 'model'] as const).flatMap((kind) =>
    names[kind].map((name) => ({ kind, name, value: find[kind](name) as object })),
  );
}

/** The loss and the network of a configuration that are of a cell, no plugin's and not the kit's, with their source. */
export function cellDefinitions(config: { loss: { name: string }; model: { name: string } }) {
  const ofPlugins = new Set([...loaded.values()].flat().map(({ value }) => value));
  const named: Omit<Definition, 'value'>[] = [...new Set(namesIn(config.loss))].map((name) => ({
    kind: 'loss',
    name,
  }));
  named.push({ kind: 'model', name: config.model.name });
  return named.flatMap(({ kind, name }): PluginReference[] => {
    const value = find[kind](name);
    if (value?.source === undefined || ofPlugins.has(value)) return [];
    return [rememberPlugin(name, Buffer.from(`${value.source}\n`), kind)];
  });
}

function run(plugin: PluginReference, file: string): void {
  const content = pluginContent(plugin);
  if (content === undefined) {
    const remedy = 'Its copy is not in the plugins/ of the run: give it by --plugin FILE.';
    throw invalid(where, 'plugin', 'a file that is at hand', file, remedy);
  }
  const before = definitions();
  const code = compiled(file, content.toString('utf8'));
  try {
    evaluate(path.resolve(file), code);
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith(`${where}:`)) throw error;
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const [, line] = new RegExp(`${path.basename(file)}:(\\d+)`).exec(stack) ?? [];
    // Where nothing maps stack traces, as in a kernel, it is a line of the JavaScript that it became.
    const at = line && process.sourceMapsEnabled ? ` (line ${line})` : '';
    throw Object.assign(new InputError(`${where}: ${file} threw${at}: ${message}`), {
      cause: error,
    });
  }
  const values = new Set(before.map(({ value }) => value));
  const made = definitions().filter(({ value }) => !values.has(value));
  if (made.length === 0) {
    const remedy = 'Call them at the top of the file, as npm run new -- loss NAME shows.';
    throw invalid(where, 'plugin', 'a file that calls defineLoss or defineModel', file, remedy);
  }
  loaded.set(plugin.sha256, made);
}

/** As JavaScript that requires what the file imports. */
function compiled(file: string, source: string): string {
  const loader = path.extname(file).replace('.m', '').replace('.', '') as Loader;
  const options = { loader, sourcefile: path.resolve(file), format: 'cjs' as const };
  try {
    return transformSync(source, { ...options, target: 'es2022', sourcemap: 'inline' }).code;
  } catch (error) {
    const [first] = (error as TransformFailure).errors;
    const { line = 0, column = 0 } = first.location ?? {};
    throw new InputError(
      `${where}: ${file} does not compile: ${first.text} (line ${line}, column ${column + 1}).`,
    );
  }
}

/** Node's own module, but for what it finds by `require`. */
interface PluginModule extends NodeModule {
  _compile: (code: string, file: string) => void;
}

function evaluate(file: string, code: string): void {
  const module = new Module(file) as PluginModule;
  module.filename = file;
  const packages = createRequire(path.resolve('package.json')); // commands and kernels run in the kit's folder
  module.require = Object.assign((specifier: string) => imported(specifier, packages), packages);
  module._compile(code, file);
}

function imported(specifier: string, packages: NodeRequire): unknown {
  if (/^@tensorflow\/tfjs(-node(-gpu)?)?$/.test(specifier)) return backend.tf; // there is one TensorFlow
  const isPath = /^(\.|lib\/)/.test(specifier) || path.isAbsolute(specifier);
  if (!isPath) return packages(specifier);
  const [, own] = /(?:^|\/)(lib\/.*?)(?:\.[jt]s)?$/.exec(specifier) ?? [];
  if (own !== undefined && Object.hasOwn(kitModules, own)) return kitModules[own];
  const known = `from the kit one of ${Object.keys(kitModules).join(', ')}, or a package`;
  const remedy = 'A plugin is one file, which a run can keep: put the rest into it.';
  throw invalid(where, 'import', known, specifier, remedy);
}
