/** Whether the texts of an SVG can be read: none beyond the edge of the drawing, and none over another. */
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';

interface PlacedText {
  text: string;
  /** Corners in px of the drawing, in order round the text, as far as letters fill it. */
  corners: [x: number, y: number][];
}

interface Drawn {
  width: number;
  height: number;
  texts: PlacedText[];
}

/** px that a text may pass the edge or another text by: letters seldom fill their box. */
const TOLERANCE = 1.5;

/** Sentences, one for each text cut off and each pair of texts that overlap. */
export async function textProblems(page: Page, svg: string): Promise<string[]> {
  await page.goto(pathToFileURL(svg).href);
  const { width, height, texts } = await page.evaluate(measure);
  const cut = texts.filter(({ corners }) =>
    corners.some(
      ([x, y]) => Math.min(x, y) < -TOLERANCE || x > width + TOLERANCE || y > height + TOLERANCE,
    ),
  );
  const pairs = texts.flatMap((first, i) =>
    texts
      .slice(i + 1)
      .filter((second) => depth(first, second) > TOLERANCE)
      .map((second) => [first, second]),
  );
  return [
    ...cut.map(({ text }) => `'${text}' is cut off`),
    ...pairs.map(([first, second]) => `'${first.text}' overlaps '${second.text}'`),
  ];
}

/** Runs in the page. Sizes in units of the view box. */
function measure(): Drawn {
  const root = document.documentElement as unknown as SVGSVGElement;
  const { width, height } = root.viewBox.baseVal;
  const scale = root.getBoundingClientRect().width / width;
  const texts = Array.from(document.querySelectorAll('text')).flatMap((element) => {
    const text = element.textContent?.trim() ?? '';
    const matrix = element.getScreenCTM();
    if (text === '' || !matrix || getComputedStyle(element).visibility === 'hidden') return [];
    const { x, y, width, height } = element.getBBox();
    // Above small letters and below the line a text's box is empty.
    const [top, bottom] = [y + 0.15 * height, y + 0.85 * height];
    const corners = [
      [x, top],
      [x + width, top],
      [x + width, bottom],
      [x, bottom],
    ].map(([a, b]): [number, number] => {
      const point = new DOMPoint(a, b).matrixTransform(matrix);
      return [point.x / scale, point.y / scale];
    });
    return [{ text, corners }];
  });
  return { width, height, texts };
}

/** How far two rectangles, turned any way, reach into each other: the least over their axes; negative when apart. */
function depth(first: PlacedText, second: PlacedText): number {
  const axes = [first, second].flatMap(({ corners: [a, b, , d] }) =>
    [
      [b, a],
      [d, a],
    ].map(([to, from]) => {
      const [x, y] = [to[0] - from[0], to[1] - from[1]];
      const length = Math.hypot(x, y) || 1;
      return [x / length, y / length];
    }),
  );
  return Math.min(
    ...axes.map(([x, y]) => {
      const [one, other] = [first, second].map(({ corners }) => {
        const along = corners.map((corner) => corner[0] * x + corner[1] * y);
        return { low: Math.min(...along), high: Math.max(...along) };
      });
      return Math.min(one.high, other.high) - Math.max(one.low, other.low);
    }),
  );
}
