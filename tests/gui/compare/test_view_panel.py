"""Any view as charts and a table with the same content."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import Lines, View
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.bar_chart import BarChart
from mnist_studio.gui.common.plots.canvas import Canvas
from mnist_studio.gui.common.plots.heat_map import HeatMap
from mnist_studio.gui.common.plots.line_items import MOST_POINTS, thinned
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import PALETTES, SHADES, SYMBOLS, Scheme, contrast, mixed
from tests.gui import views


@pytest.fixture
def marks(theme: Theme) -> Marks:
    made = Marks(theme)
    made.know(views.FAMILIES)
    return made


@pytest.fixture
def panel(theme: Theme, marks: Marks, qtbot: QtBot) -> ViewPanel:
    made = ViewPanel(theme, marks, Hover(marks.family))
    qtbot.addWidget(made)
    made.resize(900, 620)
    made.show()
    return made


def drawn(panel: ViewPanel, qtbot: QtBot) -> object:
    chart = panel.charts.charts[0]
    qtbot.waitUntil(lambda: chart.inside is not None, timeout=30_000)
    QTest.qWait(30)
    return chart.inside


@pytest.mark.parametrize("make", views.ALL)
def test_every_chart_has_its_table(
    make: Callable[[], View], panel: ViewPanel, qtbot: QtBot
) -> None:
    view = make()
    panel.show_view(view)
    drawn(panel, qtbot)
    model = panel.table.model()
    assert (model.rowCount(), model.columnCount()) == (
        len(view.table.rows), len(view.table.columns),
    )  # fmt: skip
    assert not panel.grab().isNull()
    assert "table" in panel.charts.charts[0].accessibleDescription()
    assert all(button.isEnabled() for button in panel.export_buttons.values())


def test_one_panel_shows_one_view_after_another(panel: ViewPanel, qtbot: QtBot) -> None:
    kinds = (Canvas, BarChart, BarChart, HeatMap, Canvas)

    def draws(kind: type[QWidget]) -> bool:
        return isinstance(panel.charts.charts[0].inside, kind)

    for make, kind in zip(views.ALL, kinds, strict=True):
        panel.show_view(make())
        qtbot.waitUntil(partial(draws, kind))
    panel.show_message("Nothing", "Tick runs.")
    assert not panel.export_buttons["csv"].isEnabled()
    assert panel.export_buttons["csv"].toolTip() == "There is nothing to export."


def test_a_low_panel_shows_charts_or_table_and_a_high_one_both(
    panel: ViewPanel, qtbot: QtBot
) -> None:
    panel.show_view(views.curves())
    panel.resize(900, 380)
    qtbot.waitUntil(lambda: not panel.table.isVisible())
    assert panel.charts.isVisible()
    panel.part.button("table").click()
    assert panel.table.isVisible()
    assert not panel.charts.isVisible()
    panel.resize(900, 900)
    qtbot.waitUntil(lambda: panel.table.isVisible() and panel.charts.isVisible())
    assert not panel.part.isVisible()


def test_the_confusion_matrix_is_whole_on_a_projector(panel: ViewPanel, qtbot: QtBot) -> None:
    panel.resize(552, 482)  # Its size in a window of 1366x768.
    panel.show_view(views.confusion())
    cells = drawn(panel, qtbot)
    assert isinstance(cells, HeatMap)
    qtbot.waitUntil(lambda: cells.visibleRegion().boundingRect().height() == cells.height())
    area = cells.visibleRegion().boundingRect().toRectF()
    assert area.contains(cells.cell(0, 0))
    assert area.contains(cells.cell(9, 9))


def test_fields_are_written_in_their_units(panel: ViewPanel) -> None:
    panel.show_view(views.accuracies())
    model = panel.table.model()
    assert model.index(0, 1).data() == "97.50 %"
    assert panel.notes.text() == "Final is the last epoch."
    assert panel.sentence.text().startswith("Compact CNN")


def test_a_row_under_the_pointer_is_pointed_at_everywhere(panel: ViewPanel, qtbot: QtBot) -> None:
    panel.show_view(views.accuracies())
    hover = panel.table._hover
    chart = drawn(panel, qtbot)
    assert isinstance(chart, BarChart)
    QTest.mouseMove(chart, QPoint(chart.width() // 2, 35))
    qtbot.waitUntil(lambda: hover.key == views.KEYS[1])
    panel.table.entered.emit(panel.table.model().index(2, 0))
    assert hover.key == views.KEYS[2]


def test_others_fade_while_one_line_is_pointed_at(panel: ViewPanel, qtbot: QtBot) -> None:
    panel.show_view(views.curves())
    canvas = drawn(panel, qtbot)
    assert isinstance(canvas, Canvas)
    assert list(canvas.highlighted) == []
    panel.table._hover.point("np-1")
    assert list(canvas.highlighted) == ["np-1"]
    faded = [drawn.item.opacity() for drawn in canvas._items.values()]
    assert max(faded) < 0.5
    panel.table._hover.point("np-2-none")
    assert list(canvas.highlighted) == []
    assert max(drawn.item.opacity() for drawn in canvas._items.values()) == 1


def test_cells_are_chosen_with_mouse_and_keyboard(panel: ViewPanel, qtbot: QtBot) -> None:
    panel.show_view(views.confusion())
    cells = drawn(panel, qtbot)
    assert isinstance(cells, HeatMap)
    with qtbot.waitSignal(panel.cell_selected) as signal:
        middle = cells.cell(3, 5).center().toPoint()
        QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=middle)
    assert signal.args == [0, 3, 5]
    QTest.keyClick(cells, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.cell_selected) as signal:
        QTest.keyClick(cells, Qt.Key.Key_Return)
    assert signal.args == [0, 4, 5]
    assert cells.accessibleDescription().startswith("It is 4, Answer 5: ")


def test_the_table_is_copied_for_a_spreadsheet(panel: ViewPanel) -> None:
    panel.show_view(views.accuracies())
    panel.table.copy()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == "Model\tMean\tFrom\tTo\tSeeds"
    assert len(lines) == 6


def test_seeds_look_similar_and_every_run_has_a_mark_of_its_own(marks: Marks) -> None:
    one, other = marks.of("np-1"), marks.of("np-1-2")
    assert one.symbol != other.symbol
    assert one.color != other.color
    assert one.dash == other.dash
    assert marks.family("np-1") == marks.family("np-1-2")
    five = [marks.of(key) for key in views.KEYS]
    assert len(set(five)) == 5
    assert marks.of("np-1").dash == marks.of("np-2").dash == ()
    assert marks.of("nobody").symbol == SYMBOLS[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_shade_can_be_read(scheme: Scheme) -> None:
    palette = PALETTES[scheme]
    for framework in ("numpy", "pytorch", "keras"):
        for part in SHADES:
            shade = mixed(palette.framework(framework), palette.text, part)
            assert contrast(shade, palette.panel) >= 4.5


def test_lines_that_look_alike_are_one_item(panel: ViewPanel, qtbot: QtBot) -> None:
    view = views.curves()
    panel.show_view(view)
    canvas = drawn(panel, qtbot)
    assert isinstance(canvas, Canvas)
    (chart,) = view.charts
    assert isinstance(chart, Lines)
    assert len(chart.lines) == 14
    assert len(canvas._items) == 8  # Five means, and the seeds of three models.
    before = dict(canvas._items)
    canvas.draw(Lines(chart.x, chart.y, chart.lines[:-1]))
    assert len(canvas._items) == 7
    assert all(before[look] is one for look, one in canvas._items.items())


def test_long_lines_are_thinned_to_what_a_screen_shows() -> None:
    x = np.arange(20_000, dtype=np.float64)
    y = np.sin(x / 50)
    y[12_345] = 9.0
    few_x, few_y = thinned(x, y)
    assert len(few_x) <= MOST_POINTS + 40
    assert few_y.max() == 9.0
    assert np.all(np.diff(few_x) >= 0)
    assert thinned(x[:100], y[:100])[0] is not None


def test_figures_lie_where_the_axes_say(panel: ViewPanel, qtbot: QtBot) -> None:
    panel.show_view(views.latency())
    canvas = drawn(panel, qtbot)
    assert isinstance(canvas, Canvas)
    first = canvas._placed[0]
    assert first.x[0] == pytest.approx(5)
    assert canvas._tip(first, 0) == ("MLP 128 · NumPy\nParameters: 100,000\nTest accuracy: 97.00 %")
