import pytest

from mnist_studio.analysis import curves
from mnist_studio.analysis.curves import Reached
from tests.analysis.example_epochs import epochs


@pytest.mark.parametrize(
    ("accuracies", "expected"),
    [
        ((), None),
        ((0.9, 0.96), None),
        ((0.97,), 1),
        ((0.9, 0.97, 0.96), 2),
        ((0.9, 0.98, 0.99), 2),
    ],
)
def test_epochs_to_97_percent(accuracies: tuple[float, ...], expected: int | None) -> None:
    told = epochs(*accuracies)
    assert curves.epochs_to(told) == expected


def test_the_accuracy_can_be_chosen() -> None:
    assert curves.epochs_to(epochs(0.9, 0.95), accuracy=0.9) == 1
    assert curves.epochs_to(epochs(0.9, 0.95), accuracy=0.95) == 2


def test_the_order_of_the_epochs_does_not_matter() -> None:
    told = epochs(0.9, 0.98, 0.98)[::-1]
    assert curves.epochs_to(told) == 2


def test_when_an_accuracy_was_reached() -> None:
    told = epochs(0.9, 0.96, 0.98)
    at = Reached(epochs=2, steps=20, seconds=5.0, step_seconds=4.0)
    assert curves.reached(told, 0.96) == at
    assert curves.reached(told[::-1], 0.95) == at
    assert curves.reached(told, 0.99) is None
    assert curves.reached((), 0.5) is None
