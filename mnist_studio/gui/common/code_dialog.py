"""A run as each framework's own documentation would have one write it: to read, save and run.

Light colors for Python source.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from keyword import kwlist
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QGuiApplication,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QDialog, QFileDialog, QPlainTextEdit, QVBoxLayout, QWidget

from mnist_studio.codegen import native_script
from mnist_studio.data.files import write_bytes
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common import texts
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import FrameworkName, RunSpec

_STATES = ("'''", '"""')
_TOKEN = re.compile(
    r"(?P<triple>'''|\"\"\")|(?P<string>[rfb]?(?:\"[^\"\n]*\"|'[^'\n]*'))|(?P<comment>#.*)"
    rf"|(?P<word>\b(?:{'|'.join(kwlist)})\b)"
)


class PythonColors(QSyntaxHighlighter):
    """Strings, comments and keywords in the theme's colors."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        """Colors one line; a state above 0 is an open triple quote."""
        at = 0
        state = self.previousBlockState()
        if state > 0:
            at = self._close(text, 0, _STATES[state - 1])
        while 0 <= at < len(text):
            found = _TOKEN.search(text, at)
            if found is None:
                self.setCurrentBlockState(0)
                return
            at = self._paint(text, found)
        if at >= 0:
            self.setCurrentBlockState(0)

    def _paint(self, text: str, found: re.Match[str]) -> int:
        """Colors a token; where to go on, -1 if it goes on in the next line."""
        if found["triple"]:
            return self._close(text, found.start(), found["triple"], len(found["triple"]))
        kind = found.lastgroup or ""
        self.setFormat(found.start(), found.end() - found.start(), self._format(kind))
        return found.end()

    def _close(self, text: str, start: int, quote: str, skip: int = 0) -> int:
        end = text.find(quote, start + skip)
        if end < 0:
            self.setFormat(start, len(text) - start, self._format("string"))
            self.setCurrentBlockState(_STATES.index(quote) + 1)
            return -1
        self.setFormat(start, end + 3 - start, self._format("string"))
        return end + 3

    def _format(self, kind: str) -> QTextCharFormat:
        palette = self._theme.palette
        colors = {"string": palette.good, "comment": palette.secondary, "word": palette.accent}
        made = QTextCharFormat()
        made.setForeground(QColor(colors[kind]))
        return made


@dataclass(frozen=True)
class _Written:
    """What is shown of one framework.

    Attributes:
        run: as written in it.
        script: its text; empty where it cannot be written.
        notebook: its text.
        problems: why it cannot be written.
    """

    run: RunSpec
    script: str
    notebook: str
    problems: tuple[str, ...]


class CodeDialog(QDialog):
    """Scripts of one run, a tab for each framework.

    Signals:
        run_asked: a RunSpec of style "native" that shall be trained.
    """

    run_asked = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget, run: RunSpec) -> None:
        super().__init__(parent)
        self._studio = studio
        self._run = run
        self._shown: _Written | None = None
        self.setWindowTitle(f"{run.recipe} as code")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_controls()
        self._lay_out()
        self.frameworks.choose(run.framework)
        self.frameworks.button(run.framework).setFocus()
        self._write()

    def _make_controls(self) -> None:
        choices = tuple((name, framework_title(name)) for name in FRAMEWORKS)
        self.frameworks = Segmented("Framework", choices)
        self.frameworks.chosen.connect(self._write)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Script")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._colors = PythonColors(self.text.document(), self._studio.theme)
        self.told = label(role="secondary", wrap=True)
        self.copy_button = button("Copy", self._copy)
        self.script_button = button("Save script…", self._ask_script)
        self.notebook_button = button("Save notebook…", self._ask_notebook)
        self.run_button = button("Run as written", self._ask_run, primary=True)
        saves = (self.copy_button, self.script_button, self.notebook_button)
        self._uses = (*saves, self.run_button)

    def _lay_out(self) -> None:
        body = QVBoxLayout(self)
        body.setContentsMargins(20, 16, 20, 16)
        body.setSpacing(10)
        body.addLayout(row(self.frameworks, 1))
        body.addWidget(self.told)
        code = Card()
        code.body.addWidget(self.text)
        body.addWidget(code, 1)
        *saves, run = self._uses
        body.addLayout(row(*saves, 1, run))
        pixels = self._studio.theme.pixels
        self.resize(pixels(820), pixels(680))

    @Slot()
    def _write(self) -> None:
        framework: FrameworkName = next(
            name for name in FRAMEWORKS if name == self.frameworks.choice
        )
        run = replace(self._run, framework=framework, style="native", continued_from=None)
        self._clear()

        def work(progress: Progress, is_cancelled: IsCancelled) -> _Written:
            problems = native_script.problems(run)
            if problems:
                return _Written(run, "", "", problems)
            return _Written(run, native_script.script(run), native_script.notebook(run), ())

        self._studio.background.start(work, self._show, self._fail)

    def _clear(self) -> None:
        """Nothing of another framework stands under this one's tab."""
        self._shown = None
        self.told.setText("It is being written.")
        self.text.clear()
        for made in self._uses:
            enable(made, "It is being written.")

    @Slot(object)
    def _show(self, written: _Written) -> None:
        if written.run.framework != self.frameworks.choice:
            return  # An older answer: another tab was chosen meanwhile.
        self._shown = written
        title = framework_title(written.run.framework)
        self.told.setText(
            f"It cannot be written in {title}: {' '.join(written.problems)}"
            if written.problems
            else f"As {title}'s own documentation would have it: its own loop, shuffling and "
            "first weights. Run it to see what the framework costs when it is used this way."
        )
        self.text.setPlainText(written.script)
        reason = "" if written.script else "There is no script to use."
        for made in self._uses:
            enable(made, reason)
        missing = texts.missing(written.run.framework)
        enable(self.run_button, reason or missing, "Trains it and keeps it like any other run")

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.told.setText(str(error))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def _ask_script(self) -> None:
        self._ask("Save script", ".py", lambda shown: shown.script)

    def _ask_notebook(self) -> None:
        self._ask("Save notebook", ".ipynb", lambda shown: shown.notebook)

    def _ask(self, title: str, suffix: str, text: Callable[[_Written], str]) -> None:
        shown = self._shown
        if shown is None:
            return
        dialog = QFileDialog(self, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix.removeprefix("."))
        dialog.selectFile(f"{shown.run.recipe}-{shown.run.framework}{suffix}")
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen), text(shown)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, file: Path, text: str) -> None:
        """Writes a text off the GUI thread and tells."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            write_bytes(file, text.encode())
            return file

        self._studio.background.start(work, self._saved, self._fail)

    @Slot(object)
    def _saved(self, file: Path) -> None:
        self.told.setText(f"Saved to {file}.")

    def _ask_run(self) -> None:
        if self._shown is not None:
            self.run_asked.emit(self._shown.run)
            self.accept()
