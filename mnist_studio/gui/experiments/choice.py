"""The experiments one can choose: ready-made ones by source, and the user's own. No Qt."""

from collections.abc import Sequence

from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.recipes.experiments import EXPERIMENTS
from mnist_studio.store.experiments import Experiment

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
