/** What the page shows now. */
import type { PageData } from '../pageTypes';
import type { OpenImage } from './images';
import type { Decided } from './maps';

export type View = 'classes' | 'confidence' | 'disagreement';

export interface State {
  data: PageData;
  view: View;
  /** Of the colours over the image, 0 … 1. */
  opacity: number;
  /** Strength t of logit adjustment. */
  strength: number;
  /** τ and k of PAT, for the table of the pixel. */
  temperature: number;
  sharpness: number;
  /** Classes that are painted. */
  isOn: boolean[];
  image?: OpenImage;
  /** Logits `[H,W,C]` of each run, and what is decided by them. */
  logits: Float32Array[];
  decided: Decided[];
  /** Row-major index of the pixel looked at. */
  pixel?: number;
}
