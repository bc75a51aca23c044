"""The left side of the Train page: everything a run is made of."""

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mnist_studio.errors import SpecError
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common import provenance, texts
from mnist_studio.gui.common.basics import button, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.collapsible import CollapsibleSection
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.dataset_panel import DatasetPanel, OwnImagesBox
from mnist_studio.gui.train.fields import FIELD_WIDTH, AdvancedFields, DeviceChoice, NumberFields
from mnist_studio.gui.train.form import (
    Form,
    described,
    form_of,
    form_of_runs,
    run_specs,
    with_recipe,
)
from mnist_studio.gui.train.known_bugs import KnownBugSwitches
from mnist_studio.gui.train.recipe_info import NetworkTable, RecipeInfo
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import FrameworkName, RunSpec

FIRST_RECIPE = "mlp-128"


class SettingsPanel(Card):
    """The form. Knows what is wrong with it.

    Signals:
        edited: something is set differently.
        code_asked: the settings as a script.
        open_asked: settings from a file.
        save_asked: settings as a file.
    """

    edited = Signal()
    code_asked = Signal()
    open_asked = Signal()
    save_asked = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._form = form_of(FIRST_RECIPE, FRAMEWORKS, "builtin")
        self._make_controls()
        self._lay_out()
        self._connect()
        self._offer_frameworks()
        self.show_form(self._form)

    def _make_controls(self) -> None:
        theme = self._studio.theme
        self.recipe = ComboBox("Recipe", theme)
        self.recipe.offer(provenance.offered())
        self._opened: Form | None = None
        self.origin = RecipeInfo()
        self._method = label(role="secondary", wrap=True)
        self.code_button = button(
            "Code", self.code_asked.emit, "The same as a script (F6)", quiet=True
        )
        self.open_button = button(
            "Open…", self.open_asked.emit, "Settings from a file (Ctrl+Shift+O)", quiet=True
        )
        self.save_button = button(
            "Save…", self.save_asked.emit, "Settings as a file (Ctrl+S)", quiet=True
        )
        self.advanced = AdvancedFields(theme)
        self.fold = CollapsibleSection("Advanced", theme, self.advanced)
        self.known_bugs = KnownBugSwitches(theme)
        choices = (*((name, framework_title(name)) for name in FRAMEWORKS), ("all", "All"))
        self.frameworks = Segmented("Train in", choices, stretch=True)
        self.digits = DatasetPanel(theme, self._studio.digits)
        self.own = OwnImagesBox(theme, self._studio.own_images)
        self.device = DeviceChoice(theme, self._studio.background)
        self.numbers = NumberFields(theme, self)
        self.network = NetworkTable(theme)
        self.complaint = label(role="bad", wrap=True)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("scrolled")
        parts = QVBoxLayout(inside)
        parts.setContentsMargins(0, 0, 4, 0)
        parts.setSpacing(6)
        top: tuple[QWidget, ...] = (
            self.recipe, self.origin,
            label("Train in", "cardTitle"), self.frameworks,
        )  # fmt: skip
        files = (self.code_button, self.open_button, self.save_button)
        parts.addLayout(row(label("Recipe", "cardTitle"), 1, *files, gap=0))
        for part in top:
            parts.addWidget(part)
        parts.addLayout(self._fields())
        for part in (self._method, self.complaint, self.fold):
            parts.addWidget(part)
        bugs = label("Faults, as published", "cardTitle")
        parts.addLayout(row(bugs, 1, self.known_bugs.had_by, gap=0))
        parts.addWidget(self.known_bugs)
        parts.addWidget(label("Network", "cardTitle"))
        parts.addWidget(self.network)
        parts.addStretch(1)
        self.body.addWidget(_scrolled(inside))
        self.body.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def _fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(1, self._studio.theme.pixels(FIELD_WIDTH))
        grid.addWidget(label("Digits", "secondary"), 0, 0)
        grid.addWidget(self.digits.choice, 0, 1)
        grid.addWidget(self.digits, 1, 0, 1, 2)
        grid.addWidget(self.own, 2, 0, 1, 2)
        rows: dict[str, QWidget] = {"Device": self.device, **self.numbers.by_name()}
        for place, (name, control) in enumerate(rows.items(), start=3):
            grid.addWidget(label(name, "secondary"), place, 0)
            grid.addWidget(control, place, 1)
        return grid

    def _connect(self) -> None:
        self.recipe.chosen.connect(self._change_recipe)
        self.frameworks.chosen.connect(self._read)
        self.digits.chosen.connect(self._read)
        self.own.chosen.connect(self._take_own)
        self.device.chosen.connect(self._read)
        self.numbers.edited.connect(self._read)
        self.advanced.edited.connect(self._read)
        self.known_bugs.edited.connect(self._read)

    @property
    def form(self) -> Form:
        """How everything is set."""
        return self._form

    def sizeHint(self) -> QSize:
        """One width, whatever is in it."""
        return QSize(self._studio.theme.pixels(316), self._studio.theme.pixels(600))

    def specs(self) -> tuple[RunSpec, ...]:
        """The runs to train.

        Raises:
            SpecError: something is set wrongly.
        """
        return run_specs(self._form)

    def show_form(self, form: Form) -> None:
        """Sets every control."""
        self._form = form
        chosen = "all" if len(form.frameworks) > 1 else form.frameworks[0]
        self.frameworks.choose(chosen)
        self.recipe.choose(form.recipe)
        self.own.show_personal(form.base.own_images)
        self.device.choose(form.device)
        self.numbers.show_form(form)
        self.advanced.show_form(form)
        self._tell()

    def show_runs(self, runs: Sequence[RunSpec]) -> bool:
        """Sets every control as the runs of a file have it; False if no form can show them all."""
        form = form_of_runs(runs)
        if form is None or (len(runs) > 1 and form.frameworks != self._all_frameworks()):
            return False
        self._opened = form
        self.recipe.offer(provenance.offered("" if form.recipe in RECIPES else form.recipe))
        self.digits.choose(form.dataset)
        self.show_form(form)
        return True

    @Slot(str)
    def _change_recipe(self, name: str) -> None:
        opened = None if name in RECIPES else self._opened
        self.show_form(opened or with_recipe(self._form, name))

    @Slot()
    def _read(self) -> None:
        chosen = replace(
            self._form,
            frameworks=self._chosen_frameworks(),
            dataset=self.digits.dataset,
            device=self.device.device,
            known_bugs=self.known_bugs.on,
        )
        self._form = self.advanced.read(self.numbers.read(chosen))
        self._tell()

    @Slot(str)
    def _take_own(self, fingerprint: str) -> None:
        base = structs.replace(self._form.base, own_images=fingerprint)
        self._form = replace(self._form, base=base)
        self._tell()

    def _chosen_frameworks(self) -> tuple[FrameworkName, ...]:
        if self.frameworks.choice == "all":
            return self._all_frameworks()
        return tuple(name for name in FRAMEWORKS if name == self.frameworks.choice)

    def _all_frameworks(self) -> tuple[FrameworkName, ...]:
        return tuple(name for name in FRAMEWORKS if self.frameworks.enabled(name))

    def _offer_frameworks(self) -> None:
        for name in FRAMEWORKS:
            tip = f"Train in {framework_title(name)}"
            self.frameworks.enable(name, texts.missing(name), tip)
        self.frameworks.enable("all", tip="One after the other, same weights, same batches")
        self.frameworks.choose("all")
        self._form = replace(self._form, frameworks=self._chosen_frameworks())

    def _tell(self) -> None:
        run = described(self._form)
        self.origin.show_run(run)
        self._method.setText(provenance.method(run))
        self.network.show_model(run.model)
        self.known_bugs.show_form(self._form)
        problem = ""
        try:
            self.specs()
        except SpecError as error:
            problem = str(error)
        self.complaint.setText(problem)
        self.complaint.setVisible(bool(problem))
        self.numbers.mark(problem)
        self.edited.emit()


def _scrolled(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(inside)
    return area
