"""Every control of the window says in a tooltip what it does."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QWidget

from mnist_studio.gui.app.frame import PAGE_TITLES
from mnist_studio.gui.app.window import MainWindow
from tests.words import violations

CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox)


def _tooltip(control: QWidget) -> str:
    """The tooltip of a control, or of the composed control that it is a part of."""
    parent = control.parentWidget()
    inside = parent is not None and not parent.isWindow() and parent.layout() is not None
    own = control.toolTip()
    if own or not inside or parent is None or parent.metaObject().className() == "QWidget":
        return own
    return parent.toolTip()


def _controls(page: QWidget) -> list[QWidget]:
    found: list[QWidget] = []
    for kind in CONTROLS:
        found += page.findChildren(kind)
    return [control for control in found if not control.objectName().startswith("qt_")]


def _name(control: QWidget) -> str:
    text = control.text() if isinstance(control, QAbstractButton) else ""
    parent = control.parentWidget()
    return f"{type(parent).__name__} > {type(control).__name__} {control.accessibleName() or text}"


@pytest.mark.parametrize("key", list(PAGE_TITLES))
def test_every_control_of_a_page_has_a_tooltip(window: MainWindow, key: str) -> None:
    window.go(key)
    page = window.page(key)
    without = [_name(c) for c in (*_controls(page), *_controls(page.buttons)) if not _tooltip(c)]
    assert not without, "\n" + "\n".join(sorted(set(without)))


def test_every_tool_of_the_frame_has_a_tooltip(window: MainWindow) -> None:
    without = [
        _name(control) for control in _controls(window.frame.navigation) if not _tooltip(control)
    ]
    assert without == []


def test_tooltips_and_names_follow_the_guide(window: MainWindow) -> None:
    for key in PAGE_TITLES:
        window.go(key)
    found = [
        violation
        for widget in window.findChildren(QWidget)
        for text in (widget.toolTip(), widget.accessibleName())
        for violation in violations(type(widget).__name__, text)
    ]
    assert not found, "\n" + "\n".join(map(str, found))
