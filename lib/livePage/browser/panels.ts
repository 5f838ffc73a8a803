/** The pictures: the image with its labels, and what each run makes of it. */
import type { Colour } from '../../datasets/datasetTypes';
import { byId, element, percent } from './dom';
import { disagreement, paint } from './maps';
import type { State } from './state';

interface Panel {
  canvas: HTMLCanvasElement;
  marker: HTMLElement;
  note: HTMLElement;
}

export class Panels {
  private readonly image: Panel;
  private readonly runs: Panel[];

  /** `look` is told of a pixel that is pointed at, tapped, or moved to by an arrow key. */
  constructor(
    private readonly state: State,
    look: (pixel: number) => void,
  ) {
    const titles = ['Image', ...state.data.runs.map(({ label }) => label)];
    const panels = titles.map((title) => this.panel(title, look));
    byId('panels').replaceChildren(...panels.map(({ figure }) => figure));
    [this.image, ...this.runs] = panels;
  }

  private panel(title: string, look: (pixel: number) => void): Panel & { figure: HTMLElement } {
    const label = `${title}. Point at a pixel, or move by the arrow keys.`;
    const canvas = element('canvas', { role: 'img', tabindex: '0', 'aria-label': label });
    const marker = element('span', { class: 'marker', hidden: '', 'aria-hidden': 'true' });
    const note = element('span', { class: 'quiet' });
    const point = ({ clientX, clientY }: PointerEvent) => {
      const box = canvas.getBoundingClientRect();
      const part = (offset: number, side: number, count: number) =>
        Math.min(count - 1, Math.max(0, Math.floor((offset / side) * count)));
      const row = part(clientY - box.top, box.height, canvas.height);
      look(row * canvas.width + part(clientX - box.left, box.width, canvas.width));
    };
    canvas.addEventListener('pointermove', point);
    canvas.addEventListener('pointerdown', point);
    canvas.addEventListener('keydown', (event) => {
      const { width, height } = canvas;
      const steps: Record<string, [number, number]> = {
        ...{ ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] },
      };
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const { pixel = Math.floor(height / 2) * width + Math.floor(width / 2) } = this.state;
      const times = event.shiftKey ? 10 : 1;
      const inside = (at: number, side: number) => Math.min(side - 1, Math.max(0, at));
      const row = inside(Math.floor(pixel / width) + times * step[0], height);
      look(row * width + inside((pixel % width) + times * step[1], width));
    });
    const frame = element('div', { class: 'frame' }, canvas, marker);
    const caption = element('figcaption', {}, element('strong', {}, title), ' ', note);
    return { canvas, marker, note, figure: element('figure', {}, caption, frame) };
  }

  /** Paints everything anew. */
  paint(): void {
    const { data, view, opacity, image, isOn, decided } = this.state;
    if (image === undefined) return;
    const { pixels, labels, name } = image;
    const colours = data.classes.map(({ colour }, c) => (isOn[c] ? colour : null));
    const none = (): null => null;
    const ofLabels = (i: number): Colour | null => colours[labels?.[i] ?? -1] ?? null;
    paint(this.image.canvas, pixels, opacity, labels && view === 'classes' ? ofLabels : none);
    this.image.note.textContent = labels ? `${name}, with its labels` : name;
    const count = pixels.height * pixels.width;
    const apart = view === 'disagreement' ? disagreement(decided, count) : undefined;
    this.runs.forEach(({ canvas, note }, run) => {
      const own = decided[run];
      if (own === undefined) return paint(canvas, pixels, opacity, none);
      const { classes, confidence } = own;
      const grey = (i: number) => Array<number>(3).fill(255 * confidence[i]);
      const shown = (i: number) => (apart === undefined || apart[i] ? colours[classes[i]] : null);
      paint(canvas, pixels, opacity, view === 'confidence' ? grey : shown);
      const right = labels && this.shareRight(classes, labels);
      note.textContent = right === undefined ? '' : `${percent(right)} of the pixels right`;
    });
    const share = (apart?.reduce((sum, one) => sum + one, 0) ?? 0) / count;
    byId('viewNote').textContent = {
      classes: 'Each run’s class of every pixel.',
      confidence: 'Probability of the class decided on: black 0, white 1.',
      disagreement: `Painted where the runs do not all say the same: ${percent(share)} of the pixels.`,
    }[view];
    this.mark();
  }

  private shareRight(classes: Uint8Array, labels: Uint8Array): number | undefined {
    const { ignoreIndex } = this.state.data;
    let [right, valid] = [0, 0];
    labels.forEach((label, i) => {
      if (label === ignoreIndex) return;
      valid += 1;
      if (label === classes[i]) right += 1;
    });
    return valid === 0 ? undefined : right / valid;
  }

  /** Puts the marker on the pixel that is looked at. */
  mark(): void {
    const { pixel, image } = this.state;
    const { height, width } = image?.pixels ?? { height: 1, width: 1 };
    for (const { marker } of [this.image, ...this.runs]) {
      marker.hidden = pixel === undefined;
      if (pixel === undefined) continue;
      marker.style.left = `${(100 * ((pixel % width) + 0.5)) / width}%`;
      marker.style.top = `${(100 * (Math.floor(pixel / width) + 0.5)) / height}%`;
    }
  }
}
