"""The experiments to select: ready-made ones, stored ones, and new ones of this session."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal, Slot

from mnist_studio.gui.common.grouped_list import GroupedList, Item
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.ready_made import EXPERIMENTS
from mnist_studio.store.experiments import Experiment, RemovedExperiment

READY_MADE, STORED, NEW = "ready/", "stored/", "new/"
"""Prefixes of the keys of experiments."""

_WIDTH = 368

Groups = tuple[tuple[str, tuple[Item, ...]], ...]


class ExperimentList(GroupedList):
    """Experiments under headings, one of them selected.

    Signals:
        picked: another experiment is selected.
    """

    picked = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__("Experiments", studio.theme, _WIDTH)
        self._library = studio.library
        self._new: list[ExperimentSpec] = []
        self.spec: ExperimentSpec | None = None
        self.chosen.connect(self._pick)
        self._library.changed.connect(self._offer_all)
        self._offer_all()

    @property
    def own(self) -> bool:
        """Whether the selected experiment is not a ready-made one."""
        return self.choice.startswith((STORED, NEW))

    def choose_first(self) -> None:
        """Selects the first ready-made experiment."""
        self.choose(grouped((), ())[0][1][0].key)

    def add(self, experiment: ExperimentSpec) -> None:
        """Adds an experiment of a file or a grid, and selects it."""
        if experiment not in self._new:
            self._new.append(experiment)
        self._offer_all()
        self._choose_spec(experiment)

    def remove(self, offer: Callable[[Callable[[], object]], object]) -> None:
        """Removes the selected experiment from the list and the store. Its runs stay.

        Args:
            offer: gets the function that undoes it, once it is removed.
        """
        spec, library = self.spec, self._library
        self._new = [one for one in self._new if one != spec]
        stored = [one.id for one in library.experiments if one.spec == spec]
        for experiment in stored:
            library.delete_experiment(experiment, lambda old: offer(lambda: self._undo(old)))
        self.choose_first()
        self._offer_all()
        if spec is not None and not stored:
            offer(lambda: self.add(spec))

    def _undo(self, removed: RemovedExperiment) -> None:
        """Brings a removed experiment back, with its runs, and selects it."""
        spec = removed.experiment.spec
        self._library.restore_experiment(removed, lambda _: self._choose_spec(spec))

    @Slot()
    def _offer_all(self) -> None:
        self.offer(grouped(self._library.experiments, self._new))
        if self.spec is not None and not self.choice:
            self._choose_spec(self.spec)

    def choose_stored(self, experiment: str) -> bool:
        """Selects a stored experiment by its id; returns False if there is none."""
        found = [one.spec for one in self._library.experiments if one.id == experiment]
        for spec in found:
            self._choose_spec(spec)
        return bool(found)

    def _choose_spec(self, spec: ExperimentSpec) -> None:
        """Selects an experiment, whose key changes once it is stored."""
        stored = self._library.experiments
        for _, items in grouped(stored, self._new):
            for item in items:
                if find_spec(item.key, stored, self._new) == spec:
                    self.choose(item.key)
                    return

    @Slot(str)
    def _pick(self, key: str) -> None:
        spec = find_spec(key, self._library.experiments, self._new)
        if spec is not None and spec != self.spec:
            self.spec = spec
            self.picked.emit(spec)


def grouped(stored: Sequence[Experiment], new: Sequence[ExperimentSpec]) -> Groups:
    """Headings with their experiments.

    Args:
        stored: experiments of the store, newest first.
        new: of this session, from a file or a grid. Those that are stored by now are left out.
    """
    known = {experiment.spec for experiment in stored}
    ready_made = {entry.experiment for entry in EXPERIMENTS.values()}
    provided = tuple(
        Item(
            READY_MADE + name,
            entry.experiment.title,
            f"{entry.source.name}\n{entry.experiment.question}",
        )
        for name, entry in EXPERIMENTS.items()
    )
    own = tuple(
        Item(f"{NEW}{place}", spec.title, spec.question)
        for place, spec in enumerate(new)
        if spec not in known and spec not in ready_made
    )
    saved = tuple(
        Item(STORED + experiment.id, experiment.title, experiment.spec.question)
        for experiment in stored
        if experiment.spec not in ready_made
    )
    groups = (("Ready-made", provided), ("Yours", own + saved))
    return tuple((heading, items) for heading, items in groups if items)


def find_spec(
    key: str, stored: Sequence[Experiment], new: Sequence[ExperimentSpec]
) -> ExperimentSpec | None:
    """The experiment of a key; None if it was deleted meanwhile."""
    if key.startswith(READY_MADE):
        return EXPERIMENTS[key.removeprefix(READY_MADE)].experiment
    if key.startswith(NEW):
        return new[int(key.removeprefix(NEW))]
    found = (experiment.spec for experiment in stored if STORED + experiment.id == key)
    return next(found, None)
