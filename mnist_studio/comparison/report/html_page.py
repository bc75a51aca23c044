"""A report as one HTML file that needs nothing else: charts inline, tables beneath, no scripts."""

from collections.abc import Iterator
from html import escape

from mnist_studio.analysis.view import Table, View, cell_text
from mnist_studio.comparison.report import charts
from mnist_studio.comparison.report.content import Report
from mnist_studio.comparison.report.text_table import numbers
from mnist_studio.palette import LIGHT

_STYLE = f"""
:root {{ color-scheme: light; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: {LIGHT.ground}; color: {LIGHT.text};
  font: 15px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }}
main {{ max-width: 1000px; margin: 0 auto; padding: 24px 16px 64px; }}
h1 {{ font-size: 27px; line-height: 1.25; margin: 12px 0 4px; }}
h2 {{ font-size: 19px; margin: 0 0 8px; }}
h3 {{ font-size: 15px; margin: 14px 0 2px; }}
.question {{ font-size: 17px; color: {LIGHT.secondary}; margin: 0 0 4px; }}
.made, .note {{ color: {LIGHT.secondary}; font-size: 13px; margin: 4px 0; }}
section, nav {{ background: {LIGHT.panel}; border: 1px solid {LIGHT.line}; border-radius: 10px;
  padding: 16px 18px; margin: 14px 0; }}
nav ol {{ columns: 3; margin: 0; padding-left: 22px; }}
a {{ color: {LIGHT.accent}; }}
figure {{ margin: 10px 0; }}
svg.chart {{ display: block; width: 100%; height: auto; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }}
th, td {{ padding: 3px 12px 3px 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid {LIGHT.grid}; }}
th {{ color: {LIGHT.secondary}; font-weight: 600; }}
th.n, td.n {{ text-align: right; }}
td {{ white-space: nowrap; }}
td.w {{ min-width: 340px; white-space: normal; }}
summary {{ cursor: pointer; color: {LIGHT.accent}; font-size: 13px; padding: 5px 0; }}
pre {{ background: {LIGHT.ground}; border: 1px solid {LIGHT.line}; border-radius: 6px;
  padding: 12px; overflow-x: auto; font-size: 12.5px; line-height: 1.4; }}
li {{ margin: 3px 0; }}
@media (max-width: 640px) {{ nav ol {{ columns: 1; }} }}
@media print {{ body {{ background: none; }} section, nav {{ border: 0; padding: 0; }}
  td {{ white-space: normal; }} .scroll {{ overflow: visible; }}
  figure, tr {{ break-inside: avoid; }} h2, h3 {{ break-after: avoid; }} }}
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A browser refuses whatever would come from outside."""

LONGEST_CELL = 60
"""Characters of a field that still has a narrow column."""


def write(report: Report) -> bytes:
    """The whole file, UTF-8."""
    return "\n".join(_page(report)).encode()


def _page(report: Report) -> Iterator[str]:
    yield (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    )
    yield f"<h1>{escape(report.title)}</h1>"
    yield f'<p class="question">{escape(report.question)}</p>'
    yield f'<p class="made">{escape(report.subject)} Made {escape(report.made)}.</p>'
    yield from _contents(report)
    yield from _answers(report)
    for number, view in enumerate(report.views):
        yield from _view(report, view, number)
    yield from _discussion(report)
    yield from _machine(report)
    yield from _again(report)
    yield "</main>\n</body>\n</html>"


def _contents(report: Report) -> Iterator[str]:
    links = [("answers", "In short"), *((f"view-{n}", v.title) for n, v in enumerate(report.views))]
    links += [("discussion", "Discussion"), ("machine", "Machine and versions")]
    links += [("again", "How to reproduce")]
    items = "".join(f'<li><a href="#{to}">{escape(title)}</a></li>' for to, title in links)
    yield f'<nav aria-label="Contents"><ol>{items}</ol></nav>'


def _answers(report: Report) -> Iterator[str]:
    yield '<section id="answers"><h2>In short</h2><ul>'
    for title, sentence in report.answers:
        yield f"<li><strong>{escape(title)}.</strong> {escape(sentence)}</li>"
    yield "</ul>"
    yield from (_note(warning) for warning in report.warnings)
    yield "</section>"


def _view(report: Report, view: View, number: int) -> Iterator[str]:
    yield f'<section id="view-{number}"><h2>{escape(view.title)}</h2>'
    if view.sentence:
        yield f"<p>{escape(view.sentence)}</p>"
    for place, chart in enumerate(view.charts):
        svg = charts.inline(charts.picture(chart, report.marks, "svg"), f"v{number}c{place}")
        words = escape(f"{view.title}. {view.sentence} The table beneath has every figure.")
        yield f'<figure role="img" aria-label="{words}">{svg}</figure>'
    table = _table(view.table)
    rows = len(view.table.rows)
    if view.charts:
        table = f"<details><summary>Table, {rows:,} rows</summary>{table}</details>"
    yield table
    yield from (_note(note) for note in view.notes)
    yield "</section>"


def _table(table: Table) -> str:
    right = numbers(table)
    head = "".join(
        f'<th scope="col"{_class(number, "")}>{escape(column.title)}</th>'
        for column, number in zip(table.columns, right, strict=True)
    )
    body = []
    for row in table.rows:
        texts = [cell_text(c, of.unit) for c, of in zip(row.cells, table.columns, strict=True)]
        cells = zip(texts, right, strict=True)
        body.append("".join(f"<td{_class(n, text)}>{escape(text)}</td>" for text, n in cells))
    rows = "".join(f"<tr>{cells}</tr>\n" for cells in body)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _class(number: bool, text: str) -> str:
    if number:
        return ' class="n"'
    return ' class="w"' if len(text) > LONGEST_CELL else ""


def _discussion(report: Report) -> Iterator[str]:
    yield '<section id="discussion"><h2>Discussion</h2>'
    for paragraph in report.discussion:
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in paragraph.sentences)
        yield f"<h3>{escape(paragraph.title)}</h3><ul>{items}</ul>"
    yield "</section>"


def _machine(report: Report) -> Iterator[str]:
    yield '<section id="machine"><h2>Machine and versions</h2><table>'
    for what, which in report.facts:
        yield f'<tr><th scope="row">{escape(what)}</th><td>{escape(which)}</td></tr>'
    yield "</table>"
    yield _note("As installed when this report was made.")
    yield "</section>"


def _again(report: Report) -> Iterator[str]:
    yield f'<section id="again"><h2>How to reproduce</h2><p>{escape(report.how)}</p>'
    if report.source:
        yield f"<pre>{escape(report.source)}</pre>"
    if report.refused:
        yield "<h3>Not shown</h3><ul>"
        for one in report.refused:
            yield f"<li>{escape(one.title)}: {escape(one.problem)} {escape(one.remedy)}</li>"
        yield "</ul>"
    yield "</section>"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
