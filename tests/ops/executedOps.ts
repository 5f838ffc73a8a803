/** Native ops under observation, or with parts of the binding replaced. */
import { nativeBackend } from '../../lib/ops/raw';
import type { NativeBackend } from '../../lib/ops/raw';

type Binding = NativeBackend['binding'];

/** Runs `action` while a copy of the binding with the functions that `replace` gives is in place. */
export function withBinding<T>(
  replace: (original: Binding) => Partial<Binding>,
  action: () => T,
): T {
  const backend = nativeBackend();
  if (!backend) throw new Error('withBinding: the native backend is not in use');
  const original = backend.binding;
  // The native object is frozen, and a spread does not list its functions.
  const properties = Object.getOwnPropertyNames(original).map((key) => [
    key,
    (original as unknown as Record<string, unknown>)[key],
  ]);
  const copy = Object.fromEntries(properties) as Binding;
  backend.binding = Object.assign(copy, replace(original));
  try {
    return action();
  } finally {
    backend.binding = original;
  }
}

/** Runs `action` and returns the names of the ops that went through the binding, in order. */
export function executedOps(action: () => void): string[] {
  const names: string[] = [];
  withBinding(
    (original) => ({
      executeOp: (name, ...rest) => {
        names.push(name);
        return original.executeOp(name, ...rest);
      },
    }),
    action,
  );
  return names;
}
