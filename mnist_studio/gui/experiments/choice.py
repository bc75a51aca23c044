"""The studies that can be chosen: ready-made ones by their source, and those of the user. No Qt."""

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
    """Headings with their studies.

    Args:
        kept: in the store, newest first.
        made: in this session, by a file or a grid; those that are kept by now are left out.
    """
    known = {study.spec for study in kept}
    ready = {one.study for one in EXPERIMENTS.values()}
    sources = tuple(
        (READY + name, one.study.title, f"{one.source}\n{one.study.question}")
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


def study_of(
    key: str, kept: Sequence[Experiment], made: Sequence[ExperimentSpec]
) -> ExperimentSpec | None:
    """The study behind a key; None where it was deleted meanwhile."""
    if key.startswith(READY):
        return EXPERIMENTS[key.removeprefix(READY)].study
    if key.startswith(NEW):
        return made[int(key.removeprefix(NEW))]
    found = (one.spec for one in kept if KEPT + one.id == key)
    return next(found, None)
