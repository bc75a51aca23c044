"""The view of clocks: where the seconds of every run went."""

from collections.abc import Mapping

from mnist_studio.analysis.clocks import PARTS, Clock, Part
from mnist_studio.analysis.numbers import duration
from mnist_studio.analysis.view import Axis, Bar, Bars, Column, Row, Table, View
from mnist_studio.studies.views import measures, notes
from mnist_studio.studies.views.gather import Gathered, NotComparable
from mnist_studio.studies.views.options import Options

TITLES: Mapping[Part, str] = {
    "start-up": "Start-up and imports",
    "build": "Build and compile",
    "data": "Waiting for data",
    "train": "Training",
    "evaluate": "Evaluation",
    "save": "Saving",
    "paused": "Paused",
    "other": "Handing over",
}
_COLUMNS = (
    Column("Run"), *(Column(TITLES[part], "seconds") for part, _ in PARTS),
    Column("Wall time", "seconds"), Column("Images learned from", "per second"),
)  # fmt: skip
_EARLIER = Column("Trained before", "seconds")
"""Where a run went on from a checkpoint."""


def clocks(gathered: Gathered, options: Options) -> View:
    """Every run's seconds by part; the parts add up to the wall time of its last process."""
    found = {run.id: measures.clocks(run) for run in gathered.runs}
    known = {run: of for run, of in found.items() if of}
    if not known:
        raise NotComparable("No run kept its clocks.", "Wait until one has finished.")
    bars = tuple(
        Bar(run, TITLES[part], seconds, group=gathered.titles[run])
        for run, of in known.items()
        for part, seconds in of.parts
        if seconds
    )
    again = any(of.earlier for of in known.values())
    rows = tuple(_row(gathered.titles[run], run, of, again) for run, of in known.items())
    columns = (*_COLUMNS, _EARLIER) if again else _COLUMNS
    return View(
        "clocks", "Clocks", _sentence(gathered, known),
        (Bars(Axis("Wall time", "seconds"), bars, stacked=True),), Table(columns, rows),
        (*notes.of_all(gathered), *notes.of_clocks(gathered)),
    )  # fmt: skip


def _row(title: str, run: str, of: Clock, again: bool) -> Row:
    cells = (title, *(second for _, second in of.parts), of.wall, of.images_per_second)
    return Row(run, (*cells, of.earlier) if again else cells)


def _sentence(gathered: Gathered, known: Mapping[str, Clock]) -> str:
    """How much of the wall time is training, where it is least and most."""
    shares = {run: dict(of.parts)["train"] / of.wall for run, of in known.items() if of.wall}
    if not shares:
        return ""
    least, most = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    told = _share(gathered, most, known[most])
    if least == most:
        return f"{told}."
    return f"{told}, {_share(gathered, least, known[least])}."


def _share(gathered: Gathered, run: str, of: Clock) -> str:
    part = 100 * dict(of.parts)["train"] / of.wall
    return f"{gathered.titles[run]} trained for {part:.0f} % of its {duration(of.wall)}"
