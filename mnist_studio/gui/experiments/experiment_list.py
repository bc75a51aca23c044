"""The experiments that can be chosen: ready-made ones, those of the store, those made just now."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot

from mnist_studio.gui.common.grouped_list import GroupedList, Item
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.ready_made import EXPERIMENTS
from mnist_studio.store.experiments import Experiment


class ExperimentList(GroupedList):
    """One experiment is chosen.

    Signals:
        picked: the experiment that is chosen from now on.
    """

    picked = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__("Experiments", studio.theme, 368)
        self._library = studio.library
        self._made: list[ExperimentSpec] = []
        self.spec: ExperimentSpec | None = None
        self.chosen.connect(self._take)
        self._library.changed.connect(self._offer_all)
        self._offer_all()

    @property
    def own(self) -> bool:
        """The chosen one is no ready-made one."""
        return self.choice.startswith((KEPT, NEW))

    def choose_first(self) -> None:
        """Chooses the first ready-made one."""
        self.choose(offered((), ())[0][1][0][0])

    def add(self, experiment: ExperimentSpec) -> None:
        """Offers an experiment of a file or a grid, too, and chooses it."""
        if experiment not in self._made:
            self._made.append(experiment)
        self._offer_all()
        self._pick(experiment)

    def forget(self) -> None:
        """Takes the chosen one off the list and out of the store; its runs stay."""
        spec = self.spec
        self._made = [one for one in self._made if one != spec]
        for experiment in self._library.experiments:
            if experiment.spec == spec:
                self._library.delete_experiment(experiment.id)
        self.choose_first()
        self._offer_all()

    @Slot()
    def _offer_all(self) -> None:
        groups = offered(self._library.experiments, self._made)
        self.offer(tuple((head, tuple(Item(*entry) for entry in items)) for head, items in groups))
        if self.spec is not None and not self.choice:
            self._pick(self.spec)

    def _pick(self, spec: ExperimentSpec) -> None:
        """Chooses an experiment under whichever key it is there."""
        kept = self._library.experiments
        for _, entries in offered(kept, self._made):
            for key, *_ in entries:
                if experiment_of(key, kept, self._made) == spec:
                    self.choose(key)
                    return

    @Slot(str)
    def _take(self, key: str) -> None:
        spec = experiment_of(key, self._library.experiments, self._made)
        if spec is not None and spec != self.spec:
            self.spec = spec
            self.picked.emit(spec)


READY, KEPT, NEW = "ready/", "kept/", "new/"
"""What keys begin with."""

Entry = tuple[str, str, str]
"""Key, title and tip."""


def offered(
    kept: Sequence[Experiment], made: Sequence[ExperimentSpec]
) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Headings with their experiments.

    Args:
        kept: in the store, newest first.
        made: in this session, by a file or a grid; those that are kept by now are left out.
    """
    known = {experiment.spec for experiment in kept}
    ready = {one.experiment for one in EXPERIMENTS.values()}
    sources = tuple(
        (READY + name, one.experiment.title, f"{one.source}\n{one.experiment.question}")
        for name, one in EXPERIMENTS.items()
    )
    own = tuple(
        (f"{NEW}{place}", spec.title, spec.question)
        for place, spec in enumerate(made)
        if spec not in known and spec not in ready
    )
    stored = tuple(
        (KEPT + one.id, one.title, one.spec.question) for one in kept if one.spec not in ready
    )
    groups = (("Ready-made", sources), ("Yours", own + stored))
    return tuple((heading, entries) for heading, entries in groups if entries)


def experiment_of(
    key: str, kept: Sequence[Experiment], made: Sequence[ExperimentSpec]
) -> ExperimentSpec | None:
    """The experiment behind a key; None where it was deleted meanwhile."""
    if key.startswith(READY):
        return EXPERIMENTS[key.removeprefix(READY)].experiment
    if key.startswith(NEW):
        return made[int(key.removeprefix(NEW))]
    found = (one.spec for one in kept if KEPT + one.id == key)
    return next(found, None)
