import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import AxisSpec
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.gui.common.basics import button, clear, holder, label, row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.image_view import ImageView, picture_of
from mnist_studio.gui.common.layouts import WholeRows
from mnist_studio.gui.common.page import Notice
from mnist_studio.gui.common.question import ask, ask_text
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.stepper import (
    StepperSpinBox,
    by_doubling,
    by_one,
    by_thousand,
    one_two_five,
)
from mnist_studio.gui.common.table import TableView, sorted_by
from mnist_studio.gui.common.table_model import SORT_ROLE, RowsModel, TableColumn
from mnist_studio.gui.draw.canvas import DrawingCanvas
from mnist_studio.gui.draw.probability_bars import ProbabilityBars
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme


def draw_line(pad: DrawingCanvas, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for part in range(1, 11):
        QTest.mouseMove(pad, start + (end - start) * part / 10)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def test_pad_makes_ink_that_can_be_undone_and_redone(
    qtbot: QtBot, theme: Theme, drawing: Drawing
) -> None:
    pad = DrawingCanvas(theme, drawing)
    qtbot.addWidget(pad)
    pad.resize(300, 300)
    pad.show()
    with qtbot.waitSignal(drawing.image_changed):
        draw_line(pad, QPoint(150, 30), QPoint(150, 270))
    (stroke,) = drawing.sheet.ink
    assert stroke[0] == InkPoint(0.5, 0.1)
    assert stroke[-1].y == 0.9
    image = drawing.image
    assert image is not None
    assert image.shape == (28, 28)
    assert drawing.history.undo_name == "stroke"
    with qtbot.waitSignal(drawing.image_changed):
        drawing.history.undo()
    assert drawing.blank
    assert drawing.image is None
    drawing.history.redo()
    assert len(drawing.sheet.ink) == 1
    drawing.clear()
    assert drawing.blank
    drawing.history.undo()
    assert len(drawing.sheet.ink) == 1


def test_a_picture_replaces_the_ink_and_can_be_undone(qtbot: QtBot, drawing: Drawing) -> None:
    drawing.begin(InkPoint(0.1, 0.1))
    drawing.extend((InkPoint(0.9, 0.9),))
    drawing.finish()
    picture = np.full((28, 28), 9, np.uint8)
    with qtbot.waitSignal(drawing.image_changed):
        drawing.open(picture)
    np.testing.assert_array_equal(drawing.image, picture)
    assert not drawing.sheet.ink
    with qtbot.waitSignal(drawing.image_changed):
        drawing.history.undo()
    assert len(drawing.sheet.ink) == 1


def test_a_tap_is_a_dot(qtbot: QtBot, drawing: Drawing) -> None:
    drawing.begin(InkPoint(0.5, 0.5))
    with qtbot.waitSignal(drawing.image_changed):
        drawing.finish()
    assert drawing.image is not None
    assert drawing.image.max() > 0


def test_clearing_a_blank_pad_is_no_command(drawing: Drawing) -> None:
    drawing.clear()
    assert not drawing.history.undo_name


def test_bars_describe_their_numbers(qtbot: QtBot, theme: Theme) -> None:
    bars = ProbabilityBars(theme, "keras")
    qtbot.addWidget(bars)
    assert bars.accessibleDescription() == "No drawing yet"
    chances = tuple(0.91 if digit == 3 else 0.01 for digit in range(10))
    bars.show_probabilities(chances)
    bars.resize(200, 60)
    bars.show()
    assert "3: 91.0 %" in bars.accessibleDescription()
    colors = {bars.grab().toImage().pixelColor(70, 20).name()}
    assert theme.palette.keras.lower() in colors


def test_digit_view_is_crisp(qtbot: QtBot, theme: Theme) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[3, 5] = 255
    assert picture_of(image).pixelColor(5, 3).red() == 255
    view = ImageView(theme, "fed", side=112)
    qtbot.addWidget(view)
    assert view.empty
    view.show_image(image)
    view.resize(view.sizeHint())
    side = view.sizeHint().width() // 28
    grabbed = view.grab().toImage()
    assert grabbed.pixelColor(5 * side + 1, 3 * side + 1).red() == 255
    assert grabbed.pixelColor(6 * side + 1, 3 * side + 1).red() == 0


def test_steppers_step() -> None:
    assert one_two_five(0.001, 1) == 0.002
    assert one_two_five(0.002, 2) == 0.01
    assert round(one_two_five(0.001, -1), 9) == 0.0005
    assert by_doubling(64, 1) == 128
    assert by_doubling(1, -1) == 1
    assert by_thousand(0, 5) == 5000
    assert by_one(3, -1) == 2


def test_stepper_tells_and_keeps_its_limits(qtbot: QtBot, theme: Theme) -> None:
    stepper = StepperSpinBox("Epochs", theme, 1, 5, by_one)
    qtbot.addWidget(stepper)
    stepper.set_number(4)
    with qtbot.waitSignal(stepper.edited):
        stepper.field().stepBy(1)
    stepper.field().stepBy(1)
    assert stepper.whole == 5
    rate = StepperSpinBox("Learning rate", theme, 0, 1000, one_two_five, whole=False)
    qtbot.addWidget(rate)
    rate.set_number(0.0005)
    assert rate.field().text() == "0.0005"
    rate.field().stepBy(1)
    assert rate.number == 0.001


def test_hit_areas(qtbot: QtBot, theme: Theme) -> None:
    stepper = StepperSpinBox("Epochs", theme, 1, 5, by_one)
    segmented = Segmented("Show", (("a", "A"), ("b", "B")))
    for widget in (stepper, segmented):
        qtbot.addWidget(widget)
        assert widget.sizeHint().height() >= 28


def test_segmented_moves_with_the_arrows_past_what_is_disabled(qtbot: QtBot, theme: Theme) -> None:
    control = Segmented("Train in", (("a", "A"), ("b", "B"), ("c", "C")))
    qtbot.addWidget(control)
    control.enable("b", "B is not installed.")
    assert control.button("b").toolTip() == "B is not installed."
    with qtbot.waitSignal(control.chosen) as told:
        QTest.keyClick(control, Qt.Key.Key_Right)
    assert told.args == ["c"]
    assert control.choice == "c"


def test_choice_keeps_what_is_chosen_when_more_is_offered(qtbot: QtBot, theme: Theme) -> None:
    choice = ComboBox("Device", theme)
    qtbot.addWidget(choice)
    choice.offer((("auto", "Fastest", ""), ("cpu", "CPU", "")))
    choice.choose("cpu")
    choice.offer((("auto", "Fastest", ""), ("cpu", "CPU", ""), ("cuda", "GPU", "H200")))
    assert choice.choice == "cpu"
    choice.resize(160, 30)
    assert not choice.grab().isNull()


def columns() -> tuple[TableColumn[tuple[str, int]], ...]:
    return (
        TableColumn("Name", lambda row: row[0], tip=lambda row: f"all of {row[0]}"),
        TableColumn("Number", lambda row: str(row[1]), right=True, sort=lambda row: row[1]),
    )


def test_table_model(qtbot: QtBot, theme: Theme) -> None:
    model: RowsModel[tuple[str, int]] = RowsModel(columns(), lambda row: row[0], checkable=True)
    model.show([("b", 10), ("a", 9)])
    assert (model.rowCount(), model.columnCount()) == (2, 2)
    assert model.data(model.index(0, 1)) == "10"
    assert model.data(model.index(0, 1), SORT_ROLE) == 10
    assert model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole) == "all of b"
    with qtbot.waitSignal(model.checks_changed):
        model.setData(model.index(1, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert model.checked_keys == {"a"}
    model.show([("b", 10)])
    assert model.checked_keys == frozenset()
    model.deleteLater()


def test_table_sorts_numbers_as_numbers_and_ticks_with_space(qtbot: QtBot, theme: Theme) -> None:
    model: RowsModel[tuple[str, int]] = RowsModel(columns(), lambda row: row[0], checkable=True)
    model.show([("b", 10), ("a", 9)])
    proxy = sorted_by(model)
    table = TableView("Rows", theme, proxy)
    qtbot.addWidget(table)
    proxy.sort(1)
    assert proxy.index(0, 0).data() == "a"
    table.setCurrentIndex(proxy.index(0, 1))
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert model.checked_keys == {"a"}
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert model.checked_keys == frozenset()
    model.deleteLater()


def test_notice_shows_and_hides(qtbot: QtBot, theme: Theme) -> None:
    notice = Notice(theme)
    qtbot.addWidget(notice)
    assert notice.isHidden()
    notice.show_message("It failed.", "bad")
    assert notice.text == "It failed."
    assert not notice.isHidden()


def test_questions_answer_once(qtbot: QtBot, theme: Theme, drawing: Drawing) -> None:
    pad = DrawingCanvas(theme, drawing)
    qtbot.addWidget(pad)
    said: list[str] = []
    question = ask(
        pad, "Delete?", "Really.", (("No", lambda: None), ("Yes", lambda: said.append("yes")))
    )
    question.accept()
    renamed = ask_text(pad, "Name", "old", ("Rename", said.append))
    renamed.accept()
    assert said == []


def test_a_narrow_button_shows_the_beginning_of_its_text(qtbot: QtBot, theme: Theme) -> None:
    made = button("Add a flatten layer and a dense layer of 10 units", lambda: None)
    qtbot.addWidget(made)
    wide = made.sizeHint()
    made.resize(120, wide.height())
    narrow = picture_bytes(made)
    made.setText("Add a flatten layer")
    assert made.sizeHint().width() < wide.width()
    made.setText("Add a flatten layer and nothing else at its end")
    # The beginning is what can be read, so the end makes no difference.
    assert picture_bytes(made) == narrow


def picture_bytes(widget: QWidget) -> bytes:
    # A button leaves its corners unpainted, and grab() would show what the memory held before.
    image = QImage(widget.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    widget.render(image)
    return bytes(image.constBits())


def test_a_question_for_text_stays_open_without_text(
    qtbot: QtBot, theme: Theme, drawing: Drawing
) -> None:
    pad = DrawingCanvas(theme, drawing)
    qtbot.addWidget(pad)
    said: list[str] = []
    question = ask_text(pad, "Name", "old", ("Rename", said.append))
    field = question.findChild(QLineEdit)
    assert field is not None
    field.setText("  ")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert question.isVisible()
    assert said == []
    field.setText("new")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert said == ["new"]


def test_the_room_of_a_hidden_column_goes_to_the_wide_one(qtbot: QtBot, theme: Theme) -> None:
    columns: list[TableColumn[str]]
    columns = [TableColumn("Name", str), TableColumn("First", str), TableColumn("Second", str)]
    model = RowsModel(columns, str)
    table = TableView("Rows", theme, model)
    table.squeezed = True
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(300, 200)
    table.show()
    model.show(["a long enough name " + str(row) for row in range(3)])
    qtbot.waitUntil(lambda: table.columnWidth(1) > 100)
    narrow = table.columnWidth(0)
    table.show_column(2, False)
    assert table.columnWidth(0) > narrow
    assert table.horizontalHeader().length() <= table.viewport().width()
    table.show_column(2, True)
    assert table.columnWidth(0) == narrow


def test_no_row_is_cut_in_half(qtbot: QtBot, theme: Theme) -> None:
    inside = QWidget()
    inside.setMinimumHeight(42 + 26 * 9)
    area = WholeRows(inside, theme, head=42, row=26, least=3)
    qtbot.addWidget(area)
    area.show()
    for height in (120, 133, 150, 200):
        area.resize(300, height)
        assert (area.viewport().height() - 42) % 26 == 0
    assert area.minimumSizeHint().height() == 42 + 3 * 26


def test_epochs_are_counted_in_whole_numbers(qtbot: QtBot, theme: Theme) -> None:
    from mnist_studio.gui.common.plots.axes import PlotAxis

    axis = PlotAxis("bottom")
    axis.show_spec(AxisSpec("Epoch", "count"))
    assert axis.tickValues(0.9, 3.1, 600) == [(1.0, [1.0, 2.0, 3.0])]
    axis.show_spec(AxisSpec("Training time", "seconds"))
    ((_, seconds),) = axis.tickValues(0.9, 3.1, 600)
    assert any(second % 1 for second in seconds)


def test_bars_of_long_names_or_many_classes_are_the_most_probable_ones(
    qtbot: QtBot, theme: Theme
) -> None:
    bars = ProbabilityBars(theme, "keras")
    qtbot.addWidget(bars)
    names = tuple(f"class {number}" for number in range(62))
    bars.show_probabilities(tuple(0.9 if at == 40 else 0.1 / 61 for at in range(62)), names)
    assert "class 40: 90.0 %" in bars.accessibleDescription()
    assert bars._text("; ", 3).startswith("class 40: 90.0 %")
    bars.resize(220, 60)
    bars.show()
    image = bars.grab().toImage()
    row = {image.pixelColor(x, 7).name() for x in range(image.width())}
    assert theme.palette.keras.lower() in row


def test_a_cleared_layout_loses_its_widgets_and_keeps_its_stretch(qtbot: QtBot) -> None:
    line = row(label("1"), label("2"), 1)
    whole = holder(line)
    qtbot.addWidget(whole)
    clear(line)
    assert line.count() == 1
    line.insertWidget(0, label("3"))
    qtbot.waitUntil(lambda: len(whole.findChildren(QLabel)) == 1)
    assert whole.findChildren(QLabel)[0].text() == "3"
