from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mnist_studio.frameworks.normalise import normalise
from mnist_studio.frameworks.pytorch import FRAMEWORK
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, MaxPool, Relu
from tests.frameworks.examples import digits, learner, run

LAYERS = (Conv(4), Relu(), MaxPool(), Dropout(0.25), Flatten(), Dense(8), Relu(), Dense(10))


def test_an_ordinary_network_loads_the_state_dict_and_answers_the_same(tmp_path: Path) -> None:
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
    inputs = torch.tensor(normalise(images, spec.model.scaling, "float32")).unsqueeze(1)
    answers = ordinary(inputs).detach().numpy()
    np.testing.assert_allclose(answers, made.logits(images), rtol=1e-5, atol=1e-6)


def test_keeps_the_precision(tmp_path: Path) -> None:
    spec = run(precision="float64")
    FRAMEWORK.export(spec.model, learner(FRAMEWORK, spec).weights(), tmp_path / "network.pt")
    loaded = torch.load(tmp_path / "network.pt", weights_only=True)
    assert {tensor.dtype for tensor in loaded.values()} == {torch.float64}
