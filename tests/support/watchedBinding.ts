import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { requireNative } from '../../lib/engine/recorder';

/** Calls `use` while the native backend has a copy of its binding, with what `watch` puts into it. */
export function watched(watch: (native: TFJSBinding) => Partial<TFJSBinding>, use: () => void) {
  const backend = requireNative();
  const native = backend.binding;
  const entries = Object.getOwnPropertyNames(native).map((key): [string, unknown] => {
    const value = (native as unknown as Record<string, unknown>)[key];
    return [key, typeof value === 'function' ? (value.bind(native) as unknown) : value];
  });
  backend.binding = {
    ...(Object.fromEntries(entries) as unknown as TFJSBinding),
    ...watch(native),
  };
  try {
    use();
  } finally {
    backend.binding = native;
  }
}

/** Names of the ops that run natively during `use`. */
export function nativeOpsOf(use: () => void): string[] {
  const ops: string[] = [];
  const watch = (native: TFJSBinding): Partial<TFJSBinding> => ({
    executeOp: (op, ...rest) => {
      ops.push(op);
      return native.executeOp(op, ...rest);
    },
  });
  watched(watch, use);
  return ops;
}
