"""The experiments that can be chosen: ready-made ones, those of the store, those made just now."""

from PySide6.QtCore import Signal, Slot

from mnist_studio.gui.common.grouped_list import GroupedList, Item
from mnist_studio.gui.experiments import choice
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.experiment import ExperimentSpec


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
        return self.choice.startswith((choice.KEPT, choice.NEW))

    def choose_first(self) -> None:
        """Chooses the first ready-made one."""
        self.choose(choice.offered((), ())[0][1][0][0])

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
        groups = choice.offered(self._library.experiments, self._made)
        self.offer(tuple((head, tuple(Item(*entry) for entry in items)) for head, items in groups))
        if self.spec is not None and not self.choice:
            self._pick(self.spec)

    def _pick(self, spec: ExperimentSpec) -> None:
        """Chooses an experiment under whichever key it is there."""
        kept = self._library.experiments
        for _, entries in choice.offered(kept, self._made):
            for key, *_ in entries:
                if choice.experiment_of(key, kept, self._made) == spec:
                    self.choose(key)
                    return

    @Slot(str)
    def _take(self, key: str) -> None:
        spec = choice.experiment_of(key, self._library.experiments, self._made)
        if spec is not None and spec != self.spec:
            self.spec = spec
            self.picked.emit(spec)
