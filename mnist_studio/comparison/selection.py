"""The runs to compare, with everything that the database has about them.

``select_runs`` and ``select_experiment`` create a ``Selection`` while the store is open. It can be
sent to a child process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mnist_studio.analysis.verdict import THRESHOLD
from mnist_studio.errors import UnknownName
from mnist_studio.events import Epoch
from mnist_studio.spec.recipes import BUILT_IN, OwnRecipe, defaults
from mnist_studio.spec.recipes.own_recipe import own_recipe_of
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class Selection:
    """The runs to compare.

    Attributes:
        runs: in display order.
        epochs: run id -> its completed epochs, in order.
        memberships: run id -> how it belongs to an experiment, for runs of experiments.
        title: of the experiment; empty for runs that the user selected.
        question: that the experiment or the user asks; may be empty.
        text: file of the experiment; empty without one.
        threshold: the smallest relevant difference, from the experiment.
        waiting: number of cells of the experiment without a run.
        own_recipes: the recipes of yours that the runs come from, to name what differs from them.
    """

    runs: tuple[Run, ...]
    epochs: Mapping[str, tuple[Epoch, ...]] = field(default_factory=dict)
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    title: str = ""
    question: str = ""
    text: str = ""
    threshold: float = THRESHOLD
    waiting: int = 0
    own_recipes: tuple[OwnRecipe, ...] = ()

    def __post_init__(self) -> None:
        """Takes the recipes that this process knows; the child that gets them does not."""
        if not self.own_recipes:
            names = dict.fromkeys(run.spec.recipe for run in self.runs)
            known = (defaults(name) for name in names if name not in BUILT_IN)
            found = tuple(own_recipe_of(recipe) for recipe in known if recipe)
            object.__setattr__(self, "own_recipes", found)


def select_runs(store: RunStore, ids: Sequence[str], question: str = "") -> Selection:
    """These runs, each once. Beginnings of ids are enough.

    Raises:
        UnknownName: there is no such run.
        StoreError: it cannot be read.
    """
    unique = dict.fromkeys(store.run(one).id for one in ids)
    runs = tuple(store.run(one) for one in unique)
    return Selection(runs, _epochs(store, runs), _memberships(store, runs), question=question)


def select_experiment(store: RunStore, experiment_id: str) -> Selection:
    """The runs of an experiment, in the order of its cells.

    Raises:
        UnknownName: there is no such experiment, or none of its runs has started.
        StoreError: it cannot be read.
    """
    # Only this function needs the code of experiments.
    from mnist_studio.experiments.stored_cells import stored_cells

    experiment = store.experiments.experiment(experiment_id)
    cells = stored_cells(store, experiment)
    runs = tuple(store.run(cell.run) for cell in cells if cell.run)
    if not runs:
        raise UnknownName(
            f"“{experiment.title}” has no runs yet.",
            f"Start it: mnist-studio experiment {experiment.title}",
        )
    return Selection(
        runs,
        _epochs(store, runs),
        _memberships(store, runs),
        title=experiment.title,
        question=experiment.spec.question,
        text=experiment.text,
        threshold=experiment.spec.threshold,
        waiting=len(cells) - len(runs),
    )


def _epochs(store: RunStore, runs: Sequence[Run]) -> dict[str, tuple[Epoch, ...]]:
    return {run.id: store.epochs(run.id) for run in runs}


def _memberships(store: RunStore, runs: Sequence[Run]) -> dict[str, Membership]:
    every = store.experiments.memberships()
    return {run.id: every[run.id] for run in runs if run.id in every}
