/** A whole HTML page as a cell's output. */
import { relative } from 'node:path';
import { htmlText } from '../print/escape';
import type { MimeBundle } from './output';

/**
 * The page in a frame of its own, so that its styles and scripts and those around it do not meet; it may set the
 * frame's height. JupyterLab shows it once the cell has run or the notebook is trusted, and the sentence below it always.
 */
export function pageBundle(html: string, title: string, file: string): MimeBundle {
  const where = relative('', file);
  const source = htmlText(html);
  return {
    'text/html':
      `<iframe title="${htmlText(title)}" srcdoc="${source}" style="width: 100%; height: 60rem; border: 0"></iframe>` +
      `<p>${htmlText(title)} is also the page <code>${htmlText(where)}</code>, which opens from the disk. ` +
      'If no page shows above, run this cell: JupyterLab shows the pages of cells that have run.</p>',
    'text/plain': `${title}: ${where}`,
  };
}
