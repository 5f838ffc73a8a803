/** Elements of the page. All text is set as text: names of classes and runs are never markup. */
import { realMinus } from '../../print/table/numberText';

type Child = Node | string;

/** A new element with attributes and children; strings become text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The element of the page's skeleton with this id. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

/** Calls `changed` with a slider's number now and whenever it moves, and writes it beside the slider. */
export function onSlider(id: string, changed: (value: number) => void, start?: number): void {
  const input = byId<HTMLInputElement>(id);
  if (start !== undefined) input.value = String(start);
  const tell = () => {
    byId(`${id}Value`).textContent = input.value;
    changed(Number(input.value));
  };
  input.addEventListener('input', tell);
  tell();
}

/** `93.4 %`. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** `−0.4`. */
export function points(value: number): string {
  return realMinus(value.toFixed(1));
}

/** Three significant digits. */
export function number(value: number): string {
  return Math.abs(value) >= 1000 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

/** `rgb(1 2 3)`. */
export function css([red, green, blue]: readonly number[]): string {
  return `rgb(${red} ${green} ${blue})`;
}
