"""What a recipe is."""

from dataclasses import dataclass

from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import FrameworkName, KnownBugName, TrainingSpec


@dataclass(frozen=True)
class Recipe:
    """A named run description.

    Attributes:
        name: how users and files call it.
        source: where it comes from; recipes of one source stand together.
        summary: one sentence on the network.
        provenance: what its source has, in which frameworks.
        inferred: what its source does not give and was chosen here; empty if nothing.
        reported: the figure its source gives; empty for the studio's own.
        framework: the framework it is trained in where none is chosen.
        model: the network.
        training: how it is trained.
        known_bugs: those that its source has, off unless they are switched on.
        only: those that the source has in one framework only, with that framework.
    """

    name: str
    source: str
    summary: str
    provenance: str
    inferred: str
    reported: str
    framework: FrameworkName
    model: ModelSpec
    training: TrainingSpec
    known_bugs: tuple[KnownBugName, ...] = ()
    only: tuple[tuple[KnownBugName, FrameworkName], ...] = ()

    def published(self, framework: FrameworkName) -> tuple[KnownBugName, ...]:
        """The faults that its source has in a framework."""
        only = dict(self.only)
        return tuple(name for name in self.known_bugs if only.get(name, framework) == framework)
