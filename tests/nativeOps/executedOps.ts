/** Which native ops a piece of code runs. */
import { nativeBackend } from '../../lib/nativeOps/raw';

/** Runs `action` and returns the names of the ops that went through the binding, in order. */
export function executedOps(action: () => void): string[] {
  const backend = nativeBackend();
  if (!backend) throw new Error('executedOps: the native backend is not in use');
  const original = backend.binding;
  const names: string[] = [];
  // The native object is frozen, and a spread does not list its functions.
  const properties = Object.getOwnPropertyNames(original).map((key) => [
    key,
    (original as unknown as Record<string, unknown>)[key],
  ]);
  const recording = Object.fromEntries(properties) as typeof original;
  recording.executeOp = (name, ...rest) => {
    names.push(name);
    return original.executeOp(name, ...rest);
  };
  backend.binding = recording;
  try {
    action();
  } finally {
    backend.binding = original;
  }
  return names;
}
