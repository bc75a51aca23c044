"""Tables give titles the space that they need, and show shortened ones in full in a tooltip."""

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.table import TableView, sorted_by
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.theme.theme import Theme

LONG = "Wide CNN · PyTorch · softmax applied twice, lr 0.01, 2 epochs, seed 7"
COLUMNS = (
    TableColumn[str]("Run", str),
    TableColumn[str]("Accuracy", lambda row: "97.52 %", right=True, tip=lambda row: "of the test"),
    TableColumn[str]("Training", lambda row: "1.73 s", right=True),
)


def table_of(
    rows: tuple[str, ...], qtbot: QtBot, theme: Theme, lines: int = 1, wide: int = 0
) -> TableView:
    model: RowsModel[str] = RowsModel(COLUMNS, str)
    table = TableView("Runs", theme, sorted_by(model), wide, lines=lines)
    model.setParent(table)
    qtbot.addWidget(table)
    table.setSortingEnabled(True)
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    table.resize(420, 160)
    table.show()
    model.show(rows)
    qtbot.waitUntil(lambda: table.wanted_width > 0)
    return table


def tooltip(table: TableView, column: int) -> str:
    spot = table.visualRect(table.model().index(0, column)).center()
    event = QHelpEvent(QEvent.Type.ToolTip, spot, table.viewport().mapToGlobal(QPoint(spot)))
    QApplication.sendEvent(table.viewport(), event)
    text = QToolTip.text()
    QToolTip.hideText()
    return text


def test_only_the_sorted_column_has_room_for_an_arrow(qtbot: QtBot, theme: Theme) -> None:
    table = table_of(("MLP 128",), qtbot, theme)
    narrow = [table.columnWidth(place) for place in (1, 2)]
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: table.columnWidth(2) > narrow[1])
    assert table.columnWidth(1) == narrow[0]
    assert table.columnWidth(2) >= table.horizontalHeader().sectionSizeHint(2)


def test_a_shortened_cell_is_complete_in_its_tooltip(qtbot: QtBot, theme: Theme) -> None:
    table = table_of((LONG,), qtbot, theme)
    assert table.is_shortened(table.model().index(0, 0))
    assert tooltip(table, 0) == LONG
    assert tooltip(table, 1) == "of the test"


def test_new_rows_are_never_painted_in_columns_of_the_wrong_width(
    qtbot: QtBot, theme: Theme
) -> None:
    table = table_of(("MLP",), qtbot, theme, wide=1)
    narrow = table.columnWidth(0)
    source = table.model().sourceModel()  # type: ignore[attr-defined]
    source.show(("MLP 128 · Keras",))
    assert table.columnWidth(0) == narrow
    table.viewport().grab()
    assert table.columnWidth(0) > narrow
    assert not table.is_shortened(table.model().index(0, 0))


def test_titles_are_shortened_before_a_table_scrolls(qtbot: QtBot, theme: Theme) -> None:
    table = table_of((LONG,), qtbot, theme, wide=1)
    assert table.is_shortened(table.model().index(0, 0))
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert not table.is_shortened(table.model().index(0, 1))
    table.resize(300, 160)
    assert table.horizontalHeader().length() > table.viewport().width()


def test_a_title_in_two_lines_needs_less_width(qtbot: QtBot, theme: Theme) -> None:
    base, _, labels = LONG.rpartition(" · ")
    table = table_of((f"{base}\n{labels}",), qtbot, theme, lines=2)
    one_line = table_of((LONG,), qtbot, theme)
    assert table.wanted_width < one_line.wanted_width
    assert table.rowHeight(0) > one_line.rowHeight(0)


def test_keys_sort_a_table(qtbot: QtBot, theme: Theme) -> None:
    table = table_of(("b", "a", "c"), qtbot, theme)
    head, alt = table.horizontalHeader(), Qt.KeyboardModifier.AltModifier
    QTest.keyClick(table, Qt.Key.Key_Right, alt)
    QTest.keyClick(table, Qt.Key.Key_Down, alt)
    assert [table.model().index(place, 0).data() for place in range(3)] == ["c", "b", "a"]
    QTest.keyClick(table, Qt.Key.Key_Right, alt)
    QTest.keyClick(table, Qt.Key.Key_Up, alt)
    assert head.sortIndicatorSection() == 1
    assert head.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder


def test_other_columns_leave_room_for_the_wide_one(qtbot: QtBot, theme: Theme) -> None:
    table = table_of((LONG,), qtbot, theme, wide=1)
    table.squeezed, table.widest = True, 100
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: table.columnWidth(0) == theme.pixels(100))
    assert table.horizontalHeader().length() == table.viewport().width()


def test_titles_are_whole_where_the_wide_column_has_room(qtbot: QtBot, theme: Theme) -> None:
    table = table_of((LONG,), qtbot, theme, wide=1)
    table.squeezed, table.widest = True, 100
    table.resize(2000, 200)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: table.columnWidth(0) > theme.pixels(100))
    assert not table.is_shortened(table.model().index(0, 0))


def test_columns_are_hidden_rather_than_titles_shortened(qtbot: QtBot, theme: Theme) -> None:
    table = table_of((LONG,), qtbot, theme)
    last = table.model().columnCount() - 1
    table.dispensable = (last,)
    table.resize(2000, 200)
    qtbot.waitUntil(lambda: table.wanted_width > 0)
    assert not table.isColumnHidden(last)
    table.resize(table.wanted_width - 20, 200)
    assert table.isColumnHidden(last)
    table.resize(2000, 200)
    assert not table.isColumnHidden(last)
