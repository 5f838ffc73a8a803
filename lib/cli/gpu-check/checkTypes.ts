/** What the parts of `npm run gpu-check` are given and give. */

/** 'note': worth knowing, and no failure. */
export type CheckStatus = 'ok' | 'note' | 'failed';

/** A line of the table. */
export interface CheckRow {
  part: string;
  name: string;
  status: CheckStatus;
  value: string;
  /** What to do about it. */
  remedy?: string;
}

/** What a part found: for people, and the numbers behind it for programs. */
export interface CheckPart {
  rows: CheckRow[];
  json: unknown;
}

export interface CheckOptions {
  /** Whether TensorFlow computes on a GPU. */
  onGpu: boolean;
  signal: AbortSignal;
  /** Networks whose steps are timed. */
  networks: readonly string[];
  /** Steps that are timed. */
  steps: number;
}
