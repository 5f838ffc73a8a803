/** The table of one pixel: each run's p by class as bars, β, and the losses by CE, Focal and PAT. */
import type { PageData } from '../pageTypes';
import { byId, css, element, number, percent } from './dom';
import { lossTitles } from './pixel';
import type { PixelCharges } from './pixel';

interface Cell {
  text: HTMLElement;
  bar: HTMLElement;
  mark: HTMLElement;
}

export interface ShownPixel {
  row: number;
  column: number;
  /** Where the image has labels and the pixel is not void. */
  trueClass?: number;
  /** Decided by each run, and the class that is charged. */
  decided: readonly number[];
  charges: readonly PixelCharges[];
}

/** Builds the table once and returns what fills it: only texts and widths change under the pointer. */
export function pixelTable({ classes, runs }: PageData): (pixel: ShownPixel) => void {
  const cells: Cell[][] = [];
  const body = element('tbody');
  classes.forEach(({ name, colour }) => {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.background = css(colour);
    const row = element('tr', {}, element('th', { scope: 'row' }, swatch, name));
    const own = runs.map((): Cell => {
      const [bar, mark] = [element('span', { class: 'bar' }), element('span', { class: 'mark' })];
      const text = element('span', { class: 'value' });
      bar.style.background = css(colour);
      const track = element('span', { class: 'track', 'aria-hidden': 'true' }, bar, mark);
      row.append(element('td', {}, text, track));
      return { text, bar, mark };
    });
    cells.push(own);
    body.append(row);
  });
  const numbers = ['Class', 'β', ...lossTitles].map((title) => {
    const row = element('tr', { class: 'number' }, element('th', { scope: 'row' }, title));
    const own = runs.map(() => element('td'));
    row.append(...own);
    body.append(row);
    return own;
  });
  const heads = runs.map(({ label }) => element('th', { scope: 'col' }, label));
  const head = element('tr', {}, element('th', { scope: 'col' }, 'p of'), ...heads);
  byId('pixelTable').replaceChildren(element('thead', {}, head), body);
  return ({ row, column, trueClass, decided, charges }) => {
    charges.forEach(({ p, pAtTemperature, beta, losses }, run) => {
      classes.forEach((_, c) => {
        const { text, bar, mark } = cells[c][run];
        text.textContent = percent(p[c]);
        bar.style.width = `${100 * p[c]}%`;
        mark.style.left = `${100 * pAtTemperature[c]}%`;
        text.classList.toggle('decided', decided[run] === c);
      });
      const charged = classes[trueClass ?? decided[run]].name;
      [charged, number(beta), ...losses.map(number)].forEach((text, i) => {
        numbers[i][run].textContent = text;
      });
    });
    const truth = trueClass === undefined ? '' : `, labelled ${classes[trueClass].name}`;
    const said = runs.map(({ label }, run) => {
      const c = decided[run];
      return `${label}: ${classes[c].name}, ${percent(charges[run].p[c])}`;
    });
    byId('pixelStatus').textContent =
      `Row ${row + 1}, column ${column + 1}${truth}. ${said.join('; ')}.`;
  };
}
