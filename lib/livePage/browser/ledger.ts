/** The ledger of claims: filtered by verdict, each with the figure of its differences. */
import type { PageClaim, PageComparison, PageData } from '../pageTypes';
import { byId, element, points } from './dom';

const SVG = 'http://www.w3.org/2000/svg';

export function showLedger({ ledger, notebooks }: PageData): void {
  if (ledger.length === 0) return;
  byId('ledger').hidden = false;
  const select = byId<HTMLSelectElement>('verdict');
  const verdicts = [...new Set(ledger.map(({ verdict }) => verdict))];
  const options = [
    ['', `all (${ledger.length})`],
    ...verdicts.map((verdict) => {
      const { length } = ledger.filter((claim) => claim.verdict === verdict);
      return [verdict, `${verdict} (${length})`];
    }),
  ];
  select.append(...options.map(([value, text]) => element('option', { value }, text)));
  const rows = ledger.map((claim) => ({ claim, row: rowOf(claim, notebooks) }));
  byId('claims').append(...rows.map(({ row }) => row));
  select.addEventListener('change', () => {
    for (const { claim, row } of rows) {
      row.hidden = select.value !== '' && claim.verdict !== select.value;
    }
  });
}

function rowOf(claim: PageClaim, notebooks?: string): HTMLElement {
  const { place, verdict, rule, measured, notebook, comparisons } = claim;
  const summary = element(
    'summary',
    {},
    element('b', { 'data-verdict': verdict }, verdict),
    ` ${claim.claim} `,
    element('span', { class: 'quiet' }, place),
  );
  const more = [element('p', {}, `Measured: ${measured}`), element('p', {}, `Rule: ${rule}`)];
  if (notebooks !== undefined) {
    const href = `${notebooks}/${encodeURIComponent(notebook)}.html`;
    more.push(element('p', {}, element('a', { href }, `Notebook ${notebook}`)));
  }
  const details = element('details', {}, summary, ...more);
  // Drawn when it is first opened: a ledger has hundreds of differences.
  const draw = () => comparisons.length > 0 && details.append(figureOf(claim.claim, comparisons));
  details.addEventListener('toggle', draw, { once: true });
  return element('li', {}, details);
}

/** Each difference as a dot with its interval, filled where that leaves 0 out. */
function figureOf(title: string, comparisons: readonly PageComparison[]): HTMLElement {
  const ends = [0, ...comparisons.flatMap(({ low, high }) => [low, high])];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const x = (value: number) => 4 + (192 * (value - from)) / (to - from || 1);
  const rows = comparisons.map(({ label, value, low, high }) => {
    const sure = low > 0 || high < 0;
    const said = `${points(value)} (${points(low)} to ${points(high)})`;
    const svg = shape('svg', { viewBox: '0 0 200 16', class: 'interval', 'aria-hidden': 'true' });
    svg.append(
      shape('line', { x1: x(0), x2: x(0), y1: 0, y2: 16, class: 'zero' }),
      shape('line', { x1: x(low), x2: x(high), y1: 8, y2: 8 }),
      shape('circle', { cx: x(value), cy: 8, r: 4, class: sure ? 'sure' : 'open' }),
    );
    const head = element('th', { scope: 'row' }, label);
    return element('tr', {}, head, element('td', {}, svg), element('td', {}, said));
  });
  const caption = element('caption', {}, `${title}: points, 95 % intervals`);
  const table = element('table', { class: 'intervals' }, caption, element('tbody', {}, ...rows));
  return element(
    'div',
    { class: 'wide', tabindex: '0', role: 'group', 'aria-label': title },
    table,
  );
}

function shape(tag: string, attributes: Readonly<Record<string, string | number>>): Element {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
