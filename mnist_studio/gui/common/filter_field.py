"""The field that filters runs by one line, with completion of its fields and values."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QSize, QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.errors import FilterError
from mnist_studio.gui.common.basics import label, restyle
from mnist_studio.gui.services.run_row import RunRow

Known = Callable[[str], Iterable[str]]

HELP = (
    "Finds runs by words of their title, tags, and note, and by settings and figures:\n"
    "recipe:cnn   lr<0.01   acc>99   seed=3   tag:homework   status:failed   date>2026-01-01\n"
    'A minus sign excludes: -framework:keras. Quotation marks join words: "two words".\n'
    "Several values: framework:numpy,keras. A range: lr:0.001..0.01. Any value: note:*\n"
    "Archived runs: is:archived. The down arrow lists what you can type (Ctrl+F comes here)."
)

PLACEHOLDERS = ("Filter: recipe:cnn acc>99 tag:homework", "Filter: recipe:cnn acc>99", "Filter")
"""The first one that fits is shown."""

_TYPED = 24
"""Characters that must fit into the line beside other widgets."""

_LINE_MARGIN = 12
"""Between the text and the border of the line, in pixels."""

SETTLE_MS = 120
"""How long after the last key the runs are filtered again."""


class FilterField(QWidget):
    """A line of text that filters runs. A wrong line is explained, and changes nothing.

    Signals:
        changed: other runs may match.

    Attributes:
        line: the text.
        problem: what is wrong with it; hidden otherwise.
    """

    changed = Signal()

    def __init__(self, known: Known) -> None:
        """Makes an empty field.

        Args:
            known: values of a field in the stored runs, such as tags, by the name of the field.
        """
        super().__init__()
        self.line = _Line(known)
        self.problem = label(role="bad", wrap=True)
        self.problem.hide()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2)
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._line.addWidget(self.line, 1)
        self._below = QHBoxLayout()
        self._below.setSpacing(8)
        inside.addLayout(self._line)
        inside.addWidget(self.problem)
        inside.addLayout(self._below)
        self._others: tuple[QWidget, ...] = ()
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._timer.timeout.connect(self._apply)
        self.line.textChanged.connect(self._timer.start)
        self.line.returnPressed.connect(self._apply)
        self._text = ""

    def add(self, *others: QWidget) -> None:
        """Adds widgets to the right of the line, or below it where that leaves no room to type."""
        self._others = others
        for other in others:
            self._line.addWidget(other)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Places the other widgets beside the line or below it."""
        super().resizeEvent(event)
        typed = self.fontMetrics().averageCharWidth() * _TYPED
        taken = sum(other.sizeHint().width() + self._line.spacing() for other in self._others)
        place = self._line if self.width() >= typed + taken else self._below
        if self._others and place.indexOf(self._others[0]) < 0:
            self._below.setContentsMargins(0, 4 if place is self._below else 0, 0, 0)
            for other in self._others:
                place.addWidget(other)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the widgets below each other."""
        others = sum(other.minimumSizeHint().width() + 8 for other in self._others)
        return QSize(max(others, 80), super().minimumSizeHint().height())

    @property
    def text(self) -> str:
        """The last valid filter."""
        return self._text

    def set_text(self, text: str) -> None:
        """Filters by a text at once."""
        self.line.setText(text)
        self._apply()

    def matching(self, rows: Sequence[RunRow], hide_archived: bool = True) -> list[RunRow]:
        """The rows that the last valid filter finds, in their order.

        Args:
            rows: to filter.
            hide_archived: leave archived runs out unless the filter asks for them.
        """
        if not self._text:
            return [row for row in rows if not (hide_archived and row.archived)]
        from mnist_studio.analysis.run_filter import parse

        filter_ = parse(self._text)
        fits = filter_.matches if hide_archived else filter_.holds
        return [row for row in rows if fits(row.facts)]

    @Slot()
    def _apply(self) -> None:
        from mnist_studio.analysis.run_filter import parse

        self._timer.stop()
        text = self.line.text().strip()
        try:
            parse(text)
        except FilterError as error:
            self._show_problem(str(error))
            return
        self._show_problem("")
        if text != self._text:
            self._text = text
            self.changed.emit()

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.line.setProperty("wrong", bool(text))
        restyle(self.line)


class _Line(QLineEdit):
    """The line, and the list of what could be typed next."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self._known = known
        self._start = self._end = 0
        self._texts: list[str] = []
        self.setAccessibleName("Filter")
        self.setPlaceholderText(PLACEHOLDERS[0])
        self.setToolTip(HELP)
        self.setClearButtonEnabled(True)
        for cross in self.findChildren(QToolButton):
            cross.setAccessibleName("Clear the filter")
            cross.setToolTip("Shows all runs again (Esc)")
        self._model = QStringListModel(self)
        self._list = QCompleter(self._model, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setMaxVisibleItems(10)
        self._list.setWidget(self)
        self._popup = QListView()
        self._popup.setObjectName("completions")
        self._list.setPopup(self._popup)
        self._list.activated[str].connect(self._insert)  # type: ignore[index]
        self.textEdited.connect(self.offer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows the longest example that fits."""
        super().resizeEvent(event)
        # The line has a margin, and Qt leaves two pixels on both sides of the text.
        room = self.width() - 2 * _LINE_MARGIN
        fits = (one for one in PLACEHOLDERS if self.fontMetrics().horizontalAdvance(one) <= room)
        self.setPlaceholderText(next(fits, PLACEHOLDERS[-1]))

    def offer(self) -> None:
        """Shows what could be typed at the cursor."""
        from mnist_studio.analysis.run_filter import complete

        found = complete(self.text(), self.cursorPosition(), self._known)
        typed = self.text()[found.start : found.end]
        candidates = [one for one in found.candidates if one[0] != typed]
        self._start, self._end = found.start, found.end
        self._texts = [text for text, _ in candidates]
        self._model.setStringList([f"{text}   {explain}".strip() for text, explain in candidates])
        if candidates and (typed or self.text()[: found.start].endswith((":", "=", ","))):
            self._list.complete()
        else:
            self._popup.hide()

    @Slot(str)
    def _insert(self, entry: str) -> None:
        chosen = self._texts[self._model.stringList().index(entry)]
        text = self.text()
        self.setText(text[: self._start] + chosen + text[self._end :])
        self.setCursorPosition(self._start + len(chosen))
        if chosen.endswith(":"):
            QTimer.singleShot(0, self, self.offer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and Ctrl+Space list what could be typed; Esc clears the line."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Down or (control and event.key() == Qt.Key.Key_Space):
            self.offer()
            if self._texts:
                self._list.complete()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def known_values(rows: Sequence[RunRow], name: str) -> list[str]:
    """The values of a field in runs, for completion.

    Args:
        rows: the runs.
        name: of the field.
    """
    if name == "tag":
        return sorted({t for row in rows for t in row.run.annotations.tags}, key=str.casefold)
    if name == "recipe":
        return sorted({row.run.spec.recipe for row in rows})
    return []
