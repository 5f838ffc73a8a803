import { describe, expect, it } from 'vitest';
import { ClaimRuns, judgeClaims } from '../../lib/claims';
import type { LedgerRow } from '../../lib/claims';
import { ablationScores } from '../../lib/claims/ablationClaims';
import { ablationFigure } from '../../lib/figures/ablationFigure';
import { comparisonsFigure } from '../../lib/figures/comparisons';
import { ledgerCsv, ledgerHtml, ledgerLatex, ledgerMarkdown } from '../../lib/figures/ledgerTable';
import { claimRuns, madeUpSweep } from '../claims/madeUpRuns';

const row = (rest: Partial<LedgerRow>): LedgerRow => ({
  id: 'a',
  place: '§ 5.1',
  claim: '“better” for |M| < 3 & 50 %',
  rule: 'Holds if so.',
  notebook: '09-claims',
  verdict: 'holds',
  measured: 'PAT − CE: +1.2 [+0.3, +2.1]',
  comparisons: [],
  missing: [],
  ...rest,
});
const comparison = { value: 1.2, low: 0.3, high: 2.1, seeds: 3, clusters: 16 };
const ledger = [
  row({ comparisons: [{ label: 'CamVid: PAT − CE', outcome: 'above', ...comparison }] }),
  row({ id: 'b', verdict: 'contradicted' }),
];

describe('the ledger in print', () => {
  it('as HTML: colour and symbol, text escaped', () => {
    const html = ledgerHtml(ledger);
    expect(html).toContain('<b>● holds</b>'); // in the page's own colour: read on white and on black
    expect(html).toContain('border-left:6px solid #00795A');
    expect(html).toContain('✕ contradicted');
    expect(html).toContain('“better” for |M| &lt; 3 &amp; 50 %');
    expect(html).toContain('● holds: 1, ✕ contradicted: 1');
    expect(html).toContain('<a href="09-claims.ipynb">');
  });

  it('as Markdown, with links seen from the file', () => {
    const lines = ledgerMarkdown(ledger, '../notebooks').split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[4]).toBe(
      '| ● holds | § 5.1 | “better” for \\|M\\| < 3 & 50 %<br><sub>Holds if so.</sub> | PAT − CE: +1.2 [+0.3, +2.1] | ' +
        '[09-claims](../notebooks/09-claims.ipynb) |',
    );
  });

  it('has what several rules share once, below the table', () => {
    const rules = [
      'Any is a case. Holds if all do.',
      'Each is a case. Holds if all do.',
      'Holds if all do.',
    ];
    const rows = rules.map((rule, i) => row({ id: String(i), rule }));
    const html = ledgerHtml(rows);
    expect(html.match(/Holds if all do\./g)).toHaveLength(1);
    expect(html).toContain('Each is a case. <sup>a</sup>');
    expect(html).toContain('</table><div><sup>a</sup> Holds if all do.</div>');
    const markdown = ledgerMarkdown(rows);
    expect(markdown).toContain('<br><sub>Any is a case. a</sub>');
    expect(markdown).toMatch(/\n\na: Holds if all do\.\n$/);
  });

  it('as LaTeX, with nothing left that its fonts lack', () => {
    const all = ledgerLatex([...ledger, ...judgeClaims({ runs: new ClaimRuns([]) })]);
    expect(all).toContain("``better'' for \\textbar{}M\\textbar{} \\textless{} 3 \\& 50 \\%");
    expect(all.match(/\\begin\{longtable\}/g)).toHaveLength(1);
    expect(all.replace(/[\x20-\x7e\n]/g, '')).toBe('');
  });

  it('as CSV: a line for each comparison', () => {
    const [header, first, second] = ledgerCsv(ledger).split('\r\n');
    expect(header).toBe(
      'id,place,verdict,comparison,value,low,high,outcome,seeds,clusters,measured',
    );
    expect(first).toBe('a,§ 5.1,holds,CamVid: PAT − CE,1.2,0.3,2.1,above,3,16,');
    expect(second).toMatch(/^b,§ 5\.1,contradicted,,/);
  });
});

describe('figures of the findings', () => {
  const runs = claimRuns(
    madeUpSweep(({ loss }, rank) => 0.7 - 0.4 * rank + (loss.name === 'pat' ? 0.1 : 0)),
    200,
  );

  it('the ablation has a panel for each data set and every part', () => {
    const scores = ablationScores(runs);
    expect(scores).toHaveLength(15);
    for (const { value, low, high, seeds } of scores) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
      expect(seeds).toHaveLength(2);
      expect((seeds[0] + seeds[1]) / 2).toBeCloseTo(value, 9);
    }
    const figure = ablationFigure(scores, { score: 'tail mIoU', setting: 'SegNet' });
    expect(figure.rows).toHaveLength(15);
    expect(figure.layout.annotations).toHaveLength(3);
    const text = JSON.stringify(figure.data);
    expect(text).not.toContain('null');
    expect(ablationScores(claimRuns([]))).toEqual([]);
    expect(() => ablationFigure([], { score: 'x', setting: '' })).toThrow(/scores must be/);
  });

  it('comparisons: filled where decided, nothing without runs', () => {
    const judged = judgeClaims({ runs }).filter(({ id }) => id.startsWith('rare-classes'));
    const options = { name: 'rare', title: 'Rare classes', unit: 'points' };
    const figure = comparisonsFigure(judged, options);
    expect(figure?.rows).toHaveLength(24); // two readings of 12 places
    expect(JSON.stringify(figure?.data)).toContain('"circle"');
    const none = judgeClaims({ runs: claimRuns([]) });
    expect(comparisonsFigure(none, options)).toBeUndefined();
  });
});
