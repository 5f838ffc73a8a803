/** A hostile name for every place, and a browser that tells whether one was more than text. */
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';

/**
 * What would be a script, a picture from elsewhere, a link, a formula or a spreadsheet's formula, each telling `place`. As a
 * file's name it has no slash, and fewer bytes than a file system takes.
 */
export function hostileName(place: string, { asFile = false } = {}): string {
  const call = `pwn('${place}')`;
  if (asFile)
    return `=${place}<img src=x onerror=${call}>\`$"&lt;b>|{[a](javascript:${call})😀\u202e`;
  return (
    `=cmd|'${place}<img src=x onerror="${call}"><svg/onload=${call}></script><script>${call}</script></title>` +
    `"'\`*_$%#~{}&lt;b&gt;[a\\](javascript:${call})![i](http://pwned.invalid/${place}.png)` +
    `$\\href{javascript:${call}}{x}\\text{\\<svg/onload=${call}>}$<b class=pwned>${place}</b>😀\u202eabc`
  );
}

/** What a page did with its names: nothing, where all are text. */
export async function findingsOn(browser: Browser, file: string): Promise<string[]> {
  const page = await browser.newPage();
  const findings: string[] = [];
  page.on('dialog', (dialog) => {
    findings.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(file|data|blob|about):/.test(request.url())) findings.push(`request: ${request.url()}`);
  });
  await page.exposeFunction('pwn', (place: string) => findings.push(`script: ${place}`));
  await page.addInitScript('globalThis.__pwned = undefined');
  const address = pathToFileURL(file).href;
  await page.goto(address, { waitUntil: 'load', timeout: 120_000 });
  await page.waitForTimeout(500);
  for (const frame of page.frames()) {
    findings.push(...(await frame.evaluate(markupOf)));
  }
  if (page.url() !== address) findings.push(`went to ${page.url()}`);
  await page.close();
  return findings;
}

/** Elements that a name brought into a document. Runs in the page. */
function markupOf(): string[] {
  const found: string[] = [];
  for (const element of Array.from(document.querySelectorAll('*'))) {
    const { attributes, localName } = element;
    const own = element.getAttribute('class') === 'pwned';
    for (const { name, value } of Array.from(attributes)) {
      const isScript = /^\s*(javascript|vbscript|data:text)/i.test(
        value.replace(/[\u0000-\u0020]/g, ''),
      );
      const isCall = name.startsWith('on') && value.includes('pwn');
      const isFetched = localName !== 'a' && value.includes('pwned'); // an address in a text may be a link
      const isLink = /href$|^src$|^action$/.test(name) && (isScript || isFetched);
      if (isCall || isLink || own) found.push(`<${localName} ${name}="${value}">`);
    }
    if (localName === 'script' && /^\s*pwn/.test(element.textContent ?? '')) found.push('<script>');
  }
  return found;
}
