import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText, jsonText, plain } from '../../lib/print/plain';
import type { FigureRow } from '../../lib/print/figure';

/** A reader of RFC 4180, character by character, that tells an empty field (null) from an empty string. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let position = 0;
  while (position < text.length) {
    let field = '';
    const quoted = text[position] === '"';
    if (quoted) {
      position += 1;
      while (text[position] !== '"' || text[position + 1] === '"') {
        field += text[position];
        position += text[position] === '"' ? 2 : 1;
      }
      position += 1;
    } else {
      while (text[position] !== ',' && text[position] !== '\r') field += text[position++];
    }
    row.push(field === '' && !quoted ? null : field);
    if (text[position] === ',') {
      position += 1;
    } else {
      expect(text.slice(position, position + 2)).toBe('\r\n');
      position += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('csvText', () => {
  it('writes columns in the order they first appear, and nothing for what is missing', () => {
    const rows: FigureRow[] = [
      { class: 'car, bus', share: 0.25 },
      { class: 'a "sign"', count: 3 },
      { class: '', share: null, count: NaN },
    ];
    expect(csvText(rows)).toBe(
      'class,share,count\r\n"car, bus",0.25,\r\n"a ""sign""",,3\r\n"",,\r\n',
    );
  });

  it('writes nothing where there are no rows', () => {
    expect(csvText([])).toBe('');
  });

  it('is read back as it was written', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ', 'τ') });
    const table = fc
      .tuple(fc.uniqueArray(text, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 4 }))
      .chain(([columns, rowCount]) => {
        const value = fc.oneof(text, fc.double({ noNaN: true }), fc.constant(null));
        const row = fc.array(value, { minLength: columns.length, maxLength: columns.length });
        return fc.tuple(
          fc.constant(columns),
          fc.array(row, { minLength: rowCount, maxLength: rowCount }),
        );
      });
    fc.assert(
      fc.property(table, ([columns, values]) => {
        // Keys like integers come first in every object, so columns are marked to keep their order.
        const rows = values.map((row) =>
          Object.fromEntries(row.map((value, i) => [`_${columns[i]}`, value])),
        );
        const [header, ...lines] = parseCsv(csvText(rows));
        expect(header).toEqual(columns.map((column) => `_${column}`));
        expect(lines).toEqual(
          values.map((row) => row.map((value) => (value === null ? null : String(value)))),
        );
      }),
    );
  });
});

describe('plain data', () => {
  it('turns typed arrays into lists, and what JSON cannot hold into null', () => {
    const figure = { x: new Float32Array([0.5, NaN, -1]), y: [Infinity, 2], z: new Uint8Array(2) };
    expect(plain(figure)).toEqual({ x: [0.5, null, -1], y: [null, 2], z: [0, 0] });
    expect(jsonText(figure)).toBe('{"x":[0.5,null,-1],"y":[null,2],"z":[0,0]}');
  });
});
