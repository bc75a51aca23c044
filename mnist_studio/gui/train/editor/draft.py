"""The network that is being edited: its value, undo and redo, and what is wrong with it."""

from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.errors import SpecError
from mnist_studio.gui.services.history import History
from mnist_studio.gui.train.editor import edits
from mnist_studio.spec import known_bugs, model, run_checks
from mnist_studio.spec.layers import Layer
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES, recipe_title
from mnist_studio.spec.repairs import Diagnosis, Repair, diagnose, repairs
from mnist_studio.spec.run import RunSpec, TrainingSpec


@dataclass(frozen=True)
class Edited:
    """A run as it is edited, with the layer that is selected.

    Attributes:
        run: what is edited; may be invalid.
        place: index of the selected layer; -1 for none.
    """

    run: RunSpec
    place: int = -1


class Draft(QObject):
    """A run that is edited step by step.

    Signals:
        changed: the run or the selected layer changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        start = edits.new_run()
        self._original = start
        self._saved: RunSpec | None = None
        self._history = History(Edited(start), self)
        self._found = diagnose(start.model, len(start.class_names))
        # A run, and what is wrong with its settings.
        self._checked: tuple[RunSpec, str] | None = None
        self._history.moved.connect(self._renew)

    @property
    def run(self) -> RunSpec:
        """What is edited; may be invalid."""
        return self._history.value.run

    @property
    def classes(self) -> int:
        """The number of classes that the network must tell apart."""
        return len(self.run.class_names)

    @property
    def model(self) -> ModelSpec:
        """Its network."""
        return self.run.model

    @property
    def place(self) -> int:
        """Index of the selected layer; -1 for none."""
        return min(self._history.value.place, len(self.model.layers) - 1)

    @property
    def layer(self) -> Layer | None:
        """The selected layer."""
        return self.model.layers[self.place] if self.place >= 0 else None

    @property
    def found(self) -> Diagnosis:
        """The shapes of all layers, and what cannot work."""
        return self._found

    @property
    def is_changed(self) -> bool:
        """Whether the run differs from the one that editing began with, and from a saved one."""
        return self.run not in (self._original, self._saved)

    def mark_saved(self) -> None:
        """Remembers that the present run is stored as a recipe: leaving would lose nothing."""
        self._saved = self.run

    @property
    def original(self) -> RunSpec:
        """The run that editing began with."""
        return self._original

    @property
    def undo_name(self) -> str:
        """The change that undo reverts; empty if there is none."""
        return self._history.undo_name

    @property
    def redo_name(self) -> str:
        """The change that redo repeats; empty if there is none."""
        return self._history.redo_name

    @property
    def training_problem(self) -> str:
        """What is wrong with the settings, while the network is valid; empty if nothing is."""
        present = self.run
        if self._checked is None or self._checked[0] is not present:
            self._checked = present, "" if self._found.problems else _training_problem(present)
        return self._checked[1]

    @property
    def problem(self) -> str:
        """Why the run cannot be trained; empty if it can."""
        if self._found.problems:
            return self._found.problems[0].sentence
        if not self.run.recipe.strip():
            return "The network has no name. Enter one at the top."
        return self.training_problem

    def trainable(self) -> RunSpec:
        """The run, without known bugs that have no effect in it."""
        effective = tuple(
            bug for bug in self.run.known_bugs if known_bugs.has_effect(bug, self.run)
        )
        return replace(self.run, known_bugs=effective)

    def start(self, original: RunSpec, present: RunSpec | None = None) -> None:
        """Begins with a run.

        Args:
            original: what it is compared with.
            present: its state when it was edited before; ``original`` if None.
        """
        self._original, self._saved = original, None
        self._history.reset(Edited(present or original, 0))

    def undo(self) -> None:
        """Reverts the newest change."""
        self._history.undo()

    def redo(self) -> None:
        """Repeats the change that was undone last."""
        self._history.redo()

    def select(self, place: int) -> None:
        """Selects a layer."""
        if place != self._history.value.place:
            self._history.amend(Edited(self.run, place))

    def insert(self, name: str, layers: tuple[Layer, ...], place: int) -> None:
        """Adds layers before the one at ``place`` and selects the last of them."""
        model = edits.inserted(self.model, place, layers)
        self._set_model(f"Add {name}", model, place + len(layers) - 1)

    def remove(self) -> None:
        """Removes the selected layer; the next one is selected."""
        if self.layer is not None:
            name = model.title(self.layer)
            self._set_model(f"Remove {name}", edits.removed(self.model, self.place), self.place)

    def duplicate(self) -> None:
        """Adds a copy of the selected layer after it."""
        if self.layer is not None:
            self.insert(f"copy of {model.title(self.layer)}", (self.layer,), self.place + 1)

    def move(self, place: int, to: int) -> None:
        """Moves a layer to another place."""
        if 0 <= to < len(self.model.layers) and to != place:
            name = model.title(self.model.layers[place])
            self._set_model(f"Move {name}", edits.moved(self.model, place, to), to)

    def change_layer(self, layer: Layer, field: str) -> None:
        """Changes the selected layer; changes of one field in a row are one step of undo."""
        name = f"{field} of layer {self.place + 1}"
        self._set_model(name, edits.changed(self.model, self.place, layer), self.place, True)

    def change_scaling(self, scaling: object, field: str) -> None:
        """Changes how gray levels become inputs."""
        self._set_model(field, replace(self.model, scaling=scaling), self.place, True)

    def change_training(self, training: TrainingSpec, field: str) -> None:
        """Changes the training."""
        changed = replace(self.run, training=training)
        self._history.push(field, Edited(changed, self.place), merge=True)

    def use_rate(self, rate: float) -> None:
        """Changes the learning rate of the optimizer."""
        optimizer = replace(self.run.training.optimizer, learning_rate=rate)
        self.change_training(replace(self.run.training, optimizer=optimizer), "Learning rate")

    def replace_run(self, name: str, new: RunSpec) -> None:
        """Continues with another network and its training, such as those of a recipe."""
        parts = {"recipe": new.recipe, "model": new.model, "training": new.training}
        kept = replace(self.run, **parts, known_bugs=())
        self._history.push(name, Edited(kept, 0))

    def rename(self, name: str) -> None:
        """Changes the name of the network."""
        known = (key for key in RECIPES if recipe_title(key) == name)
        renamed = replace(self.run, recipe=next(known, name))
        self._history.push("Name", Edited(renamed, self.place), merge=True)

    def repairs(self, at: int) -> tuple[Repair, ...]:
        """The nearest repairs of a problem, by its index."""
        return repairs(self.model, self._found.problems[at], classes=self.classes)

    def apply(self, repair: Repair) -> None:
        """Carries out a repair."""
        grown = len(repair.model.layers) - len(self.model.layers)
        self._set_model(repair.sentence, repair.model, max(0, self.place + max(0, grown)))

    def _set_model(self, name: str, model: ModelSpec, place: int, merge: bool = False) -> None:
        changed = replace(self.run, model=model)
        self._history.push(name, Edited(changed, place), merge=merge)

    @Slot()
    def _renew(self) -> None:
        self._found = diagnose(self.model, self.classes)
        self.changed.emit()


def _training_problem(edited: RunSpec) -> str:
    try:
        run_checks.check(edited)
    except SpecError as error:
        return str(error)
    return ""
