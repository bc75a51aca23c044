"""The dialog for tags and the note of runs."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from mnist_studio.errors import StoreError
from mnist_studio.formatting import counted, listed
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.store.annotations import Change, tags_of, with_note, with_tags

OnChange = Callable[[Change, str], object]


class AnnotationDialog(QuestionOverlay):
    """Edits the tags of runs, and the note of a single one.

    Of several runs, the tags that all of them have are shown; the other tags stay.

    Attributes:
        tags: separated by spaces.
        note: empty and hidden for several runs.
        problem: what is wrong.
    """

    def __init__(
        self, parent: QWidget, rows: Sequence[RunRow], known: Sequence[str], on_change: OnChange
    ) -> None:
        """Makes the dialog.

        Args:
            parent: widget of the page.
            rows: whose tags are edited.
            known: tags of all runs, to choose from.
            on_change: gets the change of annotations, and what it changes: the tags, the note, or
                both; not called if nothing has changed.
        """
        single = len(rows) == 1
        name = rows[0].run.title if single else counted(len(rows), "run")
        super().__init__(parent, f"{'Tags and note' if single else 'Tags'} of {name}", "")
        self._on_change = on_change
        self._former = _common_tags(rows)
        self.tags = QLineEdit(" ".join(self._former))
        self.tags.setAccessibleName("Tags")
        self.tags.setPlaceholderText("homework best-cnn")
        self.tags.setMinimumWidth(380)
        self._note = rows[0].run.annotations.note if single else ""
        self.note = QPlainTextEdit(self._note)
        self.note.setObjectName("noteEditor")
        self.note.setAccessibleName("Note")
        self.note.setPlaceholderText("What did you learn from this run?")
        self.note.setTabChangesFocus(True)
        self.note.setMinimumHeight(96)
        self.note.setVisible(single)
        self.problem = label(role="bad", wrap=True)
        self.problem.hide()
        self._lay_out(single, known)
        self.offer((("Cancel", lambda: None), ("Save", self._save)), primary=1)
        self.tags.setFocus()

    def _lay_out(self, single: bool, known: Sequence[str]) -> None:
        inside = self.body
        hint = "Tags, separated by spaces"
        inside.addWidget(label(hint if single else f"{hint}, for all of these runs"))
        inside.addWidget(self.tags)
        if known:
            inside.addWidget(label(f"In use: {' '.join(known)}", "secondary", wrap=True))
        if single:
            inside.addWidget(label("Note"))
            inside.addWidget(self.note)
        inside.addWidget(self.problem)

    def _answer(self, action: Callable[[], object]) -> None:
        """Closes the dialog unless something that was entered is not valid."""
        try:
            action()
        except StoreError as error:
            self.problem.setText(str(error))
            self.problem.show()
        else:
            self.accept()

    def _save(self) -> None:
        tags = tags_of(self.tags.text())
        removed = [tag for tag in self._former if tag not in tags]
        tagged = with_tags(tags, removed)
        noted = with_note(self.note.toPlainText())
        changes = {
            "tags": set(tags) != set(self._former),
            "note": self.note.toPlainText().strip() != self._note.strip(),
        }
        if changed := [what for what, differs in changes.items() if differs]:
            both = tagged if self.note.isHidden() else lambda old: noted(tagged(old))
            self._on_change(both, listed(changed))


def _common_tags(rows: Sequence[RunRow]) -> tuple[str, ...]:
    first, *others = (row.run.annotations.tags for row in rows)
    return tuple(tag for tag in first if all(tag in tags for tags in others))
