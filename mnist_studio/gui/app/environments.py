"""Which Python computes for which framework: shown, chosen after a try, and given back."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import button, enable, label
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Task, Work
from mnist_studio.gui.services.texts import error_text
from mnist_studio.workers import environments

WIDTH = 620
"""Pixels; paths are long."""

_SENTENCE = (
    "A framework computes in the studio's own Python unless another is named: one of an "
    "environment that has, for instance, its build for your GPU. It needs NumPy, msgspec, "
    "safetensors and a few more; what it lacks is told."
)
_OURS = "NumPy computes in the studio's own Python, also inside of the window."


class EnvironmentsDialog(QuestionOverlay):
    """Stays over the window until it is closed; each choice counts at once."""

    def __init__(self, parent: QWidget, background: Background) -> None:
        super().__init__(parent, "Pythons of frameworks", _SENTENCE)
        self._background = background
        self._task: Task | None = None
        self._told: dict[str, QLabel] = {}
        self._trouble = label("", "bad", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        self._choose: dict[str, QPushButton] = {}
        self._own: dict[str, QPushButton] = {}
        for name in FRAMEWORKS:
            self._add(name)
        self.setMinimumWidth(WIDTH)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addLayout(self._grid)
        layout.addWidget(self._trouble)
        self.offer((("Close", lambda: None),), primary=0)
        self.finished.connect(self._leave)
        self._show()

    def choose(self, framework: str, python: str) -> None:
        """Tries a Python, and keeps it if it can compute for the framework."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> object:
            return environments.choose(framework, python, is_cancelled)

        self._trouble.clear()
        self._told[framework].setText(f"Trying {python} …")
        self._start(work)

    def give_back(self, framework: str) -> None:
        """Lets the studio's own Python compute again."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            environments.forget(framework)

        self._trouble.clear()
        self._start(work)

    def _add(self, framework: str) -> None:
        line = self._grid.rowCount()
        told = self._told[framework] = label("", "secondary", wrap=True)
        title = framework_title(framework)
        choose = self._choose[framework] = button("Choose …", partial(self._ask, framework))
        choose.setAccessibleName(f"Choose a Python for {title}")
        own = self._own[framework] = button("Studio’s own", partial(self.give_back, framework))
        own.setAccessibleName(f"The studio's own Python for {title}")
        for place, widget in enumerate((label(title), told, choose, own)):
            self._grid.addWidget(widget, line, place)

    def _ask(self, framework: str) -> None:
        dialog = QFileDialog(self, f"The Python of an environment with {framework}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self.choose, framework))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _start(self, work: Work) -> None:
        for made in (*self._choose.values(), *self._own.values()):
            made.setEnabled(False)
        self._task = self._background.start(work, self._done, self._fail)

    @Slot(object)
    def _done(self, nothing: object) -> None:
        self._task = None
        self._show()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._done(None)
        self._trouble.setText(error_text(error))

    @Slot()
    def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _show(self) -> None:
        for framework, told in self._told.items():
            version = registry.version(framework) or "not installed"
            python = registry.python(framework)
            told.setText(f"{version} in {python or 'the studio’s own'}")
            enable(self._choose[framework], _OURS if framework == "numpy" else "")
            enable(self._own[framework], "" if python else "It computes there already.")
