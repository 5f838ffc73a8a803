/**
 * Outputs of a cell. tslab's own display functions take one MIME type and no metadata; what they call does not,
 * so an output here can hold a picture with its size, or a table with a plain text beside it.
 */
import { randomUUID } from 'node:crypto';
import { kernelModule } from '../interrupt';

/** What an output shows, by MIME type; a reader shows the richest it knows. */
export type MimeBundle = Record<string, unknown>;

type WriteOutput = (
  content: {
    data: MimeBundle;
    metadata: Record<string, unknown>;
    transient: { display_id?: string };
  },
  update: boolean,
) => void;

/** The function that writes into the running cell's output; undefined outside a tslab kernel. */
export function outputWriter(): WriteOutput | undefined {
  return (kernelModule() as { lastWriteDisplayData?: WriteOutput } | undefined)
    ?.lastWriteDisplayData;
}

/**
 * Shows `bundle` in the running cell. Outside a kernel its `text/plain` goes to the standard output.
 *
 * @param metadata by MIME type, e.g. `{ 'image/png': { width: 461 } }`
 */
export function writeOutput(bundle: MimeBundle, metadata: Record<string, unknown> = {}): void {
  const write = outputWriter();
  if (write) write({ data: bundle, metadata, transient: {} }, false);
  else console.log(bundle['text/plain']);
}

/**
 * An output that each call replaces in place: the first call shows it in the running cell. Outside a kernel nothing is
 * shown.
 */
export function replaceableOutput(): (bundle: MimeBundle) => void {
  const display_id = randomUUID();
  let update = false;
  return (bundle) => {
    outputWriter()?.({ data: bundle, metadata: {}, transient: { display_id } }, update);
    update = true;
  };
}
