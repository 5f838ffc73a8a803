/** The numbers of a figure's traces as rows, for a figure that brings no rows of its own. */
import type { FigureRow } from './figure';

/** What holds values along a trace; a trace's other arrays (colours, custom data) say how it looks. */
const ALONG = ['x', 'y', 'z', 'values', 'labels', 'r', 'theta', 'a', 'b', 'c', 'text'] as const;
const ERRORS = { error_x: 'xError', error_y: 'yError' } as const;

type List = ArrayLike<unknown>;

/**
 * One row per point of every trace: the trace's name (its number without one), its coordinates, and its error bars. A
 * matrix `z`, as of a heat map, becomes one row per cell. A trace without arrays gives one row with its name and value.
 */
export function traceRows(data: readonly object[]): FigureRow[] {
  return data.flatMap((trace, i) => {
    const fields = trace as Record<string, unknown>;
    const { name, z } = fields;
    const label = typeof name === 'string' && name !== '' ? name : `trace ${i + 1}`;
    return isList(z) && isList(z[0]) ? cells(label, fields, z) : points(label, fields);
  });
}

function points(name: string, trace: Record<string, unknown>): FigureRow[] {
  const columns = new Map<string, List>();
  for (const key of ALONG) {
    const values = trace[key];
    if (isList(values)) columns.set(key, values);
  }
  for (const [key, column] of Object.entries(ERRORS)) {
    const { array } = (trace[key] ?? {}) as { array?: unknown };
    if (isList(array)) columns.set(column, array);
  }
  const length = [...columns.values()].reduce((most, list) => Math.max(most, list.length), 0);
  if (length === 0) return [{ trace: name, value: plainValue(trace.value) }];
  const counted = columns.has('y') && !columns.has('x');
  return Array.from({ length }, (_, at) => ({
    trace: name,
    ...(counted ? { x: start(trace, 'x', at) } : {}),
    ...Object.fromEntries([...columns].map(([key, list]) => [key, plainValue(list[at])])),
  }));
}

function cells(name: string, trace: Record<string, unknown>, z: List): FigureRow[] {
  const place = (axis: 'x' | 'y', at: number) => {
    const list = trace[axis];
    return isList(list) ? plainValue(list[at]) : start(trace, axis, at);
  };
  return Array.from(z).flatMap((row, i) =>
    Array.from(row as List, (value, j) => {
      return { trace: name, x: place('x', j), y: place('y', i), z: plainValue(value) };
    }),
  );
}

/** Where Plotly puts the point at that place when it is given no list: x0 + at · dx. */
function start(trace: Record<string, unknown>, axis: 'x' | 'y', at: number): number {
  const [first, step] = [trace[`${axis}0`] ?? 0, trace[`d${axis}`] ?? 1].map(Number);
  return first + at * step;
}

function isList(value: unknown): value is List {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function plainValue(value: unknown): string | number | null {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value) ?? null;
}
