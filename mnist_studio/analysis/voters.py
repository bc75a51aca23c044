"""Which models decide the common prediction for a drawing.

One vote per run would let many short runs of one weak network outvote a few good models.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mnist_studio.events import Finished, Stopped
from mnist_studio.formatting import percent
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import DIGITS, answers_digits

if TYPE_CHECKING:
    # At run time it would load SQLite.
    from mnist_studio.store.rows import Run

MOST_VOTES = 5
"""The largest number of networks that vote."""

MARGIN = 0.01
"""Networks whose test accuracy is further below the best one do not vote."""

RULE = "One vote per network within 1 pp of the best test accuracy, at most five."
"""The rule as the user reads it."""


def test_accuracy(run: "Run") -> float | None:
    """The test accuracy at the end of a run, a fraction; None if it was not measured."""
    end = run.terminal
    return end.test_accuracy if isinstance(end, Finished | Stopped) else None


def quality(run: "Run") -> tuple[int, float, float]:
    """A sort key: larger for better models, and of equals for the newer one.

    MNIST comes first, and digits before other classes. Its test set has 10,000 images, and that of
    the built-in dataset a few hundred, so an accuracy on the one does not compare with one on the
    other.
    """
    accuracy = test_accuracy(run)
    of_digits = (run.spec.dataset == "mnist") + answers_digits(run.spec)
    return of_digits, -1.0 if accuracy is None else accuracy, run.created


def most_accurate(runs: Iterable["Run"]) -> "Run | None":
    """The best of some models; None without models."""
    return max(runs, key=quality, default=None)


def equally_accurate(runs: Iterable["Run"], best: "Run") -> tuple["Run", ...]:
    """The runs whose test accuracy reads the same as that of the best one, which is among them."""
    wanted = best.spec.dataset, percent(test_accuracy(best))
    return tuple(run for run in runs if (run.spec.dataset, percent(test_accuracy(run))) == wanted)


def voters(runs: Sequence["Run"], class_names: tuple[str, ...] | None = None) -> tuple["Run", ...]:
    """The models of these that vote, the most accurate first.

    Only models with the same classes can vote together.

    Args:
        runs: trained.
        class_names: of the models that vote; None for those of the best model.
    """
    networks: dict[ModelSpec, Run] = {}
    if class_names is None:
        class_names = voted_classes(runs)
    for run in sorted(runs, key=quality, reverse=True):
        if run.spec.class_names != class_names:
            continue
        networks.setdefault(run.spec.model, run)
    best = next(iter(networks.values()), None)
    if best is None:
        return ()
    close = [run for run in networks.values() if _is_close(run, best)]
    return tuple(close[:MOST_VOTES])


def voted_classes(runs: Iterable["Run"]) -> tuple[str, ...]:
    """The classes that models vote on unless the user chooses others: those of the best model."""
    best = most_accurate(runs)
    return best.spec.class_names if best else DIGITS


def _is_close(run: "Run", best: "Run") -> bool:
    (kind, accuracy, _), (best_kind, highest, _) = quality(run), quality(best)
    # Accuracies have few decimals, so a hair more than the margin is rounding.
    return kind == best_kind and accuracy >= highest - MARGIN - 1e-9
