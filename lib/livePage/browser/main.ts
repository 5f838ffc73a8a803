/** The page's own script: what happens when. */
import { counted } from '../../check';
import { logitAdjustment } from '../../decisions';
import type { PageData } from '../pageTypes';
import { byId, css, element, onSlider } from './dom';
import { onFiles, openFile, openPageImage } from './images';
import type { OpenImage } from './images';
import { showLedger } from './ledger';
import { decide } from './maps';
import { loadNetwork, startBackend } from './networks';
import type { Network } from './networks';
import { Panels } from './panels';
import { chargesOf } from './pixel';
import { pixelTable } from './pixelTable';
import { showRuns } from './runTable';
import type { State, View } from './state';

const data = JSON.parse(byId('data').textContent ?? '') as PageData;
const numClasses = data.classes.length;
const pat = data.runs.find(({ temperature }) => temperature !== null);
const state: State = {
  ...{ data, view: 'classes', opacity: 0.6, strength: 0, sharpness: 1 },
  temperature: pat?.temperature ?? 1,
  isOn: data.classes.map(() => true),
  ...{ logits: [], decided: [] },
};
// For the console, where a reader may want the numbers themselves.
Object.assign(globalThis, { livePage: state });
const panels = new Panels(state, look);
const fillPixel = pixelTable(data);
const networks: Network[] = [];

function say(text: string): void {
  byId('status').textContent = text;
}

/** Predicts a new image by all runs. */
async function show(opening: Promise<OpenImage>): Promise<void> {
  try {
    const image = await opening;
    Object.assign(state, { image, logits: [], decided: [], pixel: undefined });
    panels.paint();
    const logits: Float32Array[] = [];
    for (const [i, network] of networks.entries()) {
      say(`Predicting: run ${i + 1} of ${networks.length}`);
      await new Promise((done) => setTimeout(done)); // lets the browser paint
      logits.push(await network(image.pixels));
      if (state.image !== image) return; // another one was opened meanwhile
    }
    state.logits = logits;
    const { height, width } = image.pixels;
    state.pixel = Math.floor(height / 2) * width + Math.floor(width / 2); // to have one to look at
    relabel();
    say(`${image.name}: predicted by ${counted(networks.length, 'run')}.`);
    document.documentElement.dataset.predicted = image.name;
  } catch (error) {
    say(`This image cannot be shown: ${(error as Error).message}`);
  }
}

/** Decides anew from the logits that are there. */
function relabel(): void {
  state.decided = state.logits.map((logits, run) => {
    const pixels = data.runs[run].trainingPixels;
    const none = new Float64Array(numClasses);
    const bias = pixels === undefined ? none : logitAdjustment(pixels, state.strength);
    return decide(logits, numClasses, bias);
  });
  panels.paint();
  look(state.pixel);
}

/** Shows what the runs say of a pixel. */
function look(pixel?: number): void {
  const { image, logits, decided } = state;
  if (pixel === undefined || image === undefined || decided.length === 0) return;
  state.pixel = pixel;
  const label = image.labels?.[pixel];
  const trueClass = label === undefined || label === data.ignoreIndex ? undefined : label;
  const classes = decided.map((own) => own.classes[pixel]);
  const rows = logits.map((all) => all.subarray(pixel * numClasses, (pixel + 1) * numClasses));
  const charged = classes.map((own) => trueClass ?? own);
  const { width } = image.pixels;
  fillPixel({
    ...{ row: Math.floor(pixel / width), column: pixel % width, trueClass, decided: classes },
    charges: chargesOf(rows, charged, state),
  });
  panels.mark();
}

function addControls(): void {
  onSlider('opacity', (opacity) => (Object.assign(state, { opacity }), panels.paint()));
  onSlider('strength', (strength) => (Object.assign(state, { strength }), relabel()));
  const settings = (changed: Partial<State>) => (Object.assign(state, changed), look(state.pixel));
  onSlider('temperature', (temperature) => settings({ temperature }), state.temperature);
  onSlider('sharpness', (sharpness) => settings({ sharpness }));
  if (data.runs.every(({ trainingPixels }) => trainingPixels === undefined)) {
    byId<HTMLInputElement>('strength').disabled = true;
  }
  byId('views').addEventListener('change', ({ target }) => {
    state.view = (target as HTMLInputElement).value as View;
    panels.paint();
  });
  byId('legend').append(
    ...data.classes.map(({ name, colour }, c) => {
      const input = element('input', { type: 'checkbox', checked: '' });
      const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.style.background = css(colour);
      input.addEventListener('change', () => {
        state.isOn[c] = input.checked;
        panels.paint();
      });
      return element('label', {}, input, swatch, name);
    }),
  );
}

async function addImages(): Promise<OpenImage | undefined> {
  const opened: OpenImage[] = [];
  for (const one of data.images) {
    const image = await openPageImage(one);
    const { width, height } = image.pixels;
    const picture = Object.assign(element('canvas', { 'aria-hidden': 'true' }), { width, height });
    picture.getContext('2d')?.putImageData(image.pixels, 0, 0);
    const button = element('button', { type: 'button' }, picture, image.name);
    button.addEventListener('click', () => void show(Promise.resolve(image)));
    byId('samples').append(button);
    opened.push(image);
  }
  const multiple = data.runs.reduce((all, run) => commonMultiple(all, run.sizeMultiple), 1);
  onFiles(byId<HTMLInputElement>('file'), (file) => {
    void show(openFile(file, data.size, multiple));
  });
  return opened[0];
}

function commonMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}

async function start(): Promise<void> {
  showRuns(data);
  showLedger(data);
  addControls();
  const backend = await startBackend();
  byId('backend').textContent = backend === 'webgl' ? 'WebGL' : 'CPU';
  for (const run of data.runs) networks.push(await loadNetwork(run));
  const first = await addImages();
  if (first !== undefined) await show(Promise.resolve(first));
  else say('Drop, paste or pick an image.');
}

start().catch((error: Error) => say(`The page cannot start: ${error.message}`));
