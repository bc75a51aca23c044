"""The agreement of frameworks, in figures and words."""

from collections.abc import Sequence
from math import isnan, nan

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.analysis.agreement import (
    agreement,
    difference,
    equal_decimals,
    same_settings,
    sentences,
)
from mnist_studio.analysis.view import Line
from mnist_studio.events import Epoch
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec


def spec(framework: FrameworkName, recipe: str = "mlp-128", seed: int = 1) -> RunSpec:
    run = run_spec(RECIPES[recipe])
    return replace(run, framework=framework, training=replace(run.training, seed=seed))


def epochs(*losses: float, accuracy: float = 0.97) -> tuple[Epoch, ...]:
    return tuple(
        Epoch(
            at, at * 10, 0.1, 0.9, None, None, loss, accuracy, 0.001, 1.0,
            run="run", framework="numpy",
        )
        for at, loss in enumerate(losses, 1)
    )  # fmt: skip


def sentence(*curves: Sequence[Epoch]) -> str:
    names: tuple[FrameworkName, ...] = ("numpy", "pytorch", "keras")
    found = agreement([(spec(name), of) for name, of in zip(names, curves, strict=False)])
    assert found
    return found.sentence


def test_curves_that_print_alike_are_identical_to_that_many_decimals() -> None:
    first, second, third = epochs(0.1234561, 0.2), epochs(0.1234562, 0.2), epochs(0.1234563, 0.2)
    assert sentence(first, second, third) == (
        "NumPy, PyTorch, and Keras are identical to 6 decimals in test loss and equal in test "
        "accuracy (epochs 1 to 2)."
    )


def test_only_epochs_count_that_all_have_completed() -> None:
    assert sentence(epochs(0.5, 0.4, 0.3), epochs(0.5, 0.4)) == (
        "NumPy and PyTorch have identical test curves (epochs 1 to 2, which all have completed)."
    )
    assert agreement([(spec("numpy"), epochs(0.5)), (spec("keras"), ())]) is None
    assert agreement([(spec("numpy"), epochs(0.5))]) is None
    assert sentence(epochs(0.5, nan), epochs(0.5, 0.4)).endswith(
        "(epoch 1, which all have completed)."
    )


def test_larger_differences_are_rounded_up() -> None:
    one, other = epochs(0.09199404, accuracy=0.9733), epochs(0.08857109, accuracy=0.9744)
    assert sentence(one, other) == (
        "NumPy and PyTorch differ by at most 0.0035 in test loss and 0.11 pp in test accuracy "
        "(epoch 1)."
    )
    assert sentence(one, epochs(0.09199404, accuracy=0.9734)) == (
        "NumPy and PyTorch are equal in test loss and differ by at most 0.01 pp in test accuracy "
        "(epoch 1)."
    )
    assert sentence(one, epochs(0.2, accuracy=0.9733)) == (
        "NumPy and PyTorch differ by at most 0.11 in test loss and are equal in test accuracy "
        "(epoch 1)."
    )


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([[0.5, 0.25], [0.5, 0.25]], None),
        ([[0.1234564], [0.1234566]], 5),  # 0.123456 and 0.123457.
        ([[0.12345001], [0.12344999]], 7),  # To 4 decimals they print as 0.1235 and 0.1234.
        ([[0.1], [0.9]], 0),
    ],
)
def test_decimals_are_those_of_the_printed_numbers(
    values: list[list[float]], decimals: int | None
) -> None:
    assert equal_decimals(np.array(values)) == decimals


def test_runs_of_one_set_differ_only_in_their_framework() -> None:
    runs = {
        "keras": spec("keras"),
        "again": spec("keras"),
        "numpy": replace(spec("numpy"), threads=2),
        "seed": spec("pytorch", seed=2),
        "cnn": spec("numpy", "small-cnn"),
    }
    assert same_settings(runs) == (("numpy", "keras"),)
    both = {**runs, "other": spec("pytorch", "small-cnn")}
    curves = {run: epochs(0.5) for run in both}
    assert [text.partition(":")[0] for text in sentences(both, curves)] == ["MLP 128", "Small CNN"]
    assert sentences(runs, curves)[0].startswith("NumPy and Keras have identical")


def test_two_sentences_about_a_recipe_say_which_runs_they_mean() -> None:
    short = spec("numpy")
    long = replace(short, training=replace(short.training, epochs=25))
    runs = {"a": short, "b": replace(short, framework="keras"),
            "c": long, "d": replace(long, framework="keras")}  # fmt: skip
    curves = {"a": epochs(0.5), "b": epochs(0.5), "c": epochs(0.5), "d": epochs(0.6)}
    found = sentences(runs, curves)
    assert [text.partition(": ")[0] for text in found] == [
        f"MLP 128, {count} epochs" for count in (short.training.epochs, 25)
    ]


def test_sentences_about_seeds_count_their_sets() -> None:
    names: tuple[FrameworkName, ...] = ("numpy", "keras")
    runs = {f"{name} {seed}": spec(name, seed=seed) for name in names for seed in (1, 2, 3)}
    curves = {run: epochs(0.5 + 0.1 * (run == "keras 3")) for run in runs}
    found = sentences(runs, curves)
    assert [text.partition(": ")[0] for text in found] == [
        "MLP 128 (two sets of runs)", "MLP 128 (one set of runs)",
    ]  # fmt: skip


def test_sets_that_agree_alike_share_a_sentence() -> None:
    names: tuple[FrameworkName, ...] = ("numpy", "keras")
    runs = {f"{name} {seed}": spec(name, seed=seed) for name in names for seed in (1, 2)}
    curves = {run: epochs(0.5) for run in runs}
    assert sentences(runs, curves) == (
        "MLP 128 (two sets of runs): NumPy and Keras have identical test curves (epoch 1).",
    )


def test_the_difference_is_taken_at_common_x() -> None:
    line = difference(
        Line("a", "A", (1.0, 2.0, 3.0), (0.5, 0.25, 0.125)),
        Line("b", "B", (2.0, 3.0, 4.0), (0.75, 0.125, 9.0)),
    )
    assert list(line.x) == [2.0, 3.0]
    assert (line.key, line.y[0], isnan(line.y[1])) == ("b", 0.5, True)
    assert list(difference(line, Line("c", "C", (2.0,), (0.6,))).y) == [pytest.approx(0.1)]
