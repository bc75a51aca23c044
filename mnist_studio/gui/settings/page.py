"""The Settings page: every setting in one place; each applies at once."""

import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from mnist_studio import __version__, paths
from mnist_studio.formatting import counted
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import LinkLabel, button, enable, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.stepper import StepperSpinBox
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.settings.training_logs import TrainingLogControls
from mnist_studio.gui.theme.theme import SCALES
from mnist_studio.newer_version import repository

WIDEST = 760
"""Width of the cards, in lengths of the design: a line of text stays readable."""

_THEMES = (("system", "System"), ("light", "Light"), ("dark", "Dark"))
_SCALES = tuple((str(scale), f"{scale:.0%}".replace("%", " %")) for scale in SCALES)
_USUAL = "Not set. MNIST Studio looks in its own folder."


class SettingsPage(Page):
    """Appearance, training, data, and environments."""

    title = "Settings"
    sentence = "Every change applies at once"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._make_appearance()
        self._make_training()
        self.logs = TrainingLogControls(studio, self)
        self._make_places()
        self._make_newer_versions()
        self._lay_out()
        studio.theme.changed.connect(self._show_appearance)
        studio.datasets.changed.connect(self._show_folder)
        self._show_appearance()
        self._show_folder()

    def _make_appearance(self) -> None:
        theme, saved = self.studio.theme, self.studio.saved_settings
        self.scheme = Segmented("Theme", _THEMES)
        for key, text in _THEMES:
            self.scheme.enable(key, tip=f"{text} colors (default: System)")
        self.scheme.chosen.connect(self.studio.choose_theme)
        self.text_size = ComboBox("Text size", theme)
        self.text_size.offer([(key, text, "") for key, text in _SCALES])
        self.text_size.setFixedWidth(theme.pixels(110))
        self.text_size.setToolTip("Size of all text, compared with the system's (default: 100 %)")
        self.text_size.chosen.connect(lambda key: self.set_text_size(float(key)))
        self.motion = CheckBox("Reduce motion", theme)
        self.motion.setToolTip("Nothing moves by itself (default: as the system is set)")
        self.motion.setChecked(saved.reduced_motion)
        self.motion.clicked.connect(self._set_motion)
        self.notifications = self._switch(
            "notifications", "Notify when a long training ends", "the desktop notifies you while"
            " MNIST Studio is in the background",
        )  # fmt: skip

    def _make_training(self) -> None:
        theme, saved = self.studio.theme, self.studio.saved_settings
        self.checkpoints = StepperSpinBox(
            "Checkpoint interval", theme, 1, 86_400, lambda value, steps: value + 10 * steps
        )
        self.checkpoints.set_number(saved.checkpoint_seconds)
        self.checkpoints.setFixedWidth(theme.pixels(130))
        self.checkpoints.setToolTip(
            "Seconds after which a training saves a checkpoint, 1 to 86,400 (default: 60)"
        )
        self.checkpoints.edited.connect(
            lambda: self.studio.remember(checkpoint_seconds=self.checkpoints.whole)
        )
        self.epoch_weights = StepperSpinBox(
            "Weights of epochs", theme, 0, 100_000, lambda value, steps: value + 50 * steps
        )
        self.epoch_weights.set_special("none")
        self.epoch_weights.set_number(saved.epoch_weights_mb)
        self.epoch_weights.setFixedWidth(theme.pixels(130))
        self.epoch_weights.setToolTip(
            "Megabytes per run for the weights after every epoch, 0 to 100,000 (default: 200)"
        )
        self.epoch_weights.edited.connect(
            lambda: self.studio.remember(epoch_weights_mb=self.epoch_weights.whole)
        )
        self.warm = self._switch(
            "warm_processes", "Start frameworks in advance",
            "loads frameworks for the next run while the window is idle",
        )  # fmt: skip
        self.threads_button = button(
            "Set on the Train page", partial(self.studio.item_requested.emit, "train", "threads"),
            "Opens the Train page at its number of CPU threads, which stays for later runs",
        )  # fmt: skip

    def _make_places(self) -> None:
        datasets = self.studio.datasets
        self.folder = label(role="secondary", wrap=True)
        self.choose_button = button(
            "Choose…", self._ask_for_folder, "Reads the MNIST files from a folder of yours"
        )
        self.forget_button = button("Reset", partial(datasets.use, None))
        self.home_button = button(
            "Open folder", self._open_home, "Opens the folder in your file manager"
        )
        self.data_button = button(
            "Check and back up…", self.studio.data_requested.emit,
            "Checks, backs up, restores, or rebuilds the database",
        )  # fmt: skip
        self.environments_button = button(
            "Environments…", self.studio.environments_requested.emit,
            "Chooses a Python environment for each framework",
        )  # fmt: skip
        self.environments = label(role="secondary", wrap=True)

    def _make_newer_versions(self) -> None:
        self.newer = CheckBox("Look for newer versions", self.studio.theme)
        self.newer.setChecked(self.studio.saved_settings.check_version)
        # The metadata is read once: a copy does not change its repository.
        unknown = (
            ""
            if repository()
            else (
                "This copy does not name its repository. Look for a newer version where you got it."
            )
        )
        enable(self.newer, unknown, "One request a day to the project's page (default: off)")
        self.newer.clicked.connect(lambda: self.studio.check_version(self.newer.isChecked()))
        self.newest = LinkLabel(wrap=True)
        self.studio.newest_version.changed.connect(self._show_newest)
        self._show_newest()

    @Slot()
    def _show_newest(self) -> None:
        found = self.studio.newest_version.sentence
        self.newest.setText(
            found
            or f"This is version {__version__}. The request does not identify you and is sent "
            "once a day. Without a connection, nothing happens."
        )

    def _switch(self, name: str, text: str, tip: str) -> CheckBox:
        """A check box for a setting that is on or off."""
        made = CheckBox(text, self.studio.theme)
        made.setChecked(getattr(self.studio.saved_settings, name))
        made.setToolTip(f"{tip[0].upper()}{tip[1:]} (default: on)")
        made.clicked.connect(lambda: self.studio.remember(**{name: made.isChecked()}))
        return made

    def _lay_out(self) -> None:
        cores = counted(os.cpu_count() or 1, "processor")
        groups: tuple[tuple[str, tuple[tuple[str, str | QLabel, QWidget], ...]], ...] = (
            ("Appearance", (
                ("Theme", "System follows light and dark of your desktop.", self.scheme),
                ("Text size", "Ctrl++ and Ctrl+- change it on every page.", self.text_size),
                ("Motion", "Stops what moves by itself, such as the digit on an empty canvas.",
                 self.motion),
                ("Notifications", "The desktop notifies you while another window is active.",
                 self.notifications),
                ("Language", "MNIST Studio is available in English only.", label("English")),
            )),
            ("Training", (
                ("Checkpoint interval", "Seconds. After a crash, a run resumes from its last "
                 "checkpoint.", self.checkpoints),
                ("Weights of epochs", "Megabytes per run. Beyond that, the first, last, best, and "
                 "evenly spaced epochs stay. Experiments store none.", self.epoch_weights),
                ("Quick start", "A run then starts within about a second. Needs about 1.9 GB of "
                 "memory.", self.warm),
                ("CPU threads", f"This computer has {cores}. The Train page has the number of "
                 "threads for the next runs.", self.threads_button),
                *self.logs.rows,
            )),
            ("Data", (
                ("MNIST folder", self.folder, _pair(self.choose_button, self.forget_button)),
                ("Your data", label(_breakable(paths.home()), "secondary", wrap=True),
                 _pair(self.data_button, self.home_button)),
                ("Cache", "Downloads and what can be computed again. You can delete this folder: "
                 f"{_breakable(paths.cache())}", label()),
            )),
            ("Frameworks", (("Environments", self.environments, self.environments_button),)),
            ("Newer versions", (("Notice", self.newest, self.newer),)),
        )  # fmt: skip
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(12)
        for title, settings in groups:
            lines.addWidget(_card(title, settings))
        lines.addStretch(1)
        inside.setMaximumWidth(self.studio.theme.pixels(WIDEST))
        inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._inside = inside
        self.body.addLayout(row(inside, gap=0))
        self.studio.theme.changed.connect(
            lambda: inside.setMaximumWidth(self.studio.theme.pixels(WIDEST))
        )

    def enter(self) -> None:
        """Shows the present environments."""
        super().enter()

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            return "\n".join(map(_environment, FRAMEWORKS))

        self.studio.background.start(work, self.environments.setText, self.studio.complain)

    def set_text_size(self, scale: float) -> None:
        """Sets the size of all text, and saves it."""
        self.studio.theme.set_scale(scale)
        self.studio.remember(text_size=self.studio.theme.scale)

    @Slot()
    def _show_appearance(self) -> None:
        theme = self.studio.theme
        self.scheme.choose(theme.choice)
        nearest = min(SCALES, key=lambda scale: abs(scale - theme.scale))
        self.text_size.choose(str(nearest))

    @Slot()
    def _set_motion(self) -> None:
        self.studio.theme.reduced_motion = self.motion.isChecked()
        self.studio.remember(reduced_motion=self.motion.isChecked())
        self.studio.theme.changed.emit()

    @Slot()
    def _show_folder(self) -> None:
        folder = self.studio.datasets.folder
        self.folder.setText(_breakable(folder) if folder else _USUAL)
        none = "" if folder else "No folder is set."
        enable(self.forget_button, none, "Looks in the usual folders again")

    def _ask_for_folder(self) -> None:
        dialog = FileDialog(self, "MNIST folder")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda chosen: self.studio.datasets.use(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_home(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.home())))


def _breakable(path: Path) -> str:
    """A path that can continue in another line after each folder."""
    return str(path).replace(os.sep, f"{os.sep}\N{ZERO WIDTH SPACE}")


def _environment(name: str) -> str:
    """The version of a framework, and the environment that it runs in."""
    version = registry.version(name) or "not installed"
    return f"{framework_title(name)} {version} in {registry.python(name) or 'this environment'}"


def _pair(first: QWidget, second: QWidget) -> QWidget:
    made = QWidget()
    made.setLayout(row(first, second, gap=8))
    return made


def _card(title: str, settings: tuple[tuple[str, str | QLabel, QWidget], ...]) -> Card:
    """Names and explanations on the left, controls on the right."""
    card = Card(title)
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(0, 1)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for place, (name, text, control) in enumerate(settings):
        words = label(text, "secondary", wrap=True) if isinstance(text, str) else text
        grid.addWidget(label(name), 3 * place, 0)
        grid.addWidget(words, 3 * place + 1, 0)
        grid.addWidget(control, 3 * place, 1, 2, 1, right)
        grid.setRowMinimumHeight(3 * place + 2, 10)
    card.body.addLayout(grid)
    return card
