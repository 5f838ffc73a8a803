import { describe, expect, it } from 'vitest';
import { htmlText, markdownText, plotlyText, withoutHtml } from '../../lib/print/escape';
import type { Figure } from '../../lib/print/figure';
import { csvText, drawn } from '../../lib/print/plain';
import { tableHtml, tableLatex, tableMarkdown } from '../../lib/print/table';
import type { Table } from '../../lib/print/table';

/** A name that would be code in one place or another. */
const hostile =
  '=cmd|<img src=x onerror="alert(1)"><script>alert(2)</script>[a](javascript:alert(3))&lt;b&gt;`\\*_$%';

describe('names that come from files', () => {
  it('are text in HTML', () => {
    expect(htmlText(hostile)).not.toMatch(/[<>"']/);
    expect(htmlText('a & b')).toBe('a &amp; b');
  });

  it('are text in Markdown', () => {
    const text = markdownText(hostile);
    expect(text).not.toMatch(/(?<!\\)<(?=[a-z/!?])/i);
    expect(text).not.toMatch(/(?<!\\)\]\(/);
    expect(text).not.toMatch(/(?<!\\)[|`*]/);
    expect(text).toContain('&amp;lt;b');
    expect(markdownText('CamVid_2, [+0.3, +2.1], p < 0.05 & a')).toBe(
      'CamVid_2, [+0.3, +2.1], p < 0.05 & a',
    );
    expect(markdownText('two\n\nlines')).toBe('two lines');
    expect(markdownText('$x$ ~~y~~')).toBe('\\$x\\$ \\~\\~y\\~\\~');
    expect(markdownText('# x')).toBe('\\# x');
  });

  it('bring no HTML and no script into a cell of Markdown, whose own marks stay', () => {
    expect(withoutHtml(`**Reading.** ${hostile}`)).not.toMatch(/<[a-z/!]|(?<!\\)\]\(javascript/i);
    for (const link of ['[a](java&#115;cript:x)', '[a]: javascript:x', '[a](data:text/html,x)']) {
      expect(withoutHtml(link)).toContain('[a&#93;');
    }
    expect(withoutHtml('[a\\](javascript:x)')).toBe('[a\\&#93;(javascript:x)');
    expect(withoutHtml('![a](https://h.org/x.png) ![a][b]')).not.toContain('![');
    const own = '**a** `b` [c](./d.ipynb) [e](#f) [g](https://h.org) $p < 0.05$, a < b';
    expect(withoutHtml(own)).toBe(own);
  });

  it('are text in Plotly, which keeps <br>, <sub> and <sup>', () => {
    expect(plotlyText({ text: ['<i>a</i><br>b<sub>y</sub>', '&lt;'], z: [1, null] })).toEqual({
      text: ['&lt;i>a&lt;/i><br>b<sub>y</sub>', '&amp;lt;'],
      z: [1, null],
    });
  });

  it('are categories of an axis, whatever they look like', () => {
    const trace = (rest: object) => ({ type: 'bar', ...rest }) as Figure['data'][number];
    const data = [
      trace({ x: ['1', '2', '10'], y: [3, 1, 2] }),
      trace({ x: [1, 2], y: ['2020-01-01', '<i>'], yaxis: 'y3' }),
    ];
    const { layout, data: shown } = drawn({ data }, { xaxis: { title: { text: 'class' } } });
    expect(layout).toEqual({
      xaxis: { type: 'category', title: { text: 'class' } },
      yaxis3: { type: 'category' },
    });
    expect(shown[1]).toMatchObject({ y: ['2020-01-01', '&lt;i>'] });
  });

  it('are no formulas in CSV', () => {
    const names = ['=1+1', '+x', '-x', '@x', '\t=x', '-1.5', '−2', 'a=b'];
    const lines = csvText(names.map((name) => ({ name, value: -1 }))).split('\r\n');
    expect(lines.slice(1, -1)).toEqual([
      ...["'=1+1,-1", "'+x,-1", "'-x,-1", "'@x,-1", "'\t=x,-1"],
      ...['-1.5,-1', '−2,-1', 'a=b,-1'],
    ]);
  });

  it('are text in tables of every form', () => {
    const table: Table = {
      name: 'hostile',
      caption: hostile,
      labels: [hostile],
      columns: [{ group: hostile, header: hostile, digits: 1 }],
      rows: [{ labels: [hostile], cells: [{ value: 1, note: hostile }] }],
    };
    expect(tableHtml(table)).not.toMatch(/<(?:img|script)|onerror="/);
    expect(tableMarkdown(table)).not.toMatch(/(?<!\\)<(?:img|\/?script)/);
    expect(
      tableMarkdown(table)
        .split('\n')[2]
        .match(/(?<!\\)\|/g),
    ).toHaveLength(3);
    expect(tableLatex({ ...table, caption: 'two\n\nlines' })).toContain('\\caption{two lines}');
    expect(tableLatex(table)).not.toMatch(/(?<!\\)[%&_](?![^\n]*\\\\)/);
  });
});
