"""Which models' answers are shown, and in which order. No Qt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.prediction.state import Prediction

ORDERS: Mapping[str, str] = MappingProxyType(
    {
        "newest": "Newest first",
        "confidence": "Surest first",
        "accuracy": "Most accurate first",
        "name": "By name",
        "latency": "Fastest first",
    }
)


@dataclass(frozen=True)
class ModelFilter:
    """What the user wants to see.

    Attributes:
        order: a key of ``ORDERS``.
        framework: only its models; empty for all.
        text: words that a title must have all of, in small or capital letters.
    """

    order: str = "newest"
    framework: str = ""
    text: str = ""

    def admits(self, row: RunRow) -> bool:
        """Whether this one is shown."""
        title = row.title.casefold()
        words = self.text.casefold().split()
        return self.framework in ("", row.framework) and all(word in title for word in words)


def arranged(
    rows: Sequence[RunRow],
    answers: Mapping[str, Prediction],
    wanted: ModelFilter,
    pinned: Collection[str] = (),
) -> list[RunRow]:
    """What is shown: the pinned first, each part in the order that is wanted.

    Args:
        rows: the models that answer, the newest first.
        answers: by the run's id.
        wanted: the user's wish. Pinned models are filtered, too.
        pinned: ids of runs.
    """

    def key(row: RunRow) -> tuple[bool, float, str]:
        return row.id not in pinned, *_rank(row, answers.get(row.id), wanted.order)

    return sorted(filter(wanted.admits, rows), key=key)


def _rank(row: RunRow, answer: Prediction | None, order: str) -> tuple[float, str]:
    """Small for what comes first; what has no figure comes last."""
    last = float("inf")
    if order == "name":
        return 0.0, row.title.casefold()
    if order == "accuracy":
        accuracy = row.figures.accuracy
        return (last if accuracy is None else -accuracy), ""
    if order == "confidence":
        return (last if answer is None else -min(max(chances) for chances in answer.digits)), ""
    if order == "latency":
        return (last if answer is None else answer.milliseconds), ""
    return 0.0, ""
