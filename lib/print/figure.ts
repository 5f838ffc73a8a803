/** A figure of the kit: what Plotly draws, plus all that goes to paper with it. */
import type { Data, Frame, Layout } from 'plotly.js';

/** One row of the table behind a figure; becomes one line of its CSV. */
export type FigureRow = Record<string, string | number | null>;

export interface Figure {
  /** File stem of the exported files, e.g. `'fig3c-pat-vs-focal'`. */
  name: string;
  /** One line, shown in the gallery. */
  title: string;
  /** What is drawn, with the parameters and the data set behind it; goes below the picture. */
  caption: string;
  data: Data[];
  layout: Partial<Layout>;
  frames?: Partial<Frame>[];
  /** Height / width of the printed figure. */
  aspectRatio: number;
  /**
   * Height of a drawing of that width, px, for a figure whose text and pictures leave no fixed ratio: text is as large in
   * a narrow drawing as in a wide one (default: width · aspectRatio).
   */
  heightAt?: (width: number) => number;
  /** The numbers drawn, in long form; where there are none, the CSV has the points of the traces. */
  rows: FigureRow[];
}
