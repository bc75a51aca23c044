"""Questions with named answers that do not block the window."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from mnist_studio.gui.common.basics import button, enable, label
from mnist_studio.gui.common.dialog import ScrollDialog

NARROWEST = 360
"""Width of the text at least, in pixels."""

Answer = tuple[str, Callable[[], object]]


class QuestionOverlay(ScrollDialog):
    """A question above the window; Esc cancels it."""

    def __init__(self, parent: QWidget, title: str, sentence: str) -> None:
        super().__init__(parent, title)
        heading = label(title, "headline", wrap=True)
        heading.setMinimumWidth(NARROWEST)
        self.body.addWidget(heading)
        if sentence:
            self.body.addWidget(label(sentence, wrap=True))

    def offer(self, answers: Sequence[Answer], primary: int = -1, danger: int = -1) -> None:
        """Adds the answers as buttons, left to right."""
        self.buttons = buttons = [
            button(
                text,
                lambda action=action: self._answer(action),  # type: ignore[misc]
                primary=place == primary,
                danger=place == danger,
            )
            for place, (text, action) in enumerate(answers)
        ]
        self.foot.addStretch(1)
        for made in buttons:
            self.foot.addWidget(made)
        buttons[primary].setDefault(True)

    def require(self, field: QLineEdit) -> None:
        """Disables the last answer while a field is empty: the question stays open."""
        last = self.buttons[-1]

        def check(text: str) -> None:
            enable(last, "" if text.strip() else "Enter a text first.")

        field.textChanged.connect(check)
        check(field.text())

    def _answer(self, action: Callable[[], object]) -> None:
        self.accept()
        action()


def ask(
    parent: QWidget,
    title: str,
    sentence: str,
    answers: Sequence[Answer],
    primary: int = -1,
    danger: int = -1,
) -> QuestionOverlay:
    """Asks a question; the function of the chosen answer is called."""
    question = QuestionOverlay(parent, title, sentence)
    question.offer(answers, primary, danger)
    question.open()
    return question


def ask_text(
    parent: QWidget, title: str, text: str, action: tuple[str, Callable[[str], object]]
) -> QuestionOverlay:
    """Asks for a line of text."""
    question = QuestionOverlay(parent, title, "")
    field = QLineEdit(text)
    field.setAccessibleName(title)
    field.selectAll()
    question.body.addWidget(field)
    word, use = action
    question.offer((("Cancel", _nothing), (word, lambda: use(field.text()))), primary=1)
    question.require(field)
    question.open()
    field.setFocus()
    return question


def _nothing() -> None:
    """Does nothing: the answer is Cancel."""
