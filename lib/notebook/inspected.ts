/** What a tensor, a data frame and a figure show as a cell's last expression, or in `console.log`: what they are. */
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import type { CustomInspectFunction } from 'node:util';
import type { DataFrame } from 'danfojs-node';
import { tf } from '../backend';
import { invalid, shapeText } from '../check';
import { renderTable } from './notebookTable';
import type { FrameLike } from './notebookTable';

const VALUES_SHOWN = 8;
const ROWS_SHOWN = 20;

/** `Tensor [2,3] float32: 1, 2, 3, 4, 5, 6`, with the first 8 values; of a disposed one its shape alone. */
export function tensorText(tensor: tf.Tensor): string {
  const head = `Tensor ${shapeText(tensor.shape)} ${tensor.dtype}`;
  if (tensor.isDisposed) return `${head}, disposed`;
  const count = Math.min(tensor.size, VALUES_SHOWN);
  const first = tf.tidy(() => tensor.flatten().slice(0, count).dataSync());
  const values = Array.from(first as ArrayLike<number | string>, (value) =>
    typeof value === 'number' ? String(Number(value.toPrecision(5))) : inspect(value),
  );
  return `${head}: ${values.join(', ')}${tensor.size > count ? ', …' : ''}`;
}

/** The first 20 rows as a table, and how many there are. */
export function frameText(frame: FrameLike): string {
  const rows = frame.values as unknown[][];
  const shown = Math.min(rows.length, ROWS_SHOWN);
  const head = {
    columns: frame.columns,
    index: frame.index.slice(0, shown),
    values: rows.slice(0, shown),
  };
  const more = rows.length > shown ? `, the first ${shown}` : '';
  return `${renderTable(head).text}\n(${rows.length} rows × ${frame.columns.length} columns${more})`;
}

/** Rows of equal columns as a danfojs DataFrame, to sort, group and describe. Loads danfojs at the first call. */
export function dataFrame(rows: readonly object[]): DataFrame {
  const danfo = createRequire(__filename)('danfojs-node') as {
    DataFrame: { new (rows: readonly object[]): DataFrame; prototype: DataFrame };
  };
  if (rows.length === 0) throw invalid('dataFrame', 'rows', 'at least one row', '[]');
  showAs<DataFrame>(danfo.DataFrame.prototype, frameText);
  return new danfo.DataFrame(rows);
}

/** A danfojs DataFrame, which only `dataFrame` makes here. */
export function isFrame(value: unknown): value is FrameLike {
  return typeof value === 'object' && value !== null && value.constructor.name === 'DataFrame';
}

/** Makes all objects of that class show what `text` says. */
export function showAs<Shown>(prototype: object, text: (shown: Shown) => string): void {
  const custom: CustomInspectFunction = function (this: unknown) {
    return text(this as Shown);
  };
  Object.defineProperty(prototype, inspect.custom, {
    value: custom,
    configurable: true,
    enumerable: false,
    writable: true,
  });
}

showAs<tf.Tensor>(tf.Tensor.prototype, tensorText);
