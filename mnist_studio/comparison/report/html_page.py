"""A report as one HTML file: charts inline, a table below each chart, no scripts.

The page is the template ``report.html.j2``. Here are the values that it shows.
"""

from markupsafe import Markup

from mnist_studio.analysis.network_svg import network_svg
from mnist_studio.analysis.view import View
from mnist_studio.comparison.report import charts, map_pictures
from mnist_studio.comparison.report.content import Report
from mnist_studio.comparison.report.html_view import ViewSection, inline, section, templates
from mnist_studio.palette import LIGHT


def write(report: Report) -> bytes:
    """The whole file, UTF-8."""
    template = templates().get_template("report.html.j2")
    sections = [_section(report, view, number) for number, view in enumerate(report.views)]
    networks = [
        # It escapes its texts, so it goes into the page as it is.
        (title, layout.summary, Markup(network_svg(layout, "")))
        for title, layout in report.networks
    ]
    maps = [
        (shown, Markup(inline(map_pictures.picture(shown, "svg"), f"m{number}")))
        for number, shown in enumerate(report.maps.maps)
    ]
    page = template.render(report=report, views=sections, networks=networks, maps=maps, color=LIGHT)
    return page.encode()


def _section(report: Report, view: View, number: int) -> ViewSection:
    drawn = [
        inline(charts.picture(chart, report.marks, "svg"), f"v{number}c{place}")
        for place, chart in enumerate(view.charts)
    ]
    return section(view, number, drawn)
