"""Random networks: valid ones are described, invalid ones are refused alike everywhere."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec import codec
from mnist_studio.spec.cost import cost
from mnist_studio.spec.layers import Layer
from mnist_studio.spec.model import describe, parameter_count
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName
from tests.random_networks import MOST_LAYERS, invalid_network, valid_network

_NUMBERS = range(300)


def test_valid_networks_have_every_kind_of_layer_and_survive_being_stored() -> None:
    run, models = run_spec(RECIPES["mlp-128"]), [valid_network(number) for number in _NUMBERS]
    for model in models:
        stored = codec.decode(codec.encode(replace(run, model=model)))
        assert stored.model == model
        assert sum(one.gradient_bytes for one in cost(model)) == 4 * parameter_count(model)
    kinds = {type(layer) for model in models for layer in model.layers}
    assert kinds == set(get_args(Layer))
    assert max(len(model.layers) for model in models) == MOST_LAYERS
    assert len(set(models)) > 290


def test_invalid_networks_are_refused_alike_in_every_framework() -> None:
    run, refusals = run_spec(RECIPES["mlp-128"]), set()
    for number in _NUMBERS:
        invalid = replace(run, model=invalid_network(number))
        said = {_refusal(replace(invalid, framework=name)) for name in get_args(FrameworkName)}
        (sentence,) = said
        refusals.add(sentence)
        with pytest.raises(SpecError) as raised:
            describe(invalid.model, len(run.class_names))
        assert str(raised.value) == sentence[0]
        assert raised.value.remedy
    assert len(refusals) > 100


def _refusal(run: object) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(SpecError) as raised:
        codec.validate(run)  # type: ignore[arg-type]
    return str(raised.value), raised.value.path[-2:]


def test_no_framework_is_loaded_to_refuse_them() -> None:
    code = """
import sys
from msgspec.structs import replace
from mnist_studio.errors import SpecError
from mnist_studio.spec import codec
from mnist_studio.spec.recipes import RECIPES, run_spec
from tests.random_networks import invalid_network
run = run_spec(RECIPES["mlp-128"])
for number in range(300):
    try:
        codec.validate(replace(run, model=invalid_network(number)))
    except SpecError:
        continue
    raise AssertionError(number)
loaded = {"numpy", "torch", "tensorflow", "keras"} & sys.modules.keys()
assert not loaded, loaded
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
