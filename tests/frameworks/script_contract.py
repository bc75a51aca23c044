"""Native scripts in every framework: their networks in the canonical layout."""

from types import ModuleType
from typing import Protocol

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.codegen.native_script import script
from mnist_studio.frameworks.base import Framework
from mnist_studio.frameworks.native_script import Script
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.run import FrameworkName, RunSpec
from tests.frameworks.examples import (
    ACTIVATED,
    DROPPED,
    EVERYTHING,
    NORMED,
    NORMED_VECTORS,
    TINY,
    digits,
    learner,
    run,
)

NETWORKS = {
    "vectors": TINY,
    "every layer": EVERYTHING,
    "activations": ACTIVATED,
    "dropped": DROPPED,
    "normed": NORMED,
    "normed vectors": NORMED_VECTORS,
    # Between flattening and the next kernel everything lies in the framework's own order.
    "normed behind a flattened map": (
        Conv(3), MaxPool(4), Flatten(), BatchNorm(), Relu(), Dropout(0.2), Dense(10),
    ),
}  # fmt: skip


class Native(Script, Protocol):
    def _built(self, network: object) -> None:
        """Receives the network that the script built."""


def native(adapter: ModuleType, spec: RunSpec) -> tuple[Native, ModuleType]:
    made = ModuleType("native_script")
    exec(compile(script(spec), "native_script.py", "exec"), made.__dict__)
    return adapter.NativeScript(made, spec, 120), made


class ScriptContract:
    """``adapter`` is the framework's module of scripts, ``name`` the framework's."""

    adapter: ModuleType
    name: FrameworkName

    @pytest.mark.parametrize("network", NETWORKS)
    def test_its_weights_give_the_same_logits(self, framework: Framework, network: str) -> None:
        spec = replace(run(NETWORKS[network], precision="float32"), framework=self.name)
        made, module = native(self.adapter, spec)
        made._built(module.build_model())
        shared = learner(framework, spec)
        shared.load_weights(made.weights())
        images, _ = digits(30)
        answers = made.logits(images)
        assert answers.dtype == np.float32
        np.testing.assert_allclose(answers, shared.logits(images), rtol=0, atol=2e-5)

    def test_its_first_weights_are_of_the_stated_size(self) -> None:
        """Zeros, even draws with a limit, and normal draws."""
        layers = (
            Flatten(), Dense(400, initial="he_normal", initial_bias="zeros"), Relu(),
            Dense(400, initial="size_uniform", initial_bias="fan_in_uniform"), Relu(),
            Dense(10, initial="zeros"), Dense(500, initial="he_uniform"),
            Dense(300, initial="glorot_normal"), Dense(400, initial="lecun_normal"),
            Dense(10, initial_bias="lecun_normal"),
        )  # fmt: skip
        made, module = native(self.adapter, replace(run(layers), framework=self.name))
        made._built(module.build_model())
        weights = made.weights()
        assert abs(weights["dense1.kernel"].std() / np.sqrt(2 / 784) - 1) < 0.01
        assert 0.99 / 400 < abs(weights["dense2.kernel"]).max() <= 1 / 400 * 1.00001
        assert 0.9 / 20 < abs(weights["dense2.bias"]).max() <= 1 / 20 * 1.00001
        assert not weights["dense3.kernel"].any()
        limit = np.sqrt(6 / 10)
        assert 0.99 * limit < abs(weights["dense4.kernel"]).max() <= limit * 1.00001
        assert abs(weights["dense5.kernel"].std() / np.sqrt(2 / 800) - 1) < 0.01
        assert abs(weights["dense6.kernel"].std() / np.sqrt(1 / 300) - 1) < 0.01
        assert not weights["dense1.bias"].any()
