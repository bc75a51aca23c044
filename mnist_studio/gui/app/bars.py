"""The bars over and under every page."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mnist_studio.gui.common.basics import Elided, ProgressLine, label
from mnist_studio.gui.theme.theme import Theme


class TopBar(QWidget):
    """The page's name, one sentence on what it is for, and its actions."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._name = label(role="pageName")
        self._sentence = Elided(role="secondary")
        self._actions: QWidget | None = None
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(20, 8, 16, 8)
        self._line.setSpacing(14)
        self._line.addWidget(self._name)
        self._line.addWidget(self._sentence, 1)
        theme.changed.connect(self._size)
        self._size()

    def show_page(self, name: str, sentence: str, actions: QWidget) -> None:
        """Shows another page's words and actions."""
        self._name.setText(name)
        self._sentence.setText(sentence)
        if self._actions is not None:
            self._actions.hide()
        if self._line.indexOf(actions) < 0:
            self._line.addWidget(actions)
        self._actions = actions
        actions.show()

    def _size(self) -> None:
        self.setFixedHeight(self._theme.pixels(52))


class StatusLine(QWidget):
    """What is running, how much of it is done, the time left; and what else is worth knowing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._what = label(role="secondary")
        self._progress = ProgressLine("Progress")
        self._left = label(role="secondary")
        self._aside = label(role="secondary")
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 0, 16, 0)
        line.setSpacing(16)
        for part in (self._what, self._progress, self._left):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self._aside)
        theme.changed.connect(self._size)
        self._size()
        self.show_work("Ready")

    @property
    def words(self) -> str:
        """What is told on the left."""
        return f"{self._what.text()} {self._left.text()}".strip()

    def show_work(self, what: str, fraction: float | None = None, left: str = "") -> None:
        """Tells what is running; without a fraction there is no bar."""
        self._what.setText(what)
        self._left.setText(left)
        self._progress.setVisible(fraction is not None)
        if fraction is not None:
            self._progress.show_fraction(fraction)

    def show_aside(self, text: str) -> None:
        """Tells something on the right."""
        self._aside.setText(text)

    def _size(self) -> None:
        self.setFixedHeight(self._theme.pixels(30))
        self._progress.setFixedWidth(self._theme.pixels(240))
