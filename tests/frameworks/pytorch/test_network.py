import torch
from torch import nn

from mnist_studio.frameworks.pytorch.network import build
from mnist_studio.spec.model import describe
from tests.frameworks.examples import EVERYTHING, run


def test_is_an_ordinary_sequential_with_the_names_of_the_spec() -> None:
    model = run(EVERYTHING).model
    network = build(model, "float32", torch.device("cpu"))
    assert isinstance(network, nn.Sequential)
    names = [name for name, _ in network.named_children()]
    assert names == [report.name for report in describe(model)]
    assert {"conv1.weight", "conv1.bias", "dense2.weight"} <= set(network.state_dict())


def test_draws_no_random_numbers() -> None:
    before = torch.get_rng_state()
    build(run(EVERYTHING).model, "float32", torch.device("cpu"))
    assert torch.equal(before, torch.get_rng_state())


def test_feature_maps_lie_channels_last_so_that_flattening_copies_nothing() -> None:
    model = run(EVERYTHING).model
    network = build(model, "float32", torch.device("cpu"))
    features = network[0](torch.zeros(8, 1, 28, 28))
    assert features.is_contiguous(memory_format=torch.channels_last)
    flattened = network.get_submodule("flatten1")(features)
    assert flattened.data_ptr() == features.data_ptr()
