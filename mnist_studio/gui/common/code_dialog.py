"""A run as a native script of each framework: to read, save and run."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from keyword import kwlist
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QGuiApplication,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from mnist_studio.codegen import native_script
from mnist_studio.data.files import write_bytes
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.dialog import LARGEST_PART
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import FrameworkName, RunSpec

_STATES = ("'''", '"""')
_TOKEN = re.compile(
    r"(?P<triple>'''|\"\"\")|(?P<string>[rfb]?(?:\"[^\"\n]*\"|'[^'\n]*'))|(?P<comment>#.*)"
    rf"|(?P<word>\b(?:{'|'.join(kwlist)})\b)"
)


_TIPS = (
    "Copies the script to the clipboard",
    "Saves the script as a Python file",
    "Saves the script as a Jupyter notebook",
    "Trains with the script and stores the result as a run",
)


class PythonColors(QSyntaxHighlighter):
    """Highlights strings, comments and keywords in the colors of the theme."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        """Highlights one line; a state above 0 is an open triple quote."""
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
        """Highlights a token; returns its end, or -1 if it continues in the next line."""
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
        text_format = QTextCharFormat()
        text_format.setForeground(QColor(colors[kind]))
        return text_format


@dataclass(frozen=True)
class _NativeCode:
    """The code of a run in one framework.

    Attributes:
        run: in that framework.
        script: empty if the run cannot be a script.
        notebook: the same code as a notebook.
        problems: why the run cannot be a script.
    """

    run: RunSpec
    script: str
    notebook: str
    problems: tuple[str, ...]


class CodeDialog(QDialog):
    """The native scripts of a run, a tab per framework.

    Signals:
        run_requested: a RunSpec of style "native" to train.
    """

    run_requested = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget, run: RunSpec) -> None:
        super().__init__(parent)
        self._studio = studio
        self._run = run
        self._shown: _NativeCode | None = None
        self.setWindowTitle("Native script")
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
        self.message = label(role="secondary", wrap=True)
        self.copy_button = button("Copy", self._copy)
        self.script_button = button("Save script…", self._ask_script)
        self.notebook_button = button("Save notebook…", self._ask_notebook)
        self.run_button = button("Train native script", self._ask_run, primary=True)
        saves = (self.copy_button, self.script_button, self.notebook_button)
        self._uses = (*saves, self.run_button)

    def _lay_out(self) -> None:
        body = QVBoxLayout(self)
        body.setContentsMargins(20, 16, 20, 16)
        body.setSpacing(10)
        body.addLayout(row(self.frameworks, 1))
        body.addWidget(self.message)
        code = Card()
        code.body.addWidget(self.text)
        body.addWidget(code, 1)
        *saves, run = self._uses
        body.addLayout(row(*saves, 1, run))
        pixels = self._studio.theme.pixels
        self.resize(
            QSize(pixels(820), pixels(680)).boundedTo(self.screen().availableSize() * LARGEST_PART)
        )

    @Slot()
    def _write(self) -> None:
        framework: FrameworkName = next(
            name for name in FRAMEWORKS if name == self.frameworks.choice
        )
        run = replace(self._run, framework=framework, style="native", continued_from=None)
        self._clear()

        def work(progress: Progress, is_cancelled: IsCancelled) -> _NativeCode:
            problems = native_script.problems(run)
            if problems:
                return _NativeCode(run, "", "", problems)
            return _NativeCode(run, native_script.script(run), native_script.notebook(run), ())

        self._studio.background.start(work, self._show, self._fail)

    def _clear(self) -> None:
        """Removes the code of another framework."""
        self._shown = None
        self.message.setText("Writing the script…")
        self.text.clear()
        for widget in self._uses:
            enable(widget, "Wait for the script to appear.")

    @Slot(object)
    def _show(self, written: _NativeCode) -> None:
        if written.run.framework != self.frameworks.choice:
            return  # Another tab was chosen in the meantime.
        self._shown = written
        title = framework_title(written.run.framework)
        self.message.setText(
            f"This run cannot be written as a {title} script. {' '.join(written.problems)}"
            if written.problems
            else f"This script follows the {title} documentation. It has its own training loop, "
            "shuffling, and initialization. Train it to compare it with the shared loop."
        )
        self.text.setPlainText(written.script)
        reason = "" if written.script else "This framework has no script."
        for widget, tip in zip(self._uses, _TIPS, strict=True):
            enable(widget, reason, tip)
        missing = texts.missing(written.run.framework)
        enable(self.run_button, reason or missing, _TIPS[-1])

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.message.setText(str(error))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def _ask_script(self) -> None:
        self._ask("Save script", ".py", lambda shown: shown.script)

    def _ask_notebook(self) -> None:
        self._ask("Save notebook", ".ipynb", lambda shown: shown.notebook)

    def _ask(self, title: str, suffix: str, text: Callable[[_NativeCode], str]) -> None:
        shown = self._shown
        if shown is None:
            return
        dialog = FileDialog(self, title)
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix.removeprefix("."))
        dialog.selectFile(f"{shown.run.recipe}-{shown.run.framework}{suffix}")
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen), text(shown)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, file: Path, text: str) -> None:
        """Writes a text on a worker thread."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            write_bytes(file, text.encode())
            return file

        self._studio.background.start(work, self._saved, self._fail)

    @Slot(object)
    def _saved(self, file: Path) -> None:
        self.message.setText(f"Saved to {file}.")

    def _ask_run(self) -> None:
        if self._shown is not None:
            self.run_requested.emit(self._shown.run)
            self.accept()
