"""Ticks: at least two different labels at any size and range."""

from collections.abc import Sequence
from itertools import product

import pytest

from mnist_studio.analysis.view import AxisSpec, Unit
from mnist_studio.gui.common.plots.ticks import axis_ticks

LETTER = 7


@pytest.mark.parametrize(
    ("unit", "log", "low", "high"),
    [
        ("fraction", False, 0.0, 1.0),
        ("fraction", False, 0.93, 0.97),
        ("fraction", False, 0.97331, 0.97339),
        ("fraction", True, -2.0, -0.1),
        ("", False, 0.04, 3.1),
        ("", False, 0.09, 0.0901),
        ("", True, -11.3, -1.7),
        ("", True, -1.05, -0.96),
        ("count", False, -0.1, 5.1),
        ("count", False, 3.2, 3.8),
        ("count", False, 0.0, 90_000.0),
        ("seconds", False, 1e-7, 3e-7),
    ],
)
def test_there_are_two_different_labels_at_any_size(
    unit: Unit, log: bool, low: float, high: float
) -> None:
    spec = AxisSpec("Quantity", unit, log)
    for size, most in product((30, 60, 200, 900), (0, 1, 4, 12)):

        def fits(places: Sequence[float], texts: Sequence[str], room: int = size) -> bool:
            return sum(LETTER * len(text) + 8 for text in texts) <= room

        places, texts = axis_ticks(spec, low, high, most, fits)
        assert len(places) == len(texts) == len(set(texts)) >= 2, (size, most, texts)
        assert all(low - 1e-9 <= place <= high + 1e-9 for place in places)
        assert all(0 < len(text) <= 10 for text in texts), texts


def test_labels_have_the_decimals_that_distinguish_them() -> None:
    def labels(spec: AxisSpec, low: float, high: float) -> tuple[str, ...]:
        return axis_ticks(spec, low, high, 5, lambda places, texts: True)[1]

    accuracy = AxisSpec("Accuracy", "fraction")
    assert labels(accuracy, 0.9, 1.0) == ("90 %", "92 %", "94 %", "96 %", "98 %", "100 %")
    assert labels(accuracy, 0.970, 0.972)[:2] == ("97.00 %", "97.05 %")
    assert labels(AxisSpec("Epoch", "count"), 0.0, 2.0) == ("0", "1", "2")
    assert labels(AxisSpec("Epoch", "count"), 3.2, 3.8)[0] == "3.2"
    assert labels(AxisSpec("Parameters", "count", log=True), 4.9, 6.1) == (
        "100,000", "200,000", "500,000", "1,000,000",
    )  # fmt: skip
    assert labels(AxisSpec("Difference", log=True), -9.0, -1.0)[0] == "1e-9"
