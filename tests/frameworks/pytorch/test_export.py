from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from msgspec.structs import replace
from torch import nn

from mnist_studio.frameworks.base import normalize
from mnist_studio.frameworks.pytorch import FRAMEWORK
from mnist_studio.prediction import weight_files
from mnist_studio.prediction.weight_matching import candidates
from mnist_studio.spec.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Layer,
    MaxPool,
    Relu,
)
from tests.frameworks.examples import chunk, digits, learner, run
from tests.random_networks import tried_networks
from tests.store.made_runs import weights_of

LAYERS = (Conv(4), Relu(), MaxPool(), Dropout(0.25), Flatten(), Dense(8), Relu(), Dense(10))


def test_an_ordinary_network_loads_the_state_dict_and_predicts_the_same(tmp_path: Path) -> None:
    spec = run(LAYERS, precision="float32")
    made = learner(FRAMEWORK, spec)
    FRAMEWORK.export(spec.model, made.weights(), tmp_path / "network.pt")
    ordinary = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 4, 3, padding="same"),
            relu1=nn.ReLU(),
            max_pool1=nn.MaxPool2d(2),
            dropout1=nn.Dropout(0.25),
            flatten1=nn.Flatten(),
            dense1=nn.Linear(4 * 14 * 14, 8),
            relu2=nn.ReLU(),
            dense2=nn.Linear(8, 10),
        )
    ).eval()
    ordinary.load_state_dict(torch.load(tmp_path / "network.pt", weights_only=True))
    images = digits()[0]
    inputs = torch.tensor(normalize(images, spec.model.scaling, "float32")).unsqueeze(1)
    answers = ordinary(inputs).detach().numpy()
    np.testing.assert_allclose(answers, made.logits(images), rtol=1e-5, atol=1e-6)


def test_an_ordinary_network_takes_over_batch_norm_and_its_statistics(tmp_path: Path) -> None:
    layers = (
        Conv(4, bias=False), BatchNorm(), Relu(), AvgPool(), Flatten(), BatchNorm(), Dense(10),
    )  # fmt: skip
    ordinary = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 4, 3, padding="same", bias=False),
            batch_norm1=nn.BatchNorm2d(4),
            relu1=nn.ReLU(),
            avg_pool1=nn.AvgPool2d(2),
            flatten1=nn.Flatten(),
            batch_norm2=nn.BatchNorm1d(4 * 14 * 14),
            dense1=nn.Linear(4 * 14 * 14, 10),
        )
    )
    _assert_takes_over(ordinary, layers, tmp_path)


def test_an_ordinary_network_takes_over_one_with_a_global_average_pool(tmp_path: Path) -> None:
    ordinary = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 4, 3, padding="same"),
            batch_norm1=nn.BatchNorm2d(4),
            global_avg_pool1=nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            dense1=nn.Linear(4, 10),
        )
    )
    _assert_takes_over(ordinary, (Conv(4), BatchNorm(), GlobalAvgPool(), Dense(10)), tmp_path)


def _assert_takes_over(ordinary: nn.Module, layers: tuple[Layer, ...], folder: Path) -> None:
    spec = run(layers, precision="float32")
    made = learner(FRAMEWORK, spec)
    made.train(chunk(spec.model, 5, rate=0.1))
    FRAMEWORK.export(spec.model, made.weights(), folder / "network.pt")
    ordinary.load_state_dict(torch.load(folder / "network.pt", weights_only=True))
    images = digits()[0]
    inputs = torch.tensor(normalize(images, spec.model.scaling, "float32")).unsqueeze(1)
    answers = ordinary.eval()(inputs).detach().numpy()
    np.testing.assert_allclose(answers, made.logits(images), rtol=1e-4, atol=1e-5)


def test_keeps_the_precision(tmp_path: Path) -> None:
    spec = run(precision="float64")
    FRAMEWORK.export(spec.model, learner(FRAMEWORK, spec).weights(), tmp_path / "network.pt")
    loaded = torch.load(tmp_path / "network.pt", weights_only=True)
    assert {tensor.dtype for tensor in loaded.values()} == {torch.float64}


def test_every_network_gets_its_weights_back_from_its_state_dict(tmp_path: Path) -> None:
    for name, model in tried_networks().items():
        spec = replace(run(LAYERS, precision="float32"), model=model)
        weights, path = weights_of(spec), tmp_path / f"{name}.pt"
        FRAMEWORK.export(model, weights, path)
        # The order of flattening that PyTorch has is the likeliest.
        found = candidates(weight_files.read(path), model, "float32")[0].weights
        assert found.keys() == weights.keys()
        for array in weights:
            np.testing.assert_array_equal(found[array], weights[array])
