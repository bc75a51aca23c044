"""The search rises the rate on the same batches, finds a rate that learns, and sees divergence."""

import pytest
from msgspec.structs import replace

from mnist_studio.errors import CancelledByUser, UsageError
from mnist_studio.parity import rate_finder
from mnist_studio.parity.rate_finder import RateCurve, RatePoint, find_rates
from mnist_studio.spec.model import RAW
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from tests.experiments.remote import Behind, here


@pytest.fixture
def run() -> RunSpec:
    return replace(run_spec(RECIPES["tiny-10"]), dataset="builtin")


@pytest.mark.needs("pytorch")
def test_all_frameworks_see_the_same_batches_and_get_one_suggestion(run: RunSpec) -> None:
    seen: list[RateCurve] = []
    curves = find_rates(run, ("numpy", "pytorch"), seen.append, open_learner=here(), steps=60)
    one, other = curves
    assert one.points == other.points
    assert seen[-1] in curves
    rates = [point.rate for point in one.points]
    assert rates[:2] == rate_finder.rates(60)[:2]
    assert rates[0] == rate_finder.LOWEST
    best = min(one.points, key=lambda point: point.smoothed).rate
    assert one.suggestion == pytest.approx(best / 10, rel=0.05)
    said = f"Suggested learning rate: {one.suggestion:g}."
    assert rate_finder.sentence([replace(one, diverged=True)]) == said
    assert rate_finder.sentence(curves).startswith(said)


def test_the_suggestion_trains_better_than_the_ends(run: RunSpec) -> None:
    (curve,) = find_rates(run, ("numpy",), open_learner=here(), steps=60)
    assert curve.suggestion is not None
    assert 1e-4 < curve.suggestion < 1.0


def test_a_network_that_diverges_at_once_gets_no_suggestion(run: RunSpec) -> None:
    wild = replace(
        run,
        model=replace(run.model, scaling=replace(RAW, deviation=1e-9)),
        training=replace(run.training, optimizer=Sgd(learning_rate=0.1)),
    )
    (curve,) = find_rates(wild, ("numpy",), open_learner=here(), steps=20)
    assert curve.suggestion is None
    assert "No learning rate can be suggested" in rate_finder.sentence([curve])
    nothing = RateCurve("keras", (), diverged=True)
    assert "diverges at once" in rate_finder.sentence([nothing])


def test_a_loss_that_does_not_fall_gets_no_suggestion() -> None:
    points = tuple(RatePoint(rate, 2.3, 2.3) for rate in rate_finder.rates(20))
    curve = RateCurve("numpy", points)
    assert curve.suggestion is None
    assert "does not fall at any rate from 0.000001 to 10" in rate_finder.sentence([curve])


@pytest.mark.needs("keras")
def test_a_loss_that_is_not_finite_ends_one_framework_and_not_the_others(run: RunSpec) -> None:
    class Broken(Behind):
        def train(self, chunk: object) -> object:
            steps = self._learner.train(chunk)  # type: ignore[arg-type]
            steps.losses[0] = float("nan")
            return steps

    curves = find_rates(
        run,
        ("numpy", "keras"),
        open_learner=here({"keras": Broken}),
        steps=20,
    )
    assert (len(curves[1].points), curves[1].diverged) == (0, True)
    assert len(curves[0].points) > 5


def test_cancel_and_wrong_numbers_of_steps(run: RunSpec) -> None:
    with pytest.raises(CancelledByUser):
        find_rates(run, ("numpy",), is_cancelled=lambda: True, open_learner=here())
    with pytest.raises(UsageError, match=r"20 to 1,000, got 3\."):
        find_rates(run, ("numpy",), steps=3, open_learner=here())
