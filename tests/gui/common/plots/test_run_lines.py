"""Lines of runs in training: their axes, and how closely they agree."""

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.analysis.view import Line
from mnist_studio.events import Epoch, Progress
from mnist_studio.gui.common.plots.run_lines import (
    live_axis,
    live_differences,
    live_entries,
    live_lines,
    live_sentence,
)
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName
from tests.store.example_events import finished

SHOWN = ("batch", "test")


def live(framework: FrameworkName, off: float = 0.0, seed: int = 1) -> LiveRun:
    """A run after one of five epochs of 100 steps, whose loss falls from 3 to 0.5."""
    spec = run_spec(RECIPES["mlp-128"])
    spec = replace(spec, framework=framework, training=replace(spec.training, epochs=5, seed=seed))
    losses = 0.5 + 2.5 * np.exp(-np.arange(100.0)) + off
    run = LiveRun(spec)
    run.take(
        Progress(
            1, 100, 500, tuple(losses), tuple(1 - losses / 4), 1000.0, 1.0, 1.0, 0.001,
            run="run", framework=framework,
        )
    )  # fmt: skip
    run.take(
        Epoch(1, 100, 0.6, 0.9, None, None, 0.5 + off, 0.9, 0.001, 1.0,
              run="run", framework=framework)
    )  # fmt: skip
    return run


def test_seconds_end_at_round_numbers_until_the_runs_end() -> None:
    run = LiveRun(live("numpy").spec)
    ends = []
    for second in range(2, 100):
        run.take(
            Progress(
                1, second, 500, (0.5,), (0.9,), float(second), 1000.0, run="run",
                framework="numpy",
            )
        )  # fmt: skip
        axis = live_axis([run], "seconds")
        assert axis.high is not None
        assert axis.low == 0
        assert axis.high >= second
        ends.append(axis.high)
    assert sorted(set(ends)) == [2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100]
    run.take(finished("run"))
    assert live_axis([run], "seconds").high is None


def test_the_axes_have_all_epochs_and_the_range_of_the_settled_curves() -> None:
    runs = (live("numpy"), live("keras"))
    loss = live_lines(runs, "loss", SHOWN, "epochs", 0.0)
    assert (loss.x.low, loss.x.high) == (0.0, 5.0)
    assert loss.y.low == 0.5
    assert loss.y.high is not None
    assert loss.y.high < 0.6  # The first batches had a loss of 3.
    accuracy = live_lines(runs, "accuracy", SHOWN, "epochs", 0.0)
    assert accuracy.y.low is not None
    assert accuracy.y.low > 0.8
    log = live_lines(runs, "loss", SHOWN, "epochs", 0.0, log=True)
    assert (log.y.low, log.y.high) == (None, None)
    # After 1,000 seconds, of runs that still train.
    assert live_lines(runs, "loss", SHOWN, "seconds", 0.0).x.high == 1500


def test_a_run_that_has_just_begun_leaves_the_range_of_the_others() -> None:
    first, second = live("numpy"), LiveRun(live("pytorch").spec)
    alone = live_lines((first,), "loss", ("batch",), "epochs", 0.0).y
    second.take(
        Progress(
            1, 3, 500, (3.0, 2.9, 2.8), (0.1, 0.1, 0.1), 1000.0, 1.0, 1.0, 0.001,
            run="other", framework="pytorch",
        )
    )  # fmt: skip
    both = live_lines((first, second), "loss", ("batch",), "epochs", 0.0)
    assert len(both.lines) == 2
    assert (both.y.low, both.y.high) == (alone.low, alone.high)


def test_the_difference_is_from_the_first_framework_of_equal_settings() -> None:
    runs = (live("keras", 0.25), live("numpy"), live("pytorch", seed=2))
    drawn = live_differences(runs, SHOWN, 0.0)
    assert drawn is not None
    assert [line.key for line in drawn.lines] == ["keras/0/batch/0", "keras/0/test/0"]
    assert drawn.y.log
    assert list(drawn.lines[1].y) == [pytest.approx(0.25)]
    assert live_sentence(runs) == (
        "NumPy and Keras differ by at most 0.25 in test loss and are equal in test accuracy "
        "(epoch 1)."
    )
    assert live_differences(runs[1:], SHOWN, 0.0) is None
    assert live_sentence(runs[1:]) == ""


def test_the_legend_names_frameworks_or_runs() -> None:
    titles = [title for _, title in live_entries((live("numpy"), live("keras")))]
    assert titles == ["NumPy", "Keras"]
    twice = live_entries((live("numpy"), live("numpy", seed=2)))
    assert all(title.startswith("MLP 128 · NumPy") for _, title in twice)
    assert len(dict(twice)) == 2


def test_a_star_shows_the_epoch_that_a_run_ended_with() -> None:
    run = live("numpy")
    assert not _stars(run)
    run.take(replace(finished("run"), epochs=1, stopped_early=True))
    (star,) = _stars(run)
    assert (list(star.x), list(star.y)) == ([1.0], [0.5])
    assert star.title == f"{run.title} · Stopped early after epoch 1"


def _stars(run: LiveRun) -> list[Line]:
    lines = live_lines([run], "loss", SHOWN, "epochs", 0.0).lines
    return [line for line in lines if "/end/" in line.key]
