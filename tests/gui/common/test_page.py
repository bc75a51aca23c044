"""Messages lie over a page, actions flow into lines, and nothing moves without motion."""

import pytest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.basics import BusyLine
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.common.page import SHOWN_MS, Notice
from mnist_studio.gui.theme.theme import Theme


def test_a_message_moves_nothing_and_stays_inside(
    qtbot: QtBot, theme: Theme, qapp: QApplication
) -> None:
    page, part = QWidget(), QWidget()
    qtbot.addWidget(page)
    line = QHBoxLayout(page)
    line.addWidget(part)
    notice = Notice(theme, page)
    page.resize(600, 300)
    page.show()
    before = part.geometry()
    notice.show_message("A long sentence. " * 20, "bad")
    qapp.processEvents()
    assert part.geometry() == before
    page.resize(400, 260)
    assert page.rect().contains(notice.geometry())


def test_a_message_that_needs_no_action_leaves(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHOWN_MS, "good", 10)
    page = QWidget()
    qtbot.addWidget(page)
    notice = Notice(theme, page)
    page.show()
    notice.show_message("Saved.", "good")
    assert notice.isVisible()
    qtbot.waitUntil(notice.isHidden)
    notice.show_message("It failed.", "bad")
    qtbot.wait(30)
    assert notice.isVisible()


def test_controls_flow_into_lines(qtbot: QtBot) -> None:
    bar = QWidget()
    qtbot.addWidget(bar)
    flow = Flow(bar, gap=10)
    for _ in range(3):
        part = QWidget()
        part.setFixedSize(100, 20)
        flow.addWidget(part)
    assert flow.sizeHint().width() == 320
    assert flow.heightForWidth(320) == 20
    assert flow.heightForWidth(319) == 50
    assert flow.heightForWidth(100) == 80


def test_a_busy_line_rests_without_motion(qtbot: QtBot, theme: Theme) -> None:
    line = BusyLine("Check is running", theme)
    qtbot.addWidget(line)
    theme.reduced_motion = True
    line.show()
    assert not line._timer.isActive()
    line.hide()
    theme.reduced_motion = False
    line.show()
    assert line._timer.isActive() != theme.still
    line.hide()
    assert not line._timer.isActive()
