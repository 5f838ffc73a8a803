/**
 * The ledger of claims as a coloured table for a notebook, and as Markdown, LaTeX and CSV. Each verdict has a colour and a
 * symbol of its own, so it can be told in grey print and by colour-blind readers.
 */
import { countVerdicts, verdicts } from '../claims';
import type { LedgerRow, Verdict } from '../claims';
import { htmlText, markdownText } from '../print/escape';
import { csvText } from '../print/plain';
import { latexText } from '../print/table/latex';
import type { FigureRow } from '../print/figure';

/** Okabe–Ito, darkened to be read on white; lightness falls from the first to the third. */
const looks: Readonly<Record<Verdict, { symbol: string; colour: string; latex: string }>> = {
  holds: { symbol: '●', colour: '#00795A', latex: '$\\bullet$' },
  'holds in part': { symbol: '◐', colour: '#8A6100', latex: '$\\circ\\bullet$' },
  contradicted: { symbol: '✕', colour: '#B34700', latex: '$\\times$' },
  'no difference': { symbol: '=', colour: '#3B6AA0', latex: '$=$' },
  'not decided': { symbol: '?', colour: '#5F5F5F', latex: '?' },
  'not testable here': { symbol: '○', colour: '#5F5F5F', latex: '$\\circ$' },
};

/** `● holds`. */
export function verdictText(verdict: Verdict): string {
  return `${looks[verdict].symbol} ${verdict}`;
}

/** `● holds 7, ◐ holds in part 9, …`; verdicts without a claim are left out. */
export function verdictCounts(ledger: readonly LedgerRow[]): string {
  const counts = countVerdicts(ledger);
  const present = verdicts.filter((verdict) => counts[verdict] > 0);
  return present.map((verdict) => `${verdictText(verdict)}: ${counts[verdict]}`).join(', ');
}

/**
 * One row a claim, the rule below it in small print. Colours of text and lines follow the page but for the verdict.
 *
 * @param pageOf address of a notebook by its name (default: the notebook beside the table)
 */
export function ledgerHtml(
  ledger: readonly LedgerRow[],
  pageOf = (notebook: string) => `${notebook}.ipynb`,
): string {
  const cell = (html: string, style = '') =>
    `<td style="text-align:left;vertical-align:top;${style}">${html}</td>`;
  const rows = ledger.map(({ place, claim, rule, measured, verdict, notebook }) => {
    const { colour } = looks[verdict];
    const small = `<div style="opacity:.7;font-size:85%">${htmlText(rule)}</div>`;
    const badge = `<b style="color:${colour}">${htmlText(verdictText(verdict))}</b>`;
    return (
      `<tr style="border-left:6px solid ${colour}">` +
      cell(badge, 'white-space:nowrap') +
      cell(htmlText(place)) +
      cell(`${htmlText(claim)}${small}`, 'min-width:16em') +
      cell(htmlText(measured), 'min-width:16em') +
      cell(`<a href="${pageOf(notebook)}">${notebook}</a>`, 'white-space:nowrap') +
      '</tr>'
    );
  });
  const heads = headers.map((text) => `<th style="text-align:left">${text}</th>`).join('');
  const counts = htmlText(verdictCounts(ledger));
  return (
    `<table><caption style="text-align:left">${counts}</caption>` +
    `<thead><tr>${heads}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`
  );
}

const headers = ['Verdict', 'Place', 'Claim, and the rule', 'Measured', 'Evidence'] as const;

/** A pipe table with links to the notebooks in `notebooks`, a folder as seen from the file (default: the same). */
export function ledgerMarkdown(ledger: readonly LedgerRow[], notebooks = '.'): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = ledger.map(({ place, claim, rule, measured, verdict, notebook }) =>
    line([
      verdictText(verdict),
      markdownText(place),
      `${markdownText(claim)}<br><sub>${markdownText(rule)}</sub>`,
      markdownText(measured),
      `[${notebook}](${notebooks}/${notebook}.ipynb)`,
    ]),
  );
  const rule = `| ${headers.map(() => '---').join(' | ')} |`;
  return [verdictCounts(ledger), '', line(headers), rule, ...rows, ''].join('\n');
}

/** A `longtable` with the rules left out; needs `\usepackage{booktabs, longtable, array}`. */
export function ledgerLatex(ledger: readonly LedgerRow[]): string {
  const column = (width: number) => `>{\\raggedright\\arraybackslash}p{${width}\\linewidth}`;
  const line = (cells: readonly string[]) => `  ${cells.join(' & ')} \\\\`;
  const counts = verdicts.map((verdict) => {
    return `${looks[verdict].latex}~${verdict}: ${countVerdicts(ledger)[verdict]}`;
  });
  const rows = ledger.map(({ place, claim, measured, verdict }) =>
    line([
      `${looks[verdict].latex}~${verdict}`,
      ledgerLatexText(place),
      ledgerLatexText(claim),
      ledgerLatexText(measured),
    ]),
  );
  return [
    `\\begin{longtable}{@{}${[0.13, 0.13, 0.3, 0.34].map(column).join('')}@{}}`,
    `  \\caption{The paper's claims: ${counts.join(', ')}.}\\label{tab:claims} \\\\`,
    '  \\toprule',
    line(['Verdict', 'Place', 'Claim', 'Measured']),
    '  \\midrule',
    '  \\endhead',
    ...rows,
    '  \\bottomrule',
    '\\end{longtable}',
    '',
  ].join('\n');
}

const latexSymbols: Readonly<Record<string, string>> = {
  '§': '\\S',
  '“': '``',
  '”': "''",
  '’': "'",
  '…': '\\ldots{}',
  '‖': '$\\|$',
  '⁴': '$^4$',
  '·': '$\\cdot$',
  '–': '--',
  '|': '$|$',
  '<': '$<$',
  '>': '$>$',
};

function ledgerLatexText(text: string): string {
  return latexText(text).replace(/[§“”’…‖⁴·–|<>]/gu, (one) => latexSymbols[one]);
}

/** A line for each comparison of each claim, and one for a claim without any. */
export function ledgerCsv(ledger: readonly LedgerRow[]): string {
  return csvText(
    ledger.flatMap(({ id, place, verdict, measured, comparisons }): FigureRow[] => {
      const claim = { id, place, verdict };
      if (comparisons.length === 0) return [{ ...claim, measured }];
      return comparisons.map(({ label, value, low, high, outcome, seeds, clusters }) => {
        return { ...claim, comparison: label, value, low, high, outcome, seeds, clusters };
      });
    }),
  );
}
