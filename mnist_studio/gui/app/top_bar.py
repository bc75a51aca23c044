"""The bars above and below every page."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mnist_studio.gui.common.basics import Elided, ProgressLine, label
from mnist_studio.gui.theme.theme import Theme


class TopBar(QWidget):
    """The title of the page, a sentence on its purpose, and its actions."""

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
        """Shows the texts and actions of another page."""
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
    """What is running, its progress and the time left; on the right the inference processes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._activity = label(role="secondary")
        self._progress = ProgressLine("Progress")
        self._left = label(role="secondary")
        self._engines = label(role="secondary")
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 0, 16, 0)
        line.setSpacing(16)
        for part in (self._activity, self._progress, self._left):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self._engines)
        theme.changed.connect(self._size)
        self._size()
        self.show_work("Ready")

    @property
    def words(self) -> str:
        """The text on the left."""
        return f"{self._activity.text()} {self._left.text()}".strip()

    def show_work(self, activity: str, fraction: float | None = None, left: str = "") -> None:
        """Shows what is running; without a fraction there is no bar."""
        self._activity.setText(activity)
        self._left.setText(left)
        self._progress.setVisible(fraction is not None)
        if fraction is not None:
            self._progress.show_fraction(fraction)

    def show_engines(self, text: str) -> None:
        """Shows the states of the inference processes on the right."""
        self._engines.setText(text)

    def _size(self) -> None:
        self.setFixedHeight(self._theme.pixels(30))
        self._progress.setFixedWidth(self._theme.pixels(240))
