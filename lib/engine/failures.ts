/** Which errors say that a computation cannot be a graph. All others are those of a bug, of wrong input, or of the machine. */

/** A computation cannot be written as a graph; the message says why. */
export class TracingError extends Error {}

/** The computation cannot run dry; it may still run. */
export class DryRunError extends Error {}

/** TensorFlow's word for too little memory, which a run op by op would lack, too. */
const OUT_OF_MEMORY = /RESOURCE_EXHAUSTED|Invalid TF_Status: 8\b|\bOOM\b|out of memory/i;

/** How the binding begins what TensorFlow says of a graph or an op. */
const OF_TENSORFLOW =
  /^(Invalid TF_Status: \d+|Failed to load SavedModel|Session fail to run with error|(In|Out)put op name can not be found)/;

/** The recording cannot be done: a value is read, a tensor of elsewhere is used, a shape is not known. */
export function isUnrecordable(error: unknown): error is Error {
  return error instanceof TracingError || error instanceof DryRunError;
}

/** It cannot be recorded, or TensorFlow cannot load or run the graph. */
export function isNoGraph(error: unknown): error is Error {
  if (isUnrecordable(error)) return true;
  if (!(error instanceof Error) || OUT_OF_MEMORY.test(error.message)) return false;
  return OF_TENSORFLOW.test(error.message);
}
