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

/** Okabe–Ito, darkened to stand out from white and from black alike; lightness falls from the first to the third. */
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

/** Sentences of rules that so many claims share stand once, below the table. */
const SHARED_BY = 3;

/** The rule of each claim without the sentences that others share, which are notes a, b, … of the table. */
function sharedRules(ledger: readonly LedgerRow[]): {
  rules: { own: string; notes: string[] }[];
  notes: [letter: string, text: string][];
} {
  const sentences = ledger.map(({ rule }) => rule.split(/(?<=\.) (?=[A-Z])/));
  const counts = new Map<string, number>();
  for (const one of sentences.flat()) counts.set(one, (counts.get(one) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count >= SHARED_BY).map(([text]) => text);
  const letters = new Map(shared.map((text, i) => [text, String.fromCharCode(97 + i)]));
  return {
    rules: sentences.map((own) => ({
      own: own.filter((text) => !letters.has(text)).join(' '),
      notes: own.flatMap((text) => letters.get(text) ?? []),
    })),
    notes: shared.map((text) => [letters.get(text) ?? '', text]),
  };
}

/**
 * One row a claim, the rule below it in small print. Text follows the page, light or dark; a bar
 * has the verdict's colour.
 *
 * @param pageOf address of a notebook by its name (default: the notebook beside the table)
 */
export function ledgerHtml(
  ledger: readonly LedgerRow[],
  pageOf = (notebook: string) => `${notebook}.ipynb`,
): string {
  const cell = (html: string, style = '') =>
    `<td style="text-align:left;vertical-align:top;${style}">${html}</td>`;
  const { rules, notes } = sharedRules(ledger);
  const rows = ledger.map(({ place, claim, measured, verdict, notebook }, i) => {
    const { colour } = looks[verdict];
    const { own, notes: letters } = rules[i];
    const marks = letters.length > 0 ? ` <sup>${letters.join(', ')}</sup>` : '';
    const small = `<div style="opacity:.8;font-size:85%">${htmlText(own)}${marks}</div>`;
    const badge = `<b>${htmlText(verdictText(verdict))}</b>`;
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
    `<thead><tr>${heads}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>` +
    notes.map(([letter, text]) => `<div><sup>${letter}</sup> ${htmlText(text)}</div>`).join('\n')
  );
}

const headers = ['Verdict', 'Place', 'Claim, and the rule', 'Measured', 'Evidence'] as const;

/** A pipe table with links to the notebooks in `notebooks`, a folder as seen from the file (default: the same). */
export function ledgerMarkdown(ledger: readonly LedgerRow[], notebooks = '.'): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const { rules, notes } = sharedRules(ledger);
  const rows = ledger.map(({ place, claim, measured, verdict, notebook }, i) =>
    line([
      verdictText(verdict),
      markdownText(place),
      `${markdownText(claim)}<br><sub>${[markdownText(rules[i].own), rules[i].notes.join(', ')].filter(Boolean).join(' ')}</sub>`,
      markdownText(measured),
      `[${notebook}](${notebooks}/${notebook}.ipynb)`,
    ]),
  );
  const rule = `| ${headers.map(() => '---').join(' | ')} |`;
  const below = notes.flatMap(([letter, text]) => ['', `${letter}: ${markdownText(text)}`]);
  return [verdictCounts(ledger), '', line(headers), rule, ...rows, ...below, ''].join('\n');
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
  '…': '\\ldots{}',
  '‖': '$\\|$',
  '⁴': '$^4$',
  '·': '$\\cdot$',
  '–': '--',
};

function ledgerLatexText(text: string): string {
  return latexText(text).replace(/[§“”…‖⁴·–]/gu, (one) => latexSymbols[one]);
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
