"""The logs of trainings for other tools: their folder and their formats."""

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel, QWidget

from mnist_studio import paths
from mnist_studio.gui.common.basics import button, enable, holder, label, row
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.written_file import breakable
from mnist_studio.gui.services.studio import Studio
from mnist_studio.logs.formats import FORMATS
from mnist_studio.settings import TrainingLogs

_OFF = "Off. Choose a folder to log trainings for TensorBoard and other tools."


class TrainingLogControls(QObject):
    """The controls of ``settings.TrainingLogs``, which apply to the next runs.

    Attributes:
        text: the folder, or that nothing is logged.
        choose_button: opens the dialog.
        off_button: turns the logs off.
        formats: a check box for each format.
    """

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self.text = label(role="secondary", wrap=True)
        self.choose_button = button(
            "Choose…", self._ask_for_folder, "Every training in the window writes its log there"
        )
        self.off_button = button("Turn off", lambda: self.use(None))
        self.formats = {
            name: CheckBox(one.title, studio.theme) for name, one in FORMATS.items() if one.live
        }
        for name, box in self.formats.items():
            box.setChecked(name in self._logs.formats)
            box.clicked.connect(self._choose_formats)
        self._show()

    @property
    def rows(self) -> tuple[tuple[str, str | QLabel, QWidget], ...]:
        """Names, texts, and controls of the two lines on the page."""
        folder = holder(row(self.choose_button, self.off_button, gap=8))
        boxes = holder(row(*self.formats.values(), gap=16))
        explained = "Files that the next runs write. TensorBoard follows a run while it trains."
        return (("Training logs", self.text, folder), ("Log formats", explained, boxes))

    def use(self, folder: Path | None) -> None:
        """Logs the next runs into a folder; None turns the logs off."""
        self._remember(replace(self._logs, folder=str(folder or "")))

    @property
    def _logs(self) -> TrainingLogs:
        return self._studio.saved_settings.training_logs

    def _remember(self, logs: TrainingLogs) -> None:
        self._studio.remember(training_logs=logs)
        self._show()

    def _choose_formats(self) -> None:
        chosen = tuple(FORMATS[name].name for name, box in self.formats.items() if box.isChecked())
        self._remember(replace(self._logs, formats=chosen))

    def _show(self) -> None:
        folder = self._logs.folder
        self.text.setText(breakable(paths.expanded(folder)) if folder else _OFF)
        enable(self.off_button, "" if folder else "Logs are off.", "Logs no more runs")
        for name, box in self.formats.items():
            entry, checked = FORMATS[name], self.formats[name].isChecked()
            off = "" if folder else "Choose a folder first."
            # What was chosen before its package was removed can be taken away.
            missing = "" if checked else entry.missing
            enable(box, off or missing, f"{entry.explain} (default: {_default(name)})")

    def _ask_for_folder(self) -> None:
        dialog = FileDialog(self._window, "Folder for training logs")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda chosen: self.use(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _default(name: str) -> str:
    return "on" if name in TrainingLogs().formats else "off"
