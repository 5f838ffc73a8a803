/**
 * What render.ts calls inside its browser pages. Plain JavaScript, because the types of the DOM would add 0.7 s to
 * the first cell of every notebook.
 */

/**
 * Draws a Plotly figure. Gives the SVG, attributes sorted, and its texts with the style they are set in.
 * Plotly takes the ids of clip paths and gradients from Math.random: seeded by the figure's name, they are the
 * same each time, and differ between figures shown on one page.
 * @param {{ name: string, data: unknown[], layout: object }} figure
 */
async function drawFigure({ name, data, layout }) {
  seedRandom(name);
  const element = document.body.appendChild(document.createElement('div'));
  try {
    await Plotly.newPlot(element, data, layout, { staticPlot: true });
    const svg = Plotly.Snapshot.toSVG(element, 'svg');
    const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    // The order of attributes depends on what the page drew before.
    for (const node of [root, ...root.querySelectorAll('*')]) {
      const own = [...node.attributes].filter((attribute) => !attribute.name.startsWith('xmlns'));
      own.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const attribute of own) node.removeAttributeNode(attribute);
      for (const attribute of own) node.setAttributeNode(attribute);
    }
    const sorted = new XMLSerializer().serializeToString(root);
    element.replaceChildren(document.adoptNode(root));
    return { svg: sorted, texts: textsIn(root) };
  } finally {
    Plotly.purge(element);
    element.remove();
  }
}

/**
 * Shows an SVG alone on the page, its fonts loaded. Throws where it is no valid XML.
 * @param {{ svg: string, title: string }} picture
 */
async function showSvg({ svg, title }) {
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
  const problem = parsed.querySelector('parsererror');
  if (problem) throw new Error(`the SVG is not valid XML: ${problem.textContent}`);
  document.title = title;
  document.body.replaceChildren(document.adoptNode(parsed.documentElement));
  await loadFonts();
}

/** Loads every font the page declares; browsers otherwise load one when text first needs it. */
async function loadFonts() {
  await Promise.all([...document.fonts].map((face) => face.load()));
}

/**
 * Those of the characters that no font here has: they are drawn as the box that stands for a missing glyph.
 * @param {string[]} characters
 */
function withoutGlyph(characters) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 48;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser draws no canvas');
  context.font = '32px sans-serif';
  /** @param {string} text */
  const picture = (text) => {
    context.clearRect(0, 0, 48, 48);
    context.fillText(text, 4, 36);
    return context.getImageData(0, 0, 48, 48).data.join();
  };
  const missing = picture('\u{10FFFE}');
  return characters.filter((character) => picture(character) === missing);
}

/** @param {Element} root */
function textsIn(root) {
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement === null) continue;
    const { fontWeight, fontStyle } = getComputedStyle(node.parentElement);
    const style = { bold: Number(fontWeight) >= 600, italic: fontStyle === 'italic' };
    texts.push({ text: node.textContent, ...style });
  }
  return texts;
}

/**
 * Makes Math.random the generator mulberry32.
 * @param {string} text
 */
function seedRandom(text) {
  let state = 0;
  for (const letter of text) state = (Math.imul(state, 31) + letter.charCodeAt(0)) | 0;
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), 61 | bits);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}
