from collections.abc import Mapping

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.testing import assert_array_equal

from mnist_studio.errors import SpecError
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.weight_matching import WeightFile, candidates
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec, describe
from mnist_studio.spec.recipes import RECIPES, run_spec
from tests.store.made_runs import weights_of

NETWORK = ModelSpec(
    (
        Conv(3, 3), BatchNorm(), Relu(), MaxPool(7), Conv(3, 3), Flatten(), Dense(48), Relu(),
        Dense(48), Relu(), Dense(10),
    )
)  # fmt: skip


def network_weights() -> dict[str, Array]:
    return weights_of(replace(run_spec(RECIPES["tiny-10"]), model=NETWORK))


def as_pytorch(weights: Mapping[str, Array]) -> dict[str, Array]:
    """The same as PyTorch has it: outputs first, and feature maps flattened channel first."""
    made: dict[str, Array] = {}
    names = {"scale": "weight", "offset": "bias", "mean": "running_mean", "kernel": "weight"}
    names |= {"variance": "running_var", "bias": "bias"}
    for place, report in enumerate(describe(NETWORK)):
        for name in report.arrays | report.statistics:
            array, role = weights[name], name.rpartition(".")[2]
            if array.ndim == 4:
                array = array.transpose(3, 2, 0, 1)
            elif report.name == "dense1" and role == "kernel":
                array = array.reshape(4, 4, 3, 48).transpose(2, 0, 1, 3).reshape(48, 48).T
            elif array.ndim == 2:
                array = array.T
            made[f"{place}.{names[role]}"] = array
        if report.statistics:
            made[f"{place}.num_batches_tracked"] = np.array(3)
    return made


def test_arrays_of_pytorch_are_turned_and_the_likeliest_comes_first() -> None:
    weights = network_weights()
    arrays = as_pytorch(weights)
    file = WeightFile(arrays, True, dict.fromkeys(arrays, "out first"))
    found = candidates(file, NETWORK, "float32")
    assert len(found) == 2
    assert found[0].weights.keys() == weights.keys()
    for name, array in weights.items():
        assert_array_equal(found[0].weights[name], array)
    assert found[0].assumptions == ("Feature maps are flattened with the channel first.",)


def test_square_kernels_of_unknown_layout_are_said() -> None:
    arrays = as_pytorch(network_weights())
    found = candidates(WeightFile(arrays, False, {}), NETWORK, "float32")
    assert len(found) == 4
    said = " ".join(found[0].assumptions)
    assert "0.weight has its outputs first" not in said
    assert "4.weight has its outputs first" in said
    assert "in the order of their names" in said
    for name, array in network_weights().items():
        assert_array_equal(found[0].weights[name], array)
    assert "8.weight has its inputs first" in " ".join(found[-1].assumptions)


def test_names_of_keras_are_in_first_and_channel_last() -> None:
    weights = network_weights()
    roles = {"scale": "gamma", "offset": "beta", "mean": "moving_mean", "kernel": "kernel"}
    roles |= {"variance": "moving_variance", "bias": "bias"}
    arrays = {
        f"{name.rpartition('.')[0]}_x/{roles[name.rpartition('.')[2]]}:0": array.astype(np.float16)
        for name, array in weights.items()
    }
    first = candidates(WeightFile(arrays, True, {}), NETWORK, "float32")[0]
    for name, array in weights.items():
        assert_array_equal(first.weights[name], array.astype(np.float16).astype(np.float32))


def test_own_names_are_certain() -> None:
    weights = network_weights()
    (only,) = candidates(WeightFile(weights, False, {}), NETWORK, "float64")
    assert only.assumptions == ()
    assert only.weights["conv1.kernel"].dtype == np.float64


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda arrays: arrays.pop("10.weight"), "two dense layers"),
        (lambda arrays: arrays.pop("10.bias"), "missing or too many"),
        (lambda arrays: arrays.update({"11.weight": np.ones((2, 2))}), "four dense layers"),
        (lambda arrays: arrays.update({"10.weight": np.ones((7, 48))}), "needs 48×10"),
        (lambda arrays: arrays.update({"10.bias": np.full(10, np.nan)}), "not finite"),
        (lambda arrays: arrays.update({"10.alpha": np.ones(3)}), "neither kernel, bias"),
        (lambda arrays: arrays.clear(), "no weights"),
    ],
)
def test_what_does_not_fit_is_named(change: object, why: str) -> None:
    arrays = as_pytorch(network_weights())
    assert callable(change)
    change(arrays)
    with pytest.raises(SpecError, match=why):
        candidates(WeightFile(arrays, True, {}), NETWORK, "float32")
