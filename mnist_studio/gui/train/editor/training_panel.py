"""All settings of a training, in groups; a field that is new to the program has its place too."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP, button, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.services.background import Background
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.editor.augmented_images import AugmentedImages, ImageRequest
from mnist_studio.gui.train.editor.draft import Draft
from mnist_studio.gui.train.editor.schedule_curve import ScheduleCurve
from mnist_studio.gui.train.editor.struct_fields import StructFields
from mnist_studio.spec.datasets import training_images
from mnist_studio.spec.model import RAW, STANDARDIZED, UNIT, Scaling
from mnist_studio.spec.run import TrainingSpec

LEFT: Mapping[str, tuple[str, ...]] = {
    "Optimizer": ("optimizer",),
    "Learning rate": ("schedule", "warmup_steps"),
    "Duration": ("epochs", "batch_size", "epoch_steps", "averaged_epochs"),
    "Loss and regularization": ("loss", "label_smoothing", "weight_decay", "clip"),
}
RIGHT: Mapping[str, tuple[str, ...]] = {
    "Augmentation": ("augmentation", "augment_generated"),
    "Validation set": ("validation", "early_stopping", "best_epoch", "monitor"),
    "Training images": ("training_fraction", "label_noise"),
    "Computation": ("seed", "precision", "sampling"),
}
PRESETS: Mapping[str, tuple[str, Scaling | None]] = {
    "standardized": ("Standardized: mean 0, deviation 1", STANDARDIZED),
    "unit": ("0 to 1: level / 255", UNIT),
    "raw": ("0 to 255: raw gray levels", RAW),
    "other": ("Other numbers", None),
}
"""Usual ways to scale the input: text and value."""
HIDDEN = ("bias_gradients",)
"""Known bugs have their own section on the Train page."""
FOLDED = 640
"""A narrower panel has one column, in lengths of the design."""


def other_fields() -> tuple[str, ...]:
    """The fields of a training that no group names."""
    known = {name for groups in (LEFT, RIGHT) for names in groups.values() for name in names}
    return tuple(name for name in TrainingSpec.__struct_fields__ if name not in known | set(HIDDEN))


class TrainingPanel(QWidget):
    """Shows the training of a draft and edits it.

    Signals:
        rate_requested: a suggestion for the learning rate.
        step_requested: the numbers of one training step.
    """

    rate_requested = Signal()
    step_requested = Signal()

    def __init__(self, theme: Theme, background: Background, draft: Draft) -> None:
        super().__init__()
        self._theme, self._draft = theme, draft
        self.groups: list[StructFields] = []
        self.curve = ScheduleCurve(theme)
        self.curve_note = label("", "secondary", wrap=True)
        self.images = AugmentedImages(theme, background)
        self.presets = ComboBox("Input scaling", theme)
        self.presets.offer(tuple((key, text, "") for key, (text, _) in PRESETS.items()))
        self.presets.setToolTip("How gray levels become the input of the network")
        self.presets.chosen.connect(self._choose_preset)
        self.scaling = StructFields(theme, Scaling)
        self.scaling.edited.connect(self._edit_scaling)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._columns.setContentsMargins(0, 0, 4, 0)
        self._columns.setSpacing(GAP)
        more = {"More": other_fields()} if other_fields() else {}
        for groups in ({**LEFT, **more}, RIGHT):
            lines = QVBoxLayout()
            lines.setSpacing(GAP)
            for title, names in groups.items():
                lines.addWidget(self._group(title, names))
            if groups is RIGHT:
                lines.addWidget(self._card("Network input", self.presets, self.scaling))
            lines.addStretch(1)
            self._columns.addLayout(lines, 1)

    def minimumSizeHint(self) -> QSize:
        """The height follows from the width."""
        return QSize(self._theme.pixels(300), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the columns below each other where there is no room."""
        super().resizeEvent(event)
        narrow = self.width() < self._theme.pixels(FOLDED)
        direction = QBoxLayout.Direction
        self._columns.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)

    def _group(self, title: str, names: tuple[str, ...]) -> Card:
        known = [name for name in names if name in TrainingSpec.__struct_fields__]
        fields = StructFields(self._theme, TrainingSpec, known)
        fields.edited.connect(lambda field: self._edit(fields, field))
        self.groups.append(fields)
        if "schedule" in names:
            return self._card(title, self.curve, self.curve_note, fields, self._tools())
        if "augmentation" in names:
            return self._card(title, self.images, fields)
        return self._card(title, fields)

    def _tools(self) -> QWidget:
        self.rate_button = button(
            "Find a learning rate…",
            self.rate_requested.emit,
            "Raises the learning rate from step to step in all selected frameworks, and suggests "
            "one for this network",
        )
        self.step_button = button(
            "Single step…",
            self.step_requested.emit,
            "Shows the numbers of one training step of this network in all selected frameworks",
        )
        return holder(row(self.rate_button, self.step_button, 1, gap=8))

    def _card(self, title: str, *widgets: QWidget) -> Card:
        card = Card(title)
        for widget in widgets:
            card.body.addWidget(widget)
        return card

    @Slot()
    def renew(self) -> None:
        """Shows the training as it is now."""
        training = self._draft.run.training
        for fields in self.groups:
            fields.show_value(training)
        scaling = self._draft.model.scaling
        self.scaling.show_value(scaling)
        known = (key for key, (_, one) in PRESETS.items() if one == scaling)
        self.presets.choose(next(known, "other"))
        self.curve.show_training(training, training_images(self._draft.run.dataset))
        note = self.curve.curve.note if self.curve.curve else ""
        self.curve_note.setText(note)
        self.curve_note.setVisible(bool(note))
        if self.isVisible():
            self._show_images()

    def _show_images(self) -> None:
        run = self._draft.run
        self.images.show_request(
            ImageRequest(run.dataset, run.training.augmentation, run.training.seed)
        )

    def _edit(self, fields: StructFields, field: str) -> None:
        self._draft.change_training(fields.value(), field)

    @Slot(str)
    def _choose_preset(self, key: str) -> None:
        scaling = PRESETS[key][1]
        if scaling is not None:
            self._draft.change_scaling(scaling, "Input scaling")

    @Slot(str)
    def _edit_scaling(self, field: str) -> None:
        self._draft.change_scaling(self.scaling.value(), field)
