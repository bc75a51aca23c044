"""A card over the lower right corner of a page: what has ended, and where to go from here."""

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.common.basics import button, clear, column, label, restyle
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

_MOVES = (QEvent.Type.Resize, QEvent.Type.Move)

MARGIN = 16
"""Between the card and the edges of the page, in lengths of the design."""

WIDTH, WIDE = 600, 898
"""The widest the card gets, with a sentence or two and with more, in lengths of the design."""

FEW_FACTS = 2
"""With more, the buttons are next to the text, so that the card covers less of the height."""


class OutcomeCard(QFrame):
    """Covers a corner of the page, so that nothing on the page moves; takes no keyboard focus.

    Attributes:
        outcome: that is shown; the last one if the card is hidden, None before the first.
        steps: the buttons.
    """

    def __init__(self, theme: Theme, page: QWidget) -> None:
        """A hidden card.

        Args:
            theme: its colors.
            page: that it covers.
        """
        super().__init__(page)
        self.setObjectName("outcome")
        self.outcome: Outcome | None = None
        self.steps: tuple[QPushButton, ...] = ()
        self._theme, self._page = theme, page
        self._clear: QWidget | None = None
        self._brief = False
        self._title = label(role="cardTitle", wrap=True)
        self._facts = label(role="secondary", wrap=True)
        self._doubt = label(role="doubt", wrap=True)
        self._close = self._close_button()
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._line.addStretch(1)
        self._lay_out()
        page.installEventFilter(self)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()
        self.hide()

    def _close_button(self) -> QToolButton:
        made = QToolButton()
        made.setObjectName("step")
        made.setAccessibleName("Dismiss the result")
        made.setToolTip("Hides this card (Esc).")
        made.clicked.connect(self.hide)
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._content = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._content.setSpacing(10)
        self._content.addLayout(column(self._facts, self._doubt, gap=4), 1)
        self._content.addLayout(self._line)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 10, 10, 14)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addLayout(self._content)

    def keep_clear(self, part: QWidget) -> None:
        """Stays above a part of the page, unless there is no room above it."""
        self._clear = part
        part.installEventFilter(self)

    def show_brief(self, brief: bool) -> None:
        """Leaves out the facts, where the page below has more to show than they say."""
        self._brief = brief
        if self.outcome is not None:
            self._show_texts()
            self._place()

    def text(self) -> str:
        """Everything that the card says, line by line."""
        return "\n".join(part.text() for part in self._texts() if part.text())

    def show_outcome(self, outcome: Outcome) -> None:
        """Shows how something ended, instead of what was shown before."""
        self.outcome = outcome
        self._title.setText(outcome.title)
        self._facts.setText("\n".join(outcome.facts))
        self._doubt.setText(outcome.doubt)
        self._show_texts()
        self.setAccessibleName(outcome.title)
        self.setAccessibleDescription("\n".join(filter(None, (*outcome.facts, outcome.doubt))))
        self.setProperty("kind", outcome.kind)
        restyle(self)
        self._offer(outcome.steps)
        self._place()
        self.show()
        self.raise_()

    def _show_texts(self) -> None:
        for part in self._texts():
            part.setVisible(bool(part.text()) and not (self._brief and part is self._facts))

    def _texts(self) -> tuple[QLabel, ...]:
        return self._title, self._facts, self._doubt

    def _offer(self, steps: tuple[NextStep, ...]) -> None:
        clear(self._line)
        made = [
            button(step.text, step.action, step.tip, primary=place == 0)
            for place, step in enumerate(steps)
        ]
        for place, widget in enumerate(made):
            self._line.insertWidget(place, widget)
        self.steps = tuple(made)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stays in the corner when the page or its part gets another size."""
        if watched in (self._page, self._clear) and event.type() in _MOVES:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """Puts the card into the lower right corner, as high as its text needs."""
        pixels, page = self._theme.pixels, self._page.size()
        margin = pixels(MARGIN)
        widest = self._widest()
        width = min(pixels(widest), page.width() - 2 * margin)
        if width <= 0:
            return
        wide = widest == WIDE and width > pixels(WIDTH)
        directions = QBoxLayout.Direction
        self._content.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        height = layout.totalHeightForWidth(width)
        left, top = page.width() - margin - width, self._bottom(height) - margin - height
        self.setGeometry(left, max(0, top), width, height)

    def _bottom(self, height: int) -> int:
        """The foot of the page, or of what is above the part that stays clear."""
        foot, part = self._page.height(), self._clear
        if part is None or not part.isVisible():
            return foot
        above = part.mapTo(self._page, QPoint(0, 0)).y()
        enough = above >= height + 2 * self._theme.pixels(MARGIN)
        return min(foot, above) if enough else foot

    def _widest(self) -> int:
        """The widest the card gets with its outcome."""
        facts = len(self.outcome.facts) if self.outcome else 0
        return WIDE if facts > FEW_FACTS else WIDTH

    @Slot()
    def _apply_theme(self) -> None:
        size, side = self._theme.pixels(16), self._theme.pixels(28)
        self._close.setIcon(icon("cross", self._theme.palette.secondary, size))
        self._close.setIconSize(QSize(size, size))
        self._close.setFixedSize(side, side)
        self._place()
