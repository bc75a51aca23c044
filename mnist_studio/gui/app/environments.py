"""The dialog that shows, chooses and resets the Python environment of each framework."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import button, enable, label
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.services.background import (
    Background,
    BackgroundTask,
    IsCancelled,
    Progress,
    Work,
)
from mnist_studio.gui.services.texts import error_text
from mnist_studio.workers import environments, installation
from mnist_studio.workers.probe import FrameworkReport, probe

WIDTH = 660
"""Pixels; paths are long."""

_SENTENCE = (
    "A framework can run in another Python environment, such as one with a GPU build. The "
    "environment needs NumPy, msgspec, safetensors, and a few other packages. A message lists any "
    "that are missing. Install creates one for a missing framework. Closing this dialog cancels "
    "the installation."
)
_NUMPY = "NumPy always runs in MNIST Studio's own environment."
_DEFAULT = "MNIST Studio's own environment"
_INSTALL = (
    "Downloads {} into an environment of its own in your data folder. This takes several minutes "
    "and up to 7 GB of disk space."
)
_RESET = "Switches back to MNIST Studio's own environment; can be undone"


class EnvironmentsDialog(QuestionOverlay):
    """Stays open until it is closed; each choice takes effect at once.

    Signals:
        changed: a framework computes in another environment now.
    """

    changed = Signal()

    def __init__(self, parent: QWidget, background: Background) -> None:
        super().__init__(parent, "Framework environments", _SENTENCE)
        self._background = background
        self._task: BackgroundTask | None = None
        self._locations: dict[str, QLabel] = {}
        self._error = label("", "bad", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        self._choose: dict[str, QPushButton] = {}
        self._reset: dict[str, QPushButton] = {}
        self._install: dict[str, QPushButton] = {}
        self._installing = ""
        self._step = ""
        self._former: dict[str, str | None] = {}
        for name in FRAMEWORKS:
            self._add(name)
        self.setMinimumWidth(WIDTH)
        layout = self.body
        layout.addLayout(self._grid)
        self._test = button(
            "Test",
            self.test,
            tip="Imports each framework in its environment, which takes a few seconds",
        )
        layout.addWidget(self._test, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._error)
        self.offer((("Close", lambda: None),), primary=0)
        self.finished.connect(self._leave)
        self._show()

    def choose(self, framework: str, python: str) -> None:
        """Tests an environment, and chooses it if the framework works there."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> object:
            return environments.choose(framework, python, is_cancelled)

        self._error.clear()
        self._locations[framework].setText(f"Testing {python} …")
        self._start(work)

    def install(self, framework: str) -> None:
        """Installs a framework into an environment of its own; the same button cancels that."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> object:
            def show(step: str) -> None:
                self._step = step
                progress(0.0)

            return installation.install(framework, show, is_cancelled)

        self._error.clear()
        self._step, self._installing = "Preparing", framework
        task = self._start(work)
        # The task outlives this dialog, unlike a signal of its own.
        task.progressed.connect(self._show_step)
        task.ended.connect(self._end_installation)
        title = framework_title(framework)
        cancel = self._install[framework]
        cancel.setText("Cancel")
        enable(cancel, "", f"Cancels the installation of {title} and deletes what it downloaded")
        self._show_step()

    def _install_or_cancel(self, framework: str) -> None:
        if self._installing and self._task:
            self._task.cancel()
            enable(self._install[framework], "The installation is being canceled.")
        else:
            self.install(framework)

    @Slot()
    def _show_step(self) -> None:
        if self._installing:
            self._locations[self._installing].setText(f"Installing. {self._step} …")

    @Slot()
    def _end_installation(self) -> None:
        """Shows the environments again, also after a cancellation, which has no result."""
        if self._installing:
            self._done(None)

    def test(self) -> None:
        """Imports each framework in its environment, and shows what is broken."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[FrameworkReport, ...]:
            return tuple(probe(name, is_cancelled) for name in FRAMEWORKS)

        self._error.clear()
        for location in self._locations.values():
            location.setText("Testing …")
        self._start(work, self._show_reports)

    def reset(self, framework: str) -> None:
        """Chooses the environment of MNIST Studio again."""
        former = registry.python(framework)

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            environments.forget(framework)

        self._error.clear()
        self._former[framework] = former
        self._start(work)

    def _reset_or_undo(self, framework: str) -> None:
        """Resets an environment, or brings back the one that was just reset."""
        former = self._former.pop(framework, None)
        if former:
            self.choose(framework, former)
        else:
            self.reset(framework)

    def _add(self, framework: str) -> None:
        line = self._grid.rowCount()
        location = self._locations[framework] = label("", "secondary", wrap=True)
        title = framework_title(framework)
        choose = self._choose[framework] = button(
            "Choose…",
            partial(self._ask, framework),
            tip=f"Choose the Python executable of an environment with {title}",
        )
        choose.setAccessibleName(f"Choose an environment for {title}")
        reset = self._reset[framework] = button(
            "Reset",
            partial(self._reset_or_undo, framework),
            tip=_RESET,
        )
        reset.setAccessibleName(f"Reset the environment for {title}")
        install = self._install[framework] = button(
            "Install", partial(self._install_or_cancel, framework)
        )
        install.setAccessibleName(f"Install {title}")
        for place, widget in enumerate((label(title), location, install, choose, reset)):
            self._grid.addWidget(widget, line, place)

    def _ask(self, framework: str) -> None:
        dialog = FileDialog(self, f"Python of an environment with {framework_title(framework)}")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self.choose, framework))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _start(self, work: Work, done: Callable[[Any], object] | None = None) -> BackgroundTask:
        rows = (self._choose, self._reset, self._install)
        for control in (*(one for controls in rows for one in controls.values()), self._test):
            control.setEnabled(False)
        self._task = self._background.start(work, done or self._change, self._fail)
        return self._task

    @Slot(object)
    def _show_reports(self, reports: tuple[FrameworkReport, ...]) -> None:
        self._done(None)
        for report in reports:
            location = self._locations[report.name]
            result = report.problem or "It works."
            location.setText(f"{location.text()}\n{result}")

    @Slot(object)
    def _change(self, nothing: object) -> None:
        self._done(None)
        self.changed.emit()

    @Slot(object)
    def _done(self, nothing: object) -> None:
        self._task, self._installing = None, ""
        self._show()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._done(None)
        self._error.setText(error_text(error))

    @Slot()
    def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _show(self) -> None:
        self._test.setEnabled(True)
        for framework, location in self._locations.items():
            version = registry.version(framework) or "not installed"
            python = registry.python(framework)
            location.setText(f"{version} in {python or _DEFAULT}")
            enable(self._choose[framework], _NUMPY if framework == "numpy" else "")
            install = self._install[framework]
            install.setText("Install")
            install.setVisible(registry.missing(framework) is not None)
            enable(install, "", _INSTALL.format(framework_title(framework)))
            former = self._former.get(framework)
            self._reset[framework].setText("Undo" if former else "Reset")
            enable(
                self._reset[framework],
                "" if python or former else "It already uses MNIST Studio's own environment.",
                f"Uses {former} again" if former else _RESET,
            )
