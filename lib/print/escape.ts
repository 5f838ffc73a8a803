/** Names that come from files are text: how they are written where markup has a meaning. */

const htmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML, SVG or an attribute of either. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (one) => htmlEntities[one]);
}

/** Text as Markdown that shows it literally, in a table's cell too: no HTML, no emphasis, no formula, no links, one line. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\`*|$~]|<(?=[a-z/!?])|\](?=[(:[])|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/giu, '\\$&')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/^(?=[#>])/, '\\');
}

/**
 * Markdown whose markup is Markdown's own: what would begin an HTML element is text, and so are pictures, which are fetched
 * when a page opens, and a link to anything but `https:`, `http:`, a place on the page or a relative path. By entities: a
 * backslash that stands before would take away one of ours.
 */
export function withoutHtml(markdown: string): string {
  return markdown
    .replace(/<(?=[a-z/!?])/gi, '&lt;')
    .replace(/!\[/g, '!&#91;')
    .replace(/\](?=(?:\(|:)(?!\s*(?:https?:\/\/|#|(?:\.{0,2}\/)?\w[\w./ -]*[)#?])))/gi, '&#93;');
}

/** The tags of Plotly's pseudo-HTML that the kit's own names have. */
const ownTags = /<(?!\/?(?:br|sub|sup)>)/g;

/**
 * A part of a Plotly figure whose texts are literal but for `<br>`, `<sub>` and `<sup>`: Plotly reads tags and entities in
 * titles, names and categories alike, so a class named `<i>` would be markup.
 */
export function plotlyText<T>(part: T): T {
  if (typeof part === 'string') {
    return part.replace(/&(?=#?\w+;)/g, '&amp;').replace(ownTags, '&lt;') as T;
  }
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return part;
  if (Array.isArray(part)) return part.map(plotlyText) as T;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, plotlyText(value as unknown)]),
  ) as T;
}
