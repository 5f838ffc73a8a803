/** What every bench takes and gives. */

export interface BenchOptions {
  /** How often each thing is measured, in turn. */
  rounds: number;
  signal: AbortSignal;
  /** Folder of the data sets (default: that of `openDataset`). */
  root?: string;
  /** Comma-separated words: what to measure; each bench has its own defaults. */
  networks?: string;
  losses?: string;
  /** `width/side/batch`. */
  sizes?: string;
  variant?: string;
  execution?: string;
  notebooks?: string;
  profile?: string;
  /** Rounds in which others used a larger share of the machine are repeated (0.12). */
  maxForeign: number;
}

export interface BenchReport {
  /** For people. */
  lines: string[];
  /** For programs. */
  json: object;
}
