"""Which models are shown, and in which order. No Qt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mnist_studio.analysis.voters import quality
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.prediction.state import Prediction

ORDERS: Mapping[str, str] = MappingProxyType(
    {
        "accuracy": "Most accurate first",
        "newest": "Newest first",
        "confidence": "Most confident first",
        "name": "By name",
        "latency": "Fastest first",
    }
)


@dataclass(frozen=True)
class ModelFilter:
    """Order and filter of the models.

    Attributes:
        order: a key of ``ORDERS``.
        framework: shows only its models; empty for all.
        text: words that a title must contain, in upper or lower case.
    """

    order: str = "accuracy"
    framework: str = ""
    text: str = ""

    def admits(self, row: RunRow) -> bool:
        """Whether this model is shown."""
        title = row.title.casefold()
        words = self.text.casefold().split()
        return self.framework in ("", row.framework) and all(word in title for word in words)


def arranged(
    rows: Sequence[RunRow],
    predictions: Mapping[str, Prediction],
    chosen: ModelFilter,
    pinned: Collection[str] = (),
) -> list[RunRow]:
    """The models to show: pinned ones first, each group in the selected order.

    Args:
        rows: the models, newest first.
        predictions: by the ids of runs.
        chosen: order and filter. Pinned models are filtered, too.
        pinned: ids of runs.
    """

    def key(row: RunRow) -> tuple[bool, float, float, str]:
        return row.id not in pinned, *_rank(row, predictions.get(row.id), chosen.order)

    return sorted(filter(chosen.admits, rows), key=key)


def _rank(row: RunRow, prediction: Prediction | None, order: str) -> tuple[float, float, str]:
    """Smaller for models that come first. A model without the figure comes last."""
    last = float("inf")
    if order == "name":
        return 0.0, 0.0, row.title.casefold()
    if order == "accuracy":
        kind, accuracy, _ = quality(row.run)
        return -float(kind), -accuracy, ""
    if order == "confidence":
        return 0.0, (last if prediction is None else -min(map(max, prediction.digits))), ""
    if order == "latency":
        return 0.0, (last if prediction is None else prediction.milliseconds), ""
    return 0.0, 0.0, ""
