"""A page of an executed notebook for publication: `sitePage.py NOTEBOOK.ipynb PAGE.html PLOTLY_URL`.

Outputs of cells that show photographs under their data set's own licence are left out. Prints the names of the figures that
those cells saved, one a line.
"""

import re
import sys
from pathlib import Path

import nbformat

from notebookHtml import html_page
from runNotebook import LICENCE_NOTE, LICENSED, tags
from wholeFile import write_whole


def main(source, target, plotly):
    notebook = nbformat.read(source, as_version=4)
    figures = set()
    for cell in notebook.cells:
        if cell.cell_type != "code" or LICENSED not in tags(cell):
            continue
        for output in cell.outputs:
            figures.update(re.findall(r"([^\s/\\]+)\.\{svg", output.get("text", "")))
        note = {"text/markdown": LICENCE_NOTE}
        cell.outputs = [nbformat.v4.new_output("display_data", note)]
    write_whole(target, html_page(notebook, Path(source).stem, plotly))
    print("\n".join(sorted(figures)))


if __name__ == "__main__":
    main(*sys.argv[1:])
