/**
 * Rules that keep a figure legible in grey print and for colour-blind readers, checked on the figure object: series
 * differ in more than colour, marks stand out from the background by 3:1 and text by 4.5:1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
import { screenLayout } from '../../lib/print/style';
import type { Figure } from '../../lib/print/figure';

/** What of a Plotly trace the rules read. */
interface Mark {
  type?: string;
  mode?: string;
  name?: string;
  xaxis?: string;
  opacity?: number;
  line?: { color?: string; dash?: string; width?: number };
  marker?: {
    color?: unknown;
    symbol?: string | number;
    opacity?: number;
    line?: { color?: unknown; width?: number };
  };
}

const MARKS_CONTRAST = 3;
const TEXT_CONTRAST = 4.5;

/** Sentences, one for each break of a rule; none for a legible figure. */
export function legibilityProblems(figure: Figure): string[] {
  const marks = (figure.data as Mark[]).filter(({ type }) => (type ?? 'scatter') === 'scatter');
  const background = figure.layout.plot_bgcolor ? String(figure.layout.plot_bgcolor) : '#FFFFFF';
  const panels = [...new Set(marks.map(({ xaxis = 'x' }) => xaxis))];
  return [
    ...panels.flatMap((panel) => {
      const shown = marks.filter(({ xaxis = 'x' }) => xaxis === panel);
      return [...confusedSeries(shown, panel), ...faintSeries(shown, panel, background)];
    }),
    ...faintText(figure, background),
  ];
}

/** Pairs of named line series of a panel that only colour tells apart. */
function confusedSeries(marks: Mark[], panel: string): string[] {
  const looks = new Map<string, Set<string>>();
  for (const mark of marks.filter(({ mode = 'lines' }) => mode.includes('lines'))) {
    const { name = '', line = {}, marker = {}, mode = 'lines' } = mark;
    const symbol = mode.includes('markers') ? `${marker.symbol ?? 'circle'}` : 'no marker';
    const look = `${line.dash ?? 'solid'}, ${symbol}`;
    looks.set(name, (looks.get(name) ?? new Set()).add(look));
  }
  const named = [...looks].filter(([name]) => name !== '');
  return named.flatMap(([first, own], i) =>
    named.slice(i + 1).flatMap(([second, others]) => {
      const shared = [...own].filter((look) => others.has(look));
      const text = `${panel}: '${first}' and '${second}' share dash and marker (${shared.join('; ')})`;
      return shared.length === own.size && shared.length === others.size ? [text] : [];
    }),
  );
}

/** Named series of which no mark stands out. Squares of a legend that name a colour of the data set do not count. */
function faintSeries(marks: Mark[], panel: string, background: string): string[] {
  const best = new Map<string, number>();
  for (const mark of marks) {
    const { name = '', opacity = 1 } = mark;
    const contrasts = markColours(mark).map((color) => contrast(color, background, opacity));
    best.set(name, Math.max(best.get(name) ?? 0, ...contrasts));
  }
  return [...best]
    .filter(([name, value]) => name !== '' && value < MARKS_CONTRAST)
    .map(([name, value]) => `${panel}: '${name}' has a contrast of ${value.toFixed(2)}:1`);
}

function markColours({ mode = 'lines', line = {}, marker = {} }: Mark): string[] {
  const colours: unknown[] = [];
  if (mode.includes('lines')) colours.push(line.color);
  if (mode.includes('markers')) {
    colours.push(marker.color, (marker.line?.width ?? 0) > 0 ? marker.line?.color : undefined);
  }
  // Without a colour of its own a mark has one of the palette, which tests/print/style.test.ts checks.
  const given = colours.flat().filter((color): color is string => typeof color === 'string');
  return given.length > 0 ? given : ['#000000'];
}

/** Every colour under a key that ends in `font`, in the layout with its template and in the traces. */
function faintText(figure: Figure, background: string): string[] {
  const found: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    for (const [key, item] of Object.entries(value)) {
      const color = (item as { color?: unknown } | null)?.color;
      if (/font$/.test(key) && typeof color === 'string') {
        const behind = (value as { bgcolor?: string }).bgcolor ?? '#FFFFFF';
        const ground = behind.startsWith('rgba(0,0,0,0)') ? background : behind;
        const ratio = contrast(color, ground);
        if (ratio < TEXT_CONTRAST) found.push(`${path}${key}: ${ratio.toFixed(2)}:1`);
      }
      walk(item, `${path}${key}.`);
    }
  };
  walk({ layout: screenLayout(figure), data: figure.data }, '');
  return found;
}

/** WCAG's contrast ratio, 1–21, of a colour of that opacity drawn on another. */
export function contrast(color: string, background: string, opacity = 1): number {
  const ground = channels(background);
  const [red, green, blue, alpha = 1] = channels(color);
  const drawn = [red, green, blue].map(
    (c, i) => c * alpha * opacity + ground[i] * (1 - alpha * opacity),
  );
  const [dark, light] = [luminance(drawn), luminance(ground)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** `#rrggbb`, `rgb(r,g,b)` or `rgba(r,g,b,a)` → 0–255 each, then the alpha where there is one. */
function channels(color: string): number[] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (hex) return hex.slice(1).map((pair) => parseInt(pair, 16));
  const numbers = /^rgba?\(([^)]*)\)$/.exec(color)?.[1].split(',').map(Number) ?? [];
  if (numbers.length >= 3 && numbers.every(Number.isFinite)) return numbers;
  throw new Error(
    `contrast: '${color}' is no colour these rules know: write it as #rrggbb or rgb(r,g,b)`,
  );
}

function luminance(rgb: number[]): number {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
