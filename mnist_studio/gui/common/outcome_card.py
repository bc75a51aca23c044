"""A card with what has ended, and where to go from here."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.common.basics import button, clear, label, restyle
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

_TOGGLES = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)

TITLE = 250
"""The buttons are next to the title if that leaves it this width, in lengths of the design."""


class OutcomeCard(QFrame):
    """Has a place of its own on its page, so that it hides nothing; takes no keyboard focus.

    Signals:
        toggled: it takes room now, or no more.

    Attributes:
        outcome: that is shown; the last one if the card is hidden, None before the first.
        steps: the buttons.
    """

    toggled = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        """A hidden card.

        Args:
            theme: its colors.
        """
        super().__init__()
        self.setObjectName("outcome")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.outcome: Outcome | None = None
        self.steps: tuple[QPushButton, ...] = ()
        self._theme = theme
        self._brief = self._wide = False
        self._title = label(role="cardTitle", wrap=True)
        self._facts = label(role="secondary", wrap=True)
        self._doubt = label(role="doubt", wrap=True)
        self._close = self._close_button()
        self._buttons = QWidget()
        self._line = QHBoxLayout(self._buttons)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(8)
        self._line.addStretch(1)
        self._lay_out()
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
        self._head = QHBoxLayout()
        self._head.setSpacing(8)
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(16, 8, 10, 10)
        self._whole.setSpacing(4)
        self._whole.addLayout(self._head)
        self._whole.addWidget(self._facts)
        self._whole.addWidget(self._doubt)
        self._whole.addWidget(self._buttons)

    def event(self, event: QEvent) -> bool:
        """Emits ``toggled``; the page itself may be hidden."""
        if event.type() in _TOGGLES:
            self.toggled.emit(event.type() == QEvent.Type.ShowToParent)
        return super().event(event)

    def sizeHint(self) -> QSize:
        """The height at the present width: Qt would take that of the narrowest one."""
        return QSize(super().sizeHint().width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """The same height, and any width."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the buttons next to the title where there is room."""
        super().resizeEvent(event)
        self._arrange()
        if event.size().width() != event.oldSize().width():
            # Once the layout of the page is done: it ignores requests that come while it works.
            QTimer.singleShot(0, self, self.updateGeometry)

    def _arrange(self) -> None:
        margins = self._whole.contentsMargins()
        taken = self._buttons.sizeHint().width() + self._close.width() + margins.left()
        wide = self.width() >= taken + margins.right() + self._theme.pixels(TITLE)
        if wide == self._wide:
            return
        self._wide = wide
        if wide:
            self._head.insertWidget(1, self._buttons)
        else:
            self._whole.addWidget(self._buttons)

    def show_brief(self, brief: bool) -> None:
        """Leaves out the facts, where the page has more to show than they say."""
        self._brief = brief
        if self.outcome is not None:
            self._show_texts()

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
        self._arrange()
        self.show()

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
        self._buttons.setVisible(bool(made))

    @Slot()
    def _apply_theme(self) -> None:
        size, side = self._theme.pixels(16), self._theme.pixels(28)
        self._close.setIcon(icon("cross", self._theme.palette.secondary, size))
        self._close.setIconSize(QSize(size, size))
        self._close.setFixedSize(side, side)
        self._arrange()
