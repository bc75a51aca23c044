"""A recipe: a named network with its training, and the project that it comes from."""

from dataclasses import dataclass

from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import FrameworkName, KnownBugName, TrainingSpec


@dataclass(frozen=True)
class Source:
    """A project that recipes come from.

    Attributes:
        name: of the project.
        summary: one sentence on what the project does.
        read: what of the project the recipes are based on; empty for our own.
        url: of the project; empty if it has none.
    """

    name: str
    summary: str
    read: str = ""
    url: str = ""


@dataclass(frozen=True)
class Recipe:
    """A named run description.

    Attributes:
        name: its id in commands and files, such as ``mlp-128``.
        title: readable, such as ``MLP 128``; titles of runs begin with it.
        source: the project that it comes from; recipes of one source follow each other.
        summary: one sentence on the network.
        provenance: what the source has, and in which frameworks.
        assumptions: what the source leaves open and was chosen here; empty if nothing.
        reported: the accuracy that the source reports; empty for our own recipes.
        framework: the default framework.
        model: the network.
        training: how it is trained.
        known_bugs: bugs of the source; a run reproduces them only if they are switched on.
        bug_frameworks: the framework of each bug that the source has in one framework only.
    """

    name: str
    title: str
    source: Source
    summary: str
    provenance: str
    assumptions: str
    reported: str
    framework: FrameworkName
    model: ModelSpec
    training: TrainingSpec
    known_bugs: tuple[KnownBugName, ...] = ()
    bug_frameworks: tuple[tuple[KnownBugName, FrameworkName], ...] = ()

    def source_bugs(self, framework: FrameworkName) -> tuple[KnownBugName, ...]:
        """The known bugs that the source has in ``framework``."""
        limited = dict(self.bug_frameworks)
        return tuple(bug for bug in self.known_bugs if limited.get(bug, framework) == framework)
