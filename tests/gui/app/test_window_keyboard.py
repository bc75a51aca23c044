"""Everything can be reached by keyboard, in the order of reading, and has a name."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.frame import PAGE_TITLES
from mnist_studio.gui.app.search import SearchDialog
from mnist_studio.gui.app.window import MainWindow
from tests.gui import stored

CONTROLS = (
    QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView, QAbstractSlider,
    QTextEdit,
)  # fmt: skip


@pytest.fixture
def _filled(home: object) -> None:
    stored.fill(0)


def _controls(top: QWidget) -> list[QWidget]:
    """What a person can use: visible, enabled, and not a part of a larger control."""
    return [
        one
        for one in top.findChildren(QWidget)
        if isinstance(one, CONTROLS)
        and not isinstance(one, QScrollBar | QHeaderView)
        and one.isVisibleTo(top)
        and one.isEnabled()
        and not one.objectName().startswith("qt_")
        and not _is_part(one)
    ]


def _is_part(control: QWidget) -> bool:
    """Whether the keyboard reaches a control through the one that it is a part of."""
    parent = control.parentWidget()
    if isinstance(control, QLineEdit):
        return isinstance(parent, QAbstractSpinBox | QComboBox)
    # The buttons of a number field: its arrow keys do the same. The dismiss button: Esc.
    return control.objectName() == "step"


def _name(control: QWidget) -> str:
    text = control.text() if isinstance(control, QAbstractButton) else ""
    return control.accessibleName() or text


def _chain(window: QWidget) -> list[QWidget]:
    """The widgets in the order of Tab."""
    found = [window]
    while (following := found[-1].nextInFocusChain()) is not window:
        assert following is not None
        found.append(following)
    return found


def _of_group(control: QWidget) -> bool:
    """Whether arrow keys reach a control from another one of its group."""
    if not isinstance(control, QAbstractButton) or control.isChecked():
        return False
    group = control.group()
    return group is not None and group.exclusive()


@pytest.mark.usefixtures("_filled")
def test_tab_reaches_every_control_of_every_page_in_order(
    window: MainWindow, qapp: QApplication
) -> None:
    window.resize(1366, 768)
    found: list[str] = []
    for key in PAGE_TITLES:
        window.go(key)
        qapp.processEvents()
        chain = _chain(window)
        for control in _controls(window):
            line = f"{key}: {type(control).__name__} “{_name(control)}”"
            by_tab = control.focusPolicy() & Qt.FocusPolicy.TabFocus
            if not _of_group(control) and not (control in chain and by_tab):
                found.append(f"{line} cannot be reached")
            if not _name(control):
                found.append(f"{line} in {type(control.parentWidget()).__name__} has no name")
        found += _upward(window, chain, _controls(window.page(key)))
    assert not found, "\n".join(sorted(set(found)))


def _upward(window: QWidget, chain: list[QWidget], controls: list[QWidget]) -> Iterator[str]:
    """Neighbors in the order of Tab of which the second is above the first, in one parent."""
    order = [one for one in chain if one in set(controls)]
    for before, after in pairwise(order):
        if before.parentWidget() is after.parentWidget():
            first, second = (one.mapTo(window, QPoint(0, 0)) for one in (before, after))
            if second.y() + after.height() <= first.y() and second.x() <= first.x():
                yield f"“{_name(before)}” comes before “{_name(after)}”"


class _LineOfLinux(QLineEdit):
    """Claims Ctrl+K, as every text field does under X11."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)


def test_the_command_palette_opens_from_a_text_field(window: MainWindow, qtbot: QtBot) -> None:
    line = _LineOfLinux("lr<0.01", window)
    line.show()
    window.activateWindow()
    line.setFocus()
    line.home(False)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is line)
    QTest.keyClick(line, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(SearchDialog)
    assert palette is not None
    assert palette.isVisible()
    assert line.text() == "lr<0.01"
    palette.close()
