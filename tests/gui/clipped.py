"""Finds what does not fit: clipped controls, and shortened texts that no tooltip shows in full."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QWidget,
)

SLACK = 1
"""Pixels that rounding may cut off."""
HEAD_PADDING = 12
"""Pixels left and right of the title of a column, together."""


def faults(top: QWidget) -> list[str]:
    """What is clipped or shortened without a tooltip in a window or dialog."""
    shown = [one for one in top.findChildren(QWidget) if one.isVisibleTo(top)]
    return [*filter(None, map(_outside, shown)), *filter(None, map(_cut, shown)), *_heads(shown)]


def _outside(control: QWidget) -> str:
    """A control that leaves its window, or an ancestor that does not scroll."""
    if not isinstance(control, QAbstractButton | QComboBox | QAbstractSpinBox):
        return ""
    if control.objectName().startswith("qt_"):
        return ""
    ancestor = control.parentWidget()
    while ancestor is not None and not _scrolls(ancestor):
        place = QRect(control.mapTo(ancestor, QPoint(0, 0)), control.size())
        room = ancestor.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK)
        if not room.contains(place):
            return f"{_name(control)} at {place.getRect()} outside {_name(ancestor)} {room.size()}"
        if ancestor.isWindow():
            return ""
        ancestor = ancestor.parentWidget()
    return ""


def _scrolls(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget


def _cut(widget: QWidget) -> str:
    """A label or button that shows less than its text, and has no tooltip."""
    if isinstance(widget, QLabel):
        wrapped = widget.wordWrap() or widget.textFormat() == Qt.TextFormat.RichText
        missing = not wrapped and widget.fontMetrics().horizontalAdvance(widget.text())
    elif isinstance(widget, QAbstractButton) and widget.text():
        missing = widget.fontMetrics().horizontalAdvance(widget.text().replace("&", ""))
    else:
        return ""
    if missing > widget.contentsRect().width() + SLACK and not widget.toolTip():
        return f"{_name(widget)} is cut at {widget.width()} pixels"
    return ""


def _heads(shown: list[QWidget]) -> Iterator[str]:
    """Titles of table columns that are cut."""
    for head in shown:
        if not isinstance(head, QHeaderView) or head.orientation() != Qt.Orientation.Horizontal:
            continue
        for place in range(head.count()):
            text = str(head.model().headerData(place, Qt.Orientation.Horizontal) or "")
            wanted, section = head.fontMetrics().horizontalAdvance(text), head.sectionSize(place)
            if not head.isSectionHidden(place) and section < wanted + HEAD_PADDING:
                yield f"column {text} is cut: {section} of {wanted} pixels"


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} “{widget.accessibleName() or text}”"
