"""Runs are paired where nothing but their faults differs."""

import pytest
from msgspec.structs import replace

from mnist_studio.analysis.known_bugs import RunMetrics, certainty, cost_sentences, costs
from mnist_studio.events import Finished, Stopped, Terminal
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, KnownBugName, RunSpec


def spec(seed: int, *bugs: KnownBugName, framework: FrameworkName = "numpy") -> RunSpec:
    plain = run_spec(RECIPES["mlp-128"])
    training = replace(plain.training, seed=seed)
    return replace(plain, training=training, known_bugs=bugs, framework=framework)


def test_the_mean_over_pairs_of_the_same_seed() -> None:
    found = costs(
        [
            RunMetrics(spec(1), 0.97, 0.5),
            RunMetrics(spec(1, "unshuffled"), 0.95, 0.7),
            RunMetrics(spec(2, "unshuffled"), 0.96, 0.6),
            RunMetrics(spec(2), 0.97, 0.5),
            RunMetrics(spec(3, "unshuffled"), 0.10, 0.5),  # Alone with its seed.
            RunMetrics(spec(4), 0.20, 0.5),
        ]
    )
    (cost,) = found
    assert cost.known_bugs == ("unshuffled",)
    assert (cost.pairs, cost.seeds) == (2, (1, 2))
    assert cost.difference == pytest.approx(-0.015)
    assert cost.loss == pytest.approx(0.15)
    assert cost.spec == spec(1)


def test_repeats_of_a_seed_are_one_pair() -> None:
    (cost,) = costs(
        [
            RunMetrics(spec(1), 0.96, 0.5),
            RunMetrics(spec(1), 0.98, 0.5),
            RunMetrics(spec(1, "unshuffled"), 0.96, 0.5),
            RunMetrics(spec(2), 0.5, 0.5),
            RunMetrics(spec(2, "unshuffled"), 0.5, 0.5),
        ]
    )
    assert cost.pairs == 2
    assert cost.difference == pytest.approx(-0.005)


def test_what_differs_in_more_than_faults_is_no_pair() -> None:
    longer = replace(spec(1), training=replace(spec(1).training, epochs=99))
    others = (spec(1, framework="keras"), longer, replace(spec(1), dataset="builtin"))
    with_bugs = RunMetrics(spec(1, "unshuffled"), 0.9, 0.5)
    assert costs([with_bugs, *(RunMetrics(other, 0.95, 0.5) for other in others)]) == ()
    assert costs([RunMetrics(spec(1), 0.9, 0.5), RunMetrics(spec(2), 0.95, 0.5)]) == ()
    assert costs([]) == ()


def test_faults_are_a_set_and_each_has_its_own_cost() -> None:
    both = RunMetrics(spec(1, "unshuffled", "double-softmax"), 0.90, 0.5)
    same = RunMetrics(spec(2, "double-softmax", "unshuffled"), 0.92, 0.5)
    one = RunMetrics(spec(2, "double-softmax"), 0.99, 0.5)
    found = costs([both, same, one, RunMetrics(spec(1), 0.95, 0.5), RunMetrics(spec(2), 0.95, 0.5)])
    assert [cost.known_bugs for cost in found] == [
        ("double-softmax", "unshuffled"),
        ("double-softmax",),
    ]
    assert [cost.pairs for cost in found] == [2, 1]
    assert [cost.difference for cost in found] == pytest.approx([-0.04, 0.04])


def test_few_seeds_are_undecided_and_the_text_has_their_number() -> None:
    assert certainty((-0.0038,)) == "one seed, undecided"
    assert certainty((-0.4, -0.4, -0.4, -0.4)) == "four seeds, undecided"


def test_five_seeds_have_an_interval_and_a_verdict() -> None:
    differences = (-0.004, -0.005, -0.006, -0.005, -0.004)
    assert certainty(differences) == (
        "five seeds, 95 % CI \N{MINUS SIGN}0.58 to \N{MINUS SIGN}0.38 pp, a relevant difference"
    )
    assert certainty((0.01, -0.01, 0.002, 0.0, 0.001)).endswith(", undecided")
    assert certainty((0.0, 0.0001, 0.0, -0.0001, 0.0)).endswith(", equal in practice")


def test_the_intervals_of_several_costs_hold_together() -> None:
    close = (-0.002, -0.003, -0.002, -0.0045, -0.002)
    assert certainty(close).endswith(", a relevant difference")
    among = certainty(close, 12)
    assert "simultaneous 95 % CI of 12 costs (99.58 % each)" in among
    assert among.endswith(", undecided")
    ends = "five seeds, \N{MINUS SIGN}0.56 to +0.02 pp, undecided"
    assert certainty(close, 12, with_level=False) == ends


def finished(accuracy: float) -> Finished:
    return Finished(
        run="1", framework="numpy", epochs=5, step=10, test_accuracy=accuracy, test_loss=0.5,
        seconds={}, device="CPU", latency_ms=1.0,
    )  # fmt: skip


def stopped(accuracy: float) -> Stopped:
    return Stopped(
        run="1", framework="numpy", epochs=1, step=2, test_accuracy=accuracy, test_loss=0.5,
        seconds={}, device="CPU",
    )  # fmt: skip


def test_sentences_are_of_finished_runs_and_count_the_costs_together() -> None:
    bugs: tuple[KnownBugName, ...] = ("unshuffled", "double-softmax")
    runs: list[tuple[RunSpec, Terminal | None]]
    runs = [(spec(seed, bug), finished(0.95 + seed / 1e4)) for bug in bugs for seed in range(5)]
    runs += [(spec(seed), finished(0.97)) for seed in range(5)]
    found = cost_sentences(runs)
    assert len(found) == 2
    assert all(": costs 1.98 pp of test accuracy, test loss" in s for s in found)
    assert all("(five seeds, simultaneous 95 % CI of two costs (97.5 % each)" in s for s in found)
    # A sixth seed whose runs were stopped changes nothing.
    early: list[tuple[RunSpec, Terminal | None]]
    early = [(spec(9), stopped(0.1)), (spec(9, "unshuffled"), finished(0.9))]
    assert cost_sentences([*runs, *early]) == found


def test_only_a_relevant_difference_is_a_cost() -> None:
    def text(*accuracies: float) -> str:
        runs: list[tuple[RunSpec, Terminal | None]] = [
            (spec(seed, "unshuffled"), finished(value)) for seed, value in enumerate(accuracies)
        ]
        (found,) = cost_sentences(
            [*runs, *((spec(seed), finished(0.97)) for seed in range(len(accuracies)))]
        )
        return found.partition(": ")[2]

    assert text(0.95).startswith("test accuracy 2.00 pp lower, test loss")
    assert text(0.95, 0.95, 0.95, 0.95).startswith("test accuracy 2.00 pp lower, test loss")
    assert text(0.95, 0.95, 0.95, 0.95, 0.95).startswith("costs 2.00 pp of test accuracy, test")
    assert text(0.99, 0.99, 0.99, 0.99, 0.99).startswith("gains 2.00 pp of test accuracy, test")
    assert text(0.95, 0.97, 0.99, 0.98, 0.975).startswith("test accuracy 0.30 pp higher, test")
    assert text(0.9695, 0.9695, 0.9695, 0.9695, 0.9695).startswith("test accuracy 0.05 pp lower,")
