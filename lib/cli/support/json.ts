/** JSON files that a command line names. */
import { InputError } from '../../check';

/** @throws InputError that names the command and the file. */
export function parseJson(command: string, file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new InputError(`${command}: --config must be JSON, got '${file}'. ${String(error)}`);
  }
}
