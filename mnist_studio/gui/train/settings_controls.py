"""The controls of the Train page's form, and where each of them is."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common import recipe_texts
from mnist_studio.gui.common.basics import (
    GAP,
    IconButton,
    button,
    column,
    holder,
    label,
    row,
)
from mnist_studio.gui.common.card import Card, CollapsibleSection
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.install_button import InstallButton
from mnist_studio.gui.common.network.small_picture import SmallNetworkPicture
from mnist_studio.gui.common.segmented import Toggles
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.advanced_fields import AdvancedFields
from mnist_studio.gui.train.dataset_panel import DatasetPanel, OwnImagesBox
from mnist_studio.gui.train.field_group import FieldGroup
from mnist_studio.gui.train.fields import DeviceChoice, NumberFields
from mnist_studio.gui.train.handwriting_styles import HandwritingStyles
from mnist_studio.gui.train.known_bugs import KnownBugSwitches
from mnist_studio.gui.train.recipe_info import NetworkTable, RecipeInfo
from mnist_studio.gui.train.typical_figures import TypicalFigures

WIDTH = 336
"""Smallest width of the form, in lengths of the design."""

MORE, BUGS = "More settings", "Try a known bug"

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Optimization": ("Learning rate", "Batch size", "Gradient clipping", "Clipping threshold"),
    "Data": ("Validation set", "Batches", "Steps per epoch", "Training images", "Label noise"),
    "Computation": ("Seed", "Device", "CPU threads", "Precision"),
}
"""The labels of the fields in each group of ``MORE``."""


class SettingsControls(Card):
    """The controls, in groups that open and close.

    Signals:
        edited: a setting has changed.
        arranged: a section was opened or closed.
        code_requested: the settings as a script.
        rate_requested: a suggestion for the learning rate.
        open_requested: settings from a file.
        save_requested: settings to a file.
        change_requested: edit the network.
        new_requested: edit a new network.
        measure_requested: the time of a training, from a few of its steps.
    """

    edited = Signal()
    arranged = Signal()
    code_requested = Signal()
    rate_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    change_requested = Signal()
    new_requested = Signal()
    measure_requested = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._make_controls()
        self._lay_out()

    def _make_controls(self) -> None:
        theme = self._studio.theme
        self.recipe = ComboBox("Recipe", theme, only_text=True)
        self.recipe.offer(recipe_texts.offered())
        self.picture = SmallNetworkPicture(theme)
        self.parameters = label(role="secondary")
        self.figures = TypicalFigures(self.measure_requested.emit)
        self.origin = RecipeInfo()
        self.code_button = button(
            "Code", self.code_requested.emit, "Shows these settings as a script (F6)", quiet=True
        )
        self.rate_button = button(
            "Find a learning rate…", self.rate_requested.emit,
            "Raises the learning rate on the same batches in all selected frameworks, and suggests "
            "one", quiet=True,
        )  # fmt: skip
        self.open_button = button(
            "Open…", self.open_requested.emit, "Reads settings from a file (Ctrl+Shift+O)",
            quiet=True,
        )  # fmt: skip
        self.save_button = button(
            "Save…", self.save_requested.emit, "Writes settings to a file (Ctrl+S)", quiet=True
        )
        choices = tuple((name, framework_title(name), "") for name in FRAMEWORKS)
        self.frameworks = Toggles("Train in", choices, FRAMEWORKS)
        self.install_button = InstallButton(self._studio)
        self.change_button = button(
            "Change…",
            self.change_requested.emit,
            "Opens the editor of the network: layers, optimizer, schedule, augmentation (Ctrl+E)",
            quiet=True,
        )
        self.change_button.setAccessibleName("Change the network")
        self.new_button = IconButton(theme, "plus", "New network…", self.new_requested.emit)
        self.dataset = DatasetPanel(theme, self._studio.datasets, self._studio.dataset_library)
        self.dataset.removed.connect(self._studio.undo_offered)
        self.own_images = OwnImagesBox(theme, self._studio.own_images)
        self.styles = HandwritingStyles(theme, self._studio.background)
        self.device = DeviceChoice(theme, self._studio.background)
        self.numbers = NumberFields(theme, self)
        self.advanced = AdvancedFields(theme, self)
        self.network = NetworkTable(theme)
        self.more = CollapsibleSection(MORE, theme, self._more_settings())
        self.known_bugs = KnownBugSwitches(theme)
        self.bugs = CollapsibleSection(BUGS, theme, self.known_bugs)
        self.complaint = label(role="bad", wrap=True)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("scrolled")
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 4, 0)
        lines.setSpacing(8)
        network = row(label("Network", "cardTitle"), 1, self.parameters)
        chosen = row(self.recipe, self.change_button, self.new_button, gap=4)
        chosen.setStretch(0, 1)
        shown = (self.picture, self.origin.summary, self.figures)
        lines.addLayout(column(network, chosen, *shown, gap=6))
        dataset = row(self.dataset.choice, self.dataset.more_button, gap=4)
        dataset.setStretch(0, 1)
        for title, widgets in {
            "Dataset": (holder(dataset), self.dataset),
            "Train in": (self.frameworks, self.install_button),
        }.items():
            lines.addLayout(column(label(title, "cardTitle"), *widgets, gap=6))
        for widget in (self._epochs(), self.complaint, self.more, self.bugs):
            lines.addWidget(widget)
        lines.addStretch(1)
        self.body.addWidget(_Form(inside))
        self.body.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _epochs(self) -> FieldGroup:
        group = FieldGroup(self._studio.theme, {"Epochs": self.numbers.epochs})
        group.setContentsMargins(0, 4, 0, 0)
        return group

    def _more_settings(self) -> QWidget:
        """Everything that a first training does not need, in groups."""
        theme, numbers, rows = self._studio.theme, self.numbers.by_name(), self.advanced.by_name()
        controls: dict[str, QWidget] = {**numbers, **rows, "Device": self.device}
        groups = [
            FieldGroup(theme, {name: controls[name] for name in names}, title)
            for title, names in GROUPS.items()
        ]
        groups[0].add_wide(holder(row(self.rate_button, 1, gap=0)))
        groups[1].add_wide(self.own_images)
        groups[1].add_wide(self.styles)
        groups.append(FieldGroup(theme, self.advanced.augmentation(), "Augmentation"))
        for title, widget in (
            ("About this recipe", self.origin),
            ("Layers", self.network),
            ("Code and files", holder(row(*self._file_buttons(), 1, gap=0))),
        ):
            group = FieldGroup(theme, {}, title)
            group.add_wide(widget)
            groups.append(group)
        return holder(column(*groups, gap=GAP))

    def _file_buttons(self) -> tuple[QPushButton, ...]:
        return self.code_button, self.open_button, self.save_button

    def sizeHint(self) -> QSize:
        """A fixed width at first, whatever the content."""
        return QSize(self.minimumSizeHint().width(), self._studio.theme.pixels(600))

    def minimumSizeHint(self) -> QSize:
        """The width at which every control is whole; the height scrolls."""
        width = max(self._studio.theme.pixels(WIDTH), super().minimumSizeHint().width())
        return QSize(width, self._studio.theme.pixels(200))


class _Form(QScrollArea):
    """Scrolls down, and is never narrower than its content next to its scroll bar."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._inside = inside
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:
        """The width of the content, and no height."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._inside.minimumSizeHint().width() + bar, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes the width of content that has changed, which Qt leaves to the scroll area."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
