"""An executed notebook as one HTML page that needs no network.

nbconvert's own page loads MathJax, RequireJS and Mermaid from a CDN and does not know Plotly's MIME type.
Here formulas become MathML, which browsers draw themselves, and figures are drawn by a local plotly.js.
"""

import copy
import html
import json
from xml.etree.ElementTree import tostring

import nbformat
from jinja2 import DictLoader
from latex2mathml.converter import convert_to_element
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

PLOTLY = "application/vnd.plotly.v1+json"

TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock html_head_js -%}
{%- block jupyter_widgets -%}{%- endblock jupyter_widgets -%}
{%- block html_head_js_mathjax -%}{%- endblock html_head_js_mathjax -%}
{%- block html_head_js_mermaidjs -%}{%- endblock html_head_js_mermaidjs -%}
{%- block html_head_css -%}
<style>main { max-width: 60rem; margin: 0 auto; } .plotly-figure { overflow-x: auto; max-width: 760px; } math { font-size: 1.15em; }</style>
{%- if resources.plotly %}<script src="{{ resources.plotly }}"></script>{% endif -%}
{%- endblock html_head_css -%}
"""


class Renderer(IPythonRenderer):
    """Markdown with formulas as MathML."""

    def block_math(self, body):
        return f"<p>{mathml(body, 'block')}</p>"

    def multiline_math(self, text):
        return mathml(text.strip("$"), "block")

    def latex_environment(self, name, body):
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")

    def inline_math(self, body):
        return mathml(body, "inline")


def mathml(tex, display):
    """The formula as MathML; its TeX source where it cannot be converted.

    The package's own text is not escaped: what `\\text` holds would be elements of the page, and `\\href` a link of any kind.
    """
    try:
        formula = convert_to_element(tex.strip(), display=display)
    except Exception:  # the package lets errors of many kinds through
        return f"<code>{html.escape(tex.strip())}</code>"
    for element in formula.iter():
        element.text, element.tail = (part and html.unescape(part) for part in (element.text, element.tail))
        kept = {key: html.unescape(value) for key, value in element.attrib.items() if key != "href"}
        element.attrib.clear()
        element.attrib.update(kept)
    return tostring(formula, encoding="unicode")


class OfflineExporter(HTMLExporter):
    def markdown2html(self, context, source):
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = Renderer(escape=False, attachments=attachments, embed_images=False)
        return MarkdownWithMath(renderer=renderer).render(source)

    # Jinja hands the rendering context to a filter that says so, and an override loses the mark.
    markdown2html.jinja_pass_arg = HTMLExporter.markdown2html.jinja_pass_arg


def drawn(output, number):
    """The HTML that draws one Plotly output."""
    figure = output.data[PLOTLY]
    parts = {key: figure[key] for key in ("data", "layout", "frames", "config") if key in figure}
    text = json.dumps(parts, allow_nan=False).replace("<", "\\u003c")
    return (
        f'<div id="figure-{number}" class="plotly-figure"></div>'
        f"<script>Plotly.newPlot('figure-{number}', {text});</script>"
    )


def html_page(notebook, title, plotly):
    """The text of the page; `plotly` is the URL of plotly.js as seen from it."""
    page = nbformat.from_dict(copy.deepcopy(notebook))
    figures = 0
    for cell in page.cells:
        for output in cell.get("outputs", []):
            if PLOTLY in output.get("data", {}):
                figures += 1
                output.data = {"text/html": drawn(output, figures)}
    exporter = OfflineExporter(
        extra_loaders=[DictLoader({"offline.html.j2": TEMPLATE})],
        template_file="offline.html.j2",
    )
    resources = {"metadata": {"name": title}, "plotly": plotly if figures else None}
    text, _ = exporter.from_notebook_node(page, resources)
    return text
