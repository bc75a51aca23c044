"""A request for a view of runs, as a value. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.selection import Selection
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.store.experiments import Experiment, Membership


@dataclass(frozen=True)
class ViewRequest:
    """A view of runs.

    Attributes:
        view: its name.
        options: as the user set them.
        runs: id, state and number of epochs of every run; a change means a new view.
        chosen: the runs themselves.
    """

    view: str
    options: ViewOptions
    runs: tuple[tuple[str, str, int], ...]
    chosen: Selection = field(compare=False, repr=False)

    def like(self, other: "ViewRequest") -> bool:
        """Whether the other is the same view of the same runs, perhaps of another moment."""
        mine, others = ([run for run, *_ in one.runs] for one in (self, other))
        return (self.view, self.options, mine) == (other.view, other.options, others)


def view_request(
    view: str,
    options: ViewOptions,
    rows: Sequence[RunRow],
    memberships: Mapping[str, Membership],
    experiment: Experiment | None,
) -> ViewRequest:
    """A wish.

    Args:
        view: its name.
        options: as the user set them.
        rows: the runs.
        memberships: run id -> how it belongs to an experiment.
        experiment: to compare; None for the user's own selection of runs.
    """
    stamps = tuple((row.id, row.run.status, len(row.epochs)) for row in rows)
    return ViewRequest(view, options, stamps, chosen(rows, memberships, experiment))


def chosen(
    rows: Sequence[RunRow], memberships: Mapping[str, Membership], experiment: Experiment | None
) -> Selection:
    """The selection that views are computed from, oldest run first: runs keep their order."""
    in_order = tuple(reversed(rows))
    runs = tuple(row.run for row in in_order)
    epochs = {row.id: row.epochs for row in in_order}
    known = {row.id: memberships[row.id] for row in in_order if row.id in memberships}
    if experiment is None:
        return Selection(runs, epochs, known)
    spec = experiment.spec
    return Selection(
        runs, epochs, known, experiment.title, spec.question, experiment.text, spec.threshold
    )
