"""Questions with named answers that do not block the window."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import button, label, row

Answer = tuple[str, Callable[[], object]]


class QuestionOverlay(QDialog):
    """A question above the window; Esc cancels it."""

    def __init__(self, parent: QWidget, title: str, sentence: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(24, 20, 24, 18)
        self._inside.setSpacing(12)
        self._inside.addWidget(label(title, "headline"))
        if sentence:
            words = label(sentence, wrap=True)
            words.setMinimumWidth(380)
            self._inside.addWidget(words)

    def offer(self, answers: Sequence[Answer], primary: int = -1, danger: int = -1) -> None:
        """Adds the answers as buttons, left to right."""
        buttons = [
            button(
                text,
                lambda action=action: self._answer(action),  # type: ignore[misc]
                primary=place == primary,
                danger=place == danger,
            )
            for place, (text, action) in enumerate(answers)
        ]
        self._inside.addLayout(row(1, *buttons))
        buttons[primary].setDefault(True)

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
    field.setMinimumWidth(380)
    field.selectAll()
    layout = question.layout()
    assert layout is not None
    layout.addWidget(field)
    word, use = action
    question.offer((("Cancel", _nothing), (word, lambda: use(field.text()))), primary=1)
    question.open()
    field.setFocus()
    return question


def _nothing() -> None:
    """Does nothing: the answer is Cancel."""
