"""The left side of the Train page: all settings of a run."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import Qt, Slot

from mnist_studio.errors import SpecError
from mnist_studio.formatting import count
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.common import recipe_texts
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.studio import TRAINS, Studio
from mnist_studio.gui.train import typical
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
from mnist_studio.gui.train.settings_controls import BUGS, MORE, SettingsControls
from mnist_studio.settings import TrainPageState
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES, recipe_title
from mnist_studio.spec.run import FrameworkName, RunSpec

if TYPE_CHECKING:
    from mnist_studio.gui.common.network.dialog import NetworkDialog

FIRST_RECIPE = "mlp-128"
_FRAMEWORK_TIP = (
    "Whether to train in this framework. The selected frameworks train one after the other, from "
    "the same initial weights (default: all)."
)


class SettingsPanel(SettingsControls):
    """The controls of a form. Shows what is invalid."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._form = recipe_form(FIRST_RECIPE, FRAMEWORKS, "builtin")
        self._opened: Form | None = None
        self._connect()
        self._enable_frameworks()
        self._restore(studio.saved_settings.train_page)

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

    def _connect(self) -> None:
        self.recipe.chosen.connect(self._change_recipe)
        self.recipe.opening.connect(self._describe_recipes)
        self._studio.own_recipes.changed.connect(self._offer_recipes)
        self.picture.layer_clicked.connect(self.show_network)
        self.measure_requested.connect(self._measure)
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
            self.recipe.offer(recipe_texts.offered(form.recipe))
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
        self.recipe.offer(recipe_texts.offered("" if known else self._form.recipe))
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
        self.recipe.offer(recipe_texts.offered("" if form.recipe in RECIPES else form.recipe))
        self.dataset.choose(form.dataset)
        self.show_form(form)
        return True

    def show_edited(self, run: RunSpec) -> None:
        """Shows a network and its training as they were edited; the rest stays as it is."""
        form = with_run(self._form, run)
        self._opened = form
        self.recipe.offer(recipe_texts.offered("" if form.recipe in RECIPES else form.recipe))
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

    @Slot()
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
