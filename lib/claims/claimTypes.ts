/** What a claim is, and what is said of it. */
import type { Outcome } from '../results/contrast';
import type { Evidence } from './evidence';

export const verdicts = [
  'holds',
  'holds in part',
  'contradicted',
  'no difference',
  'not decided',
  'not testable here',
] as const;

export type Verdict = (typeof verdicts)[number];

/** One measured difference with its interval; shares are in percentage points. */
export interface Comparison {
  /** What is subtracted from what, and where: `'CamVid, SegNet: PAT − CE'`. */
  label: string;
  value: number;
  low: number;
  high: number;
  outcome: Outcome;
  seeds: number;
  /** Of images; 0 where the noise is that of the seeds alone. */
  clusters: number;
}

/** What the evidence says of a claim. */
export interface Judgement {
  verdict: Verdict;
  /** The numbers behind the verdict; the reason where it is `'not testable here'` or `'not decided'`. */
  measured: string;
  /** The single differences, where the claim is about runs (else empty). */
  comparisons: Comparison[];
  /** Runs that the claim asks for and the records lack. */
  missing: string[];
}

export interface Claim {
  id: string;
  /** Section, figure or table of the paper; `'this kit'` for a question that the paper leaves open. */
  place: string;
  /** The claim in a phrase; the paper's own words are in quotation marks. */
  claim: string;
  /** What decides between the verdicts, in words. */
  rule: string;
  /** File stem of the notebook that shows the evidence. */
  notebook: string;
  judge: (evidence: Evidence) => Judgement;
}

/** A claim with what was found. */
export type LedgerRow = Omit<Claim, 'judge'> & Judgement;
