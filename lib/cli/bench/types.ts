/** What every bench gives. */
export interface BenchReport {
  /** For people. */
  lines: string[];
  /** For programs. */
  json: object;
}
