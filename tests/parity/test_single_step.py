"""The numbers of a single step are those of the learner, next to each other."""

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.parity.single_step import agreement, single_step
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from tests.experiments.remote import OtherGradient, here


@pytest.fixture
def run() -> RunSpec:
    return replace(run_spec(RECIPES["tiny-10"]), dataset="builtin")


def test_every_array_of_the_step_is_there_in_order(run: RunSpec) -> None:
    step = single_step(run, ("numpy",), open_learner=here())
    quantities = [(row.quantity, row.name) for row in step.rows]
    assert quantities[0] == ("input", "input")
    assert ("output", "dense1") in quantities
    assert quantities.index(("loss", "loss")) > quantities.index(("output", "dense1"))
    assert quantities[-1][0] == "update"
    assert len(step.labels) == step.batch
    assert {row.difference for row in step.rows} == {None}
    assert "Select several frameworks" in agreement(step)
    rows = {(row.quantity, row.name): row for row in step.rows}
    weights = initial_weights(run.model, run.training.seed, run.training.precision)
    kernel = next(name for name in weights if name.endswith("kernel"))
    assert rows["gradient", kernel].norms["numpy"] > 0
    assert rows["gradient", kernel].shape == rows["update", kernel].shape
    assert 0 < rows["update", kernel].norms["numpy"] < np.linalg.norm(weights[kernel])
    assert any(rows["input", "input"].first["numpy"])


@pytest.mark.needs("keras")
def test_the_largest_difference_is_found(run: RunSpec) -> None:
    same = single_step(run, ("numpy", "keras"), open_learner=here())
    assert {row.difference for row in same.rows} == {0.0}
    other = single_step(run, ("numpy", "keras"), open_learner=here({"keras": OtherGradient}))
    wrong = [row for row in other.rows if row.difference]
    assert "gradient" in {row.quantity for row in wrong}
    assert wrong[0].name in agreement(other) or "update" in agreement(other)
