/** The site's own pages: index, tables, ledger. */
import { htmlText } from '../../print/escape';

/** The look of all of them: the page's own fonts, light and dark, tables that scroll by themselves. */
const style = `
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
a { color: LinkText; } li { padding: 0.15rem 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
th, td { padding: 0.2rem 0.6rem; border-bottom: 1px solid GrayText; text-align: left; vertical-align: top; }
.ledger { background: #fff; color: #1b1f24; } .ledger a { color: #0550ae; }
`;

export interface SitePage {
  title: string;
  /** HTML. */
  body: string;
  /** Of the index, as seen from the page (default: it is the index). */
  up?: string;
}

/** A whole page. */
export function sitePage({ title, body, up }: SitePage): string {
  const back = up === undefined ? '' : `<nav><a href="${up}">Start</a></nav>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${htmlText(title)}</title>
<style>${style}</style>
</head>
<body>
${back}<main>
<h1>${htmlText(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** A list of links; texts are text. */
export function links(all: readonly { href: string; text: string }[]): string {
  const items = all.map(({ href, text }) => {
    const url = href.split('/').map(encodeURIComponent).join('/');
    return `<li><a href="${url}">${htmlText(text)}</a></li>`;
  });
  return `<ul>\n${items.join('\n')}\n</ul>`;
}

/** Something wide that scrolls by itself, by the keyboard too. */
export function scrolled(html: string, label: string, kind = ''): string {
  return `<div class="wide ${kind}" tabindex="0" role="group" aria-label="${htmlText(label)}">${html}</div>`;
}
