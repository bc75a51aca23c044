"""Which view of which runs is wanted, as a value. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mnist_studio.comparison.options import Options
from mnist_studio.comparison.selection import Chosen, kept
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.store.experiments import Membership, Study

_NO_STUDY = Membership("")


@dataclass(frozen=True)
class Wanted:
    """A view of runs.

    Attributes:
        view: its name.
        options: that the user set.
        runs: id, state and number of epochs of every run: a view is computed anew when they change.
        chosen: the runs themselves.
    """

    view: str
    options: Options
    runs: tuple[tuple[str, str, int], ...]
    chosen: Chosen = field(compare=False, repr=False)

    def like(self, other: "Wanted") -> bool:
        """Whether the other is the same view of the same runs, perhaps of another moment."""
        mine, others = ([run for run, *_ in one.runs] for one in (self, other))
        return (self.view, self.options, mine) == (other.view, other.options, others)


def wanted(
    view: str,
    options: Options,
    rows: Sequence[RunRow],
    memberships: Mapping[str, Membership],
    study: Study | None,
) -> Wanted:
    """A wish.

    Args:
        view: its name.
        options: that the user set.
        rows: the runs.
        memberships: run id -> how it belongs to a study.
        study: whose question it is; None for the user's own choice of runs.
    """
    stamps = tuple((row.id, row.run.status, len(row.epochs)) for row in rows)
    return Wanted(view, options, stamps, chosen(rows, memberships, study))


def chosen(
    rows: Sequence[RunRow], memberships: Mapping[str, Membership], study: Study | None
) -> Chosen:
    """Runs as what computes views takes them, oldest first: so they keep their order."""
    runs = tuple(
        kept(row.run, row.epochs, memberships.get(row.id, _NO_STUDY)) for row in reversed(rows)
    )
    if study is None:
        return Chosen(runs)
    spec = study.spec
    return Chosen(runs, study.title, spec.question, study.text, spec.threshold)
