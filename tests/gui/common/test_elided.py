"""Texts that do not fit are shortened, and their tooltips are complete."""

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.elided import ElidedLines, shortened_title
from mnist_studio.gui.theme.theme import Theme

LONG = "Wide CNN · softmax applied twice, lr 0.01, 2 epochs, batch 128, seed 7"


def test_a_long_title_has_some_lines_and_an_ellipsis(qtbot: QtBot) -> None:
    title = ElidedLines(LONG, "", lines=3)
    qtbot.addWidget(title)
    title.resize(110, 60)
    shown = title.shown_lines()
    assert len(shown) == 3
    assert " ".join(shown[:2]) == LONG[: len(" ".join(shown[:2]))]
    begin, end = shown[2].split("…")
    assert f"{shown[0]} {shown[1]} {begin}" == LONG[: len(" ".join(shown[:2]) + begin) + 1]
    assert LONG.endswith(end)
    assert end
    title.resize(110, 2 * title.fontMetrics().lineSpacing())
    assert len(title.shown_lines()) == 2
    assert title.shown_lines()[1].endswith("seed 7")
    assert title.heightForWidth(110) == 3 * title.fontMetrics().lineSpacing()


def test_what_differs_stays_visible_below_a_long_name(qtbot: QtBot) -> None:
    title = ElidedLines("Featherweight CNN, 996 parameters\nbatch 64, seed 12", "", lines=3)
    qtbot.addWidget(title)
    title.resize(110, 60)
    name, *labels = title.shown_lines()
    assert "…" in name
    assert " ".join(labels) == "batch 64, seed 12"


def test_a_short_title_is_complete(qtbot: QtBot) -> None:
    title = ElidedLines("MLP 128", "", lines=3)
    qtbot.addWidget(title)
    title.resize(200, 60)
    assert title.shown_lines() == ["MLP 128"]


def test_the_tooltip_of_a_narrow_box_begins_with_its_choice(qtbot: QtBot, theme: Theme) -> None:
    box = ComboBox("Model", theme)
    qtbot.addWidget(box)
    box.setToolTip("The model to explain")
    box.offer([("a", LONG, "")])
    for width, tip in ((120, f"{LONG}\nThe model to explain"), (900, "The model to explain")):
        box.resize(width, 30)
        spot = QPoint(20, 10)
        event = QHelpEvent(QEvent.Type.ToolTip, spot, box.mapToGlobal(spot))
        QApplication.sendEvent(box, event)
        assert QToolTip.text() == tip
        QToolTip.hideText()


def test_the_framework_of_a_run_stays_visible_in_a_short_title(qtbot: QtBot, theme: Theme) -> None:
    metrics = QFontMetrics(theme.font(13))
    long = "Robust CNN for drawings · PyTorch, bundled"
    for title, framework in (
        (long, "PyTorch, bundled"),
        ("MLP 128 · Keras · 1 epoch, 22:26", " · Keras"),
        ("MLP 128 · PyTorch", " · PyTorch"),
    ):
        for share in (0.75, 0.85, 0.95):
            room = int(share * metrics.horizontalAdvance(title))
            short = shortened_title(title, metrics, room)
            assert framework in short
            assert "…" in short
            assert metrics.horizontalAdvance(short) <= room
        assert shortened_title(title, metrics, metrics.horizontalAdvance(title)) == title
    assert "…" in shortened_title(long, metrics, 60)


def test_the_recipe_is_whole_rather_than_a_few_letters_of_the_labels(theme: Theme) -> None:
    metrics = QFontMetrics(theme.font(13))
    room = metrics.horizontalAdvance("MLP 128 · PyTorch…") + 3
    assert shortened_title("MLP 128 · PyTorch · 3 epochs", metrics, room) == "MLP 128 · PyTorch…"


def test_the_recipe_is_not_shortened_for_the_labels(theme: Theme) -> None:
    metrics = QFontMetrics(theme.font(13))
    title = "MLP 128 · NumPy · 2 epochs, seed 44, built-in digits"
    room = int(0.7 * metrics.horizontalAdvance(title))
    assert shortened_title(title, metrics, room).startswith("MLP 128 · NumPy · 2")


def test_labels_are_left_out_before_a_short_recipe_is_shortened(theme: Theme) -> None:
    metrics = QFontMetrics(theme.font(13))
    title = "MLP 128 · Keras · softmax applied twice, 3 epochs"
    room = metrics.horizontalAdvance("MLP 128 · Keras · soft")
    assert shortened_title(title, metrics, room) == "MLP 128 · Keras…"
