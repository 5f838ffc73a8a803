/** What the scripts of pages find there besides the DOM: Plotly, as far as lib/print/page.js uses it. */
declare const Plotly: {
  newPlot(
    element: HTMLElement,
    data: unknown[],
    layout: object,
    config: { staticPlot: boolean },
  ): Promise<unknown>;
  purge(element: HTMLElement): void;
  Snapshot: { toSVG(element: HTMLElement, format: 'svg'): string };
};
