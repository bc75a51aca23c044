"""The left side of the Train page: all settings of a run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mnist_studio.errors import SpecError
from mnist_studio.formatting import count
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common import provenance
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
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.studio import TRAINS, Studio
from mnist_studio.gui.train import typical
from mnist_studio.gui.train.advanced_fields import AdvancedFields
from mnist_studio.gui.train.dataset_panel import DatasetPanel, OwnImagesBox
from mnist_studio.gui.train.field_group import FieldGroup
from mnist_studio.gui.train.fields import DeviceChoice, NumberFields
from mnist_studio.gui.train.form import (
    Form,
    changed_settings,
    preview_run,
    recipe_form,
    remembered,
    restored,
    run_specs,
    shared_form,
    with_recipe,
    with_run,
)
from mnist_studio.gui.train.handwriting_styles import HandwritingStyles
from mnist_studio.gui.train.known_bugs import KnownBugSwitches
from mnist_studio.gui.train.recipe_info import NetworkTable, RecipeInfo
from mnist_studio.gui.train.typical_figures import TypicalFigures
from mnist_studio.settings import TrainPageState
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES, recipe_title
from mnist_studio.spec.run import FrameworkName, RunSpec

if TYPE_CHECKING:
    from mnist_studio.gui.common.network.dialog import NetworkDialog

FIRST_RECIPE = "mlp-128"
WIDTH = 336
"""Smallest width of the form, in lengths of the design."""

_FRAMEWORK_TIP = (
    "Whether to train in this framework. The selected frameworks train one after the other, from "
    "the same initial weights (default: all)."
)

MORE, BUGS = "More settings", "Try a known bug"

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Optimization": ("Learning rate", "Batch size", "Gradient clipping", "Clipping threshold"),
    "Data": ("Validation set", "Batches", "Steps per epoch", "Training images", "Label noise"),
    "Computation": ("Seed", "Device", "CPU threads", "Precision"),
}
"""The labels of the fields in each group of ``MORE``."""


class SettingsPanel(Card):
    """The controls of a form. Shows what is invalid.

    Signals:
        edited: a setting has changed.
        arranged: a section was opened or closed.
        code_requested: the settings as a script.
        rate_requested: a suggestion for the learning rate.
        open_requested: settings from a file.
        save_requested: settings to a file.
        change_requested: edit the network.
        new_requested: edit a new network.
    """

    edited = Signal()
    arranged = Signal()
    code_requested = Signal()
    rate_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    change_requested = Signal()
    new_requested = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._form = recipe_form(FIRST_RECIPE, FRAMEWORKS, "builtin")
        self._opened: Form | None = None
        self._make_controls()
        self._lay_out()
        self._connect()
        self._enable_frameworks()
        self._restore(studio.saved_settings.train_page)

    def _make_controls(self) -> None:
        theme = self._studio.theme
        self.recipe = ComboBox("Recipe", theme, only_text=True)
        self.recipe.offer(provenance.offered())
        self.picture = SmallNetworkPicture(theme)
        self.parameters = label(role="secondary")
        self.figures = TypicalFigures(self._measure)
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

    def show_threads(self) -> None:
        """Opens the further settings at the number of CPU threads."""
        self.more.open()
        self.numbers.threads.field().setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def show_network(self, layer: int) -> "NetworkDialog":
        """Opens the picture of the network, and explains a layer by its position."""
        # Imported late, since the first window needs none of it.
        from mnist_studio.gui.common.network.dialog import NetworkDialog

        run = preview_run(self._form)
        dialog = NetworkDialog(self._studio, self.window(), run.model, recipe_title(run.recipe))
        dialog.show_layer(layer)
        dialog.open()
        return dialog

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

    def _connect(self) -> None:
        self.recipe.chosen.connect(self._change_recipe)
        self.recipe.opening.connect(self._describe_recipes)
        self._studio.own_recipes.changed.connect(self._offer_recipes)
        self.picture.layer_clicked.connect(self.show_network)
        self._studio.library.changed.connect(self._show_figures)
        self._studio.speeds.changed.connect(self._show_figures)
        self._studio.queue.changed.connect(self._show_figures)
        self.frameworks.changed.connect(self._read)
        self._studio.environments_changed.connect(self._update_frameworks)
        self.dataset.chosen.connect(self._read)
        self.own_images.chosen.connect(self._set_own_images)
        self.styles.chosen.connect(self._set_styles)
        self.device.chosen.connect(self._read)
        self.numbers.edited.connect(self._read)
        self.advanced.edited.connect(self._read)
        self.known_bugs.edited.connect(self._read)
        self.more.toggled.connect(self.arranged)
        self.bugs.toggled.connect(self.arranged)

    def _restore(self, saved: TrainPageState) -> None:
        """Shows what is remembered; what no longer exists falls back to its default."""
        form = restored(saved.run) if saved.run else None
        if form and form.recipe not in RECIPES:
            self._opened = form
            self.recipe.offer(provenance.offered(form.recipe))
        known = [name for name in self._usable_frameworks() if name in saved.frameworks]
        frameworks = tuple(known) or self._usable_frameworks()
        if saved.dataset:
            self.dataset.restore(saved.dataset)
        self.more.open(saved.more_open)
        self.bugs.open(saved.bugs_open)
        self.show_form(
            replace(form or self._form, frameworks=frameworks, dataset=self.dataset.dataset)
        )

    @Slot()
    def _offer_recipes(self) -> None:
        """Offers the recipes as they are now, and still shows the present settings."""
        known = self._form.recipe in RECIPES
        if not known:
            self._opened = self._form
        self.recipe.offer(provenance.offered("" if known else self._form.recipe))
        self.recipe.choose(self._form.recipe)
        self._update()

    def lasting(self, saved: TrainPageState) -> TrainPageState:
        """What is to be remembered; settings that are not valid leave the former ones."""
        form, sections = self._form, (self.more.is_open, self.bugs.is_open)
        saved = structs.replace(
            saved, dataset=self.dataset.lasting, more_open=sections[0], bugs_open=sections[1]
        )
        if self.complaint.text():
            return saved
        frameworks = () if form.frameworks == self._usable_frameworks() else form.frameworks
        return structs.replace(saved, run=remembered(form), frameworks=frameworks)

    @property
    def form(self) -> Form:
        """The values of all controls."""
        return self._form

    def sizeHint(self) -> QSize:
        """A fixed width at first, whatever the content."""
        return QSize(self.minimumSizeHint().width(), self._studio.theme.pixels(600))

    def minimumSizeHint(self) -> QSize:
        """The width at which every control is whole; the height scrolls."""
        width = max(self._studio.theme.pixels(WIDTH), super().minimumSizeHint().width())
        return QSize(width, self._studio.theme.pixels(200))

    def specs(self) -> tuple[RunSpec, ...]:
        """The runs to train.

        Raises:
            SpecError: a setting is invalid.
        """
        return run_specs(self._form)

    @Slot(float)
    def use_rate(self, rate: float) -> None:
        """Enters a learning rate."""
        self.show_form(replace(self._form, learning_rate=rate))

    def show_form(self, form: Form) -> None:
        """Sets every control."""
        self._form = form
        self.frameworks.choose(form.frameworks)
        self.recipe.choose(form.recipe)
        self.own_images.show_fingerprint(form.base.own_images)
        self.styles.show_count(form.base.handwriting_styles)
        self.device.show_device(form.device)
        self.numbers.show_form(form)
        self.advanced.show_form(form)
        self._update()

    def show_first_training(self) -> None:
        """Shows the settings of a short first training: one epoch in all frameworks."""
        frameworks = self._usable_frameworks()
        fresh = recipe_form(FIRST_RECIPE, frameworks, self.dataset.dataset)
        self.show_form(replace(fresh, epochs=1))

    def show_runs(self, runs: Sequence[RunSpec]) -> bool:
        """Shows the runs of a file; returns False if one form cannot show them all."""
        form = shared_form(runs)
        if form is None or (len(runs) > 1 and form.frameworks != self._in_order(form.frameworks)):
            return False
        self._opened = form
        self.recipe.offer(provenance.offered("" if form.recipe in RECIPES else form.recipe))
        self.dataset.choose(form.dataset)
        self.show_form(form)
        return True

    def show_edited(self, run: RunSpec) -> None:
        """Shows a network and its training as they were edited; the rest stays as it is."""
        form = with_run(self._form, run)
        self._opened = form
        self.recipe.offer(provenance.offered("" if form.recipe in RECIPES else form.recipe))
        self.show_form(form)

    @Slot(str)
    def _change_recipe(self, name: str) -> None:
        opened = None if name in RECIPES else self._opened
        self.show_form(opened or with_recipe(self._form, name))

    @Slot()
    def _read(self) -> None:
        form = replace(
            self._form,
            frameworks=self._selected_frameworks(),
            dataset=self.dataset.dataset,
            device=self.device.device,
            known_bugs=self.known_bugs.selected,
        )
        self._form = self.advanced.read(self.numbers.read(form))
        self._update()

    @Slot(str)
    def _set_own_images(self, fingerprint: str) -> None:
        base = structs.replace(self._form.base, own_images=fingerprint)
        self._form = replace(self._form, base=base)
        self._update()

    @Slot(int)
    def _set_styles(self, count: int) -> None:
        base = structs.replace(self._form.base, handwriting_styles=count)
        self._form = replace(self._form, base=base)
        self._update()

    def add_own_images(self, done: Callable[[], object]) -> None:
        """Adds the user's own images, as they are now, and calls ``done`` afterwards."""

        def add(fingerprint: str) -> None:
            self.own_images.show_fingerprint(fingerprint)
            self._set_own_images(fingerprint)
            done()

        self._studio.own_images.freeze(add)

    def _selected_frameworks(self) -> tuple[FrameworkName, ...]:
        return self._in_order(self.frameworks.chosen)

    def _usable_frameworks(self) -> tuple[FrameworkName, ...]:
        return self._in_order(FRAMEWORKS)

    def _in_order(self, names: Collection[str]) -> tuple[FrameworkName, ...]:
        """Those of them that can be chosen, in the order in which they train."""
        return tuple(name for name in FRAMEWORKS if name in names and self.frameworks.enabled(name))

    def _enable_frameworks(self) -> None:
        for name in FRAMEWORKS:
            self.frameworks.enable(name, texts.missing(name), _FRAMEWORK_TIP)
        self.frameworks.choose(self._usable_frameworks())
        self._form = replace(self._form, frameworks=self._selected_frameworks())

    @Slot()
    def _update_frameworks(self) -> None:
        """Offers the frameworks that are installed now, and selects those that are new."""
        before, selected = self._usable_frameworks(), self._selected_frameworks()
        self._enable_frameworks()
        usable = self._usable_frameworks()
        self.frameworks.choose(tuple(n for n in usable if n in selected or n not in before))
        self._read()

    def _update(self) -> None:
        """Shows what follows from the settings: recipe, network, known bugs, errors."""
        run = preview_run(self._form)
        self.recipe.setToolTip(f"A network with its training settings (ID: {run.recipe})")
        self.origin.show_run(run)
        self.picture.show_model(run.model)
        self.parameters.setText(f"{count(parameter_count(run.model))} parameters")
        self.network.show_model(run.model)
        self.known_bugs.show_form(self._form)
        self.more.head.setText(_with_count(MORE, changed_settings(self._form), "changed"))
        self.bugs.head.setText(_with_count(BUGS, len(self._form.known_bugs), "on"))
        problem, field = "", ""
        try:
            self.specs()
        except SpecError as error:
            problem = str(error)
            field = str(error.path[-1]) if error.path else ""
        self.complaint.setText(problem)
        self.complaint.setVisible(bool(problem))
        self.numbers.mark(field)
        self._show_figures()
        self.edited.emit()

    def _evidence(self) -> typical.Evidence:
        library = self._studio.library
        runs = tuple(row.run for row in library.rows)
        return typical.Evidence(runs, library.memberships, self._studio.speeds.speeds)

    @Slot()
    def _show_figures(self) -> None:
        """Shows what the present settings typically reach, if they are valid."""
        speeds, evidence = self._studio.speeds, self._evidence()
        problem = self.complaint.text()
        if not problem:
            runs = self.specs()
            self.figures.show_figures(
                typical.accuracy(runs, evidence), typical.duration(runs, evidence)
            )
        training = TRAINS if self._studio.busy else ""
        self.figures.show_state(speeds.busy, problem or training)

    @Slot()
    def _describe_recipes(self) -> None:
        """Says in the list what every recipe typically reaches, with its own settings."""
        evidence = self._evidence()
        for name in RECIPES:
            runs = self._specs_of(name)
            accuracy, time = typical.accuracy(runs, evidence), typical.duration(runs, evidence)
            tip = f"{RECIPES[name].summary}\n{accuracy.explanation}\n{time.explanation}"
            self.recipe.describe(name, typical.both(accuracy, time), tip)

    def _specs_of(self, recipe: str) -> tuple[RunSpec, ...]:
        frameworks = self._form.frameworks or self._usable_frameworks()
        return run_specs(with_recipe(replace(self._form, frameworks=frameworks), recipe))

    def _measure(self) -> None:
        """Measures the present settings, then every other recipe; stops if it does so already."""
        speeds = self._studio.speeds
        if speeds.busy:
            speeds.cancel()
            return
        others = (self._specs_of(name) for name in RECIPES if name != self._form.recipe)
        speeds.measure(self.specs(), tuple(spec for specs in others for spec in specs))


def _with_count(title: str, number: int, what: str) -> str:
    """A title that says what a closed section hides: ``More settings · 2 changed``."""
    return f"{title} · {number} {what}" if number else title


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
