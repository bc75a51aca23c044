import torch
from torch import nn

from mnist_studio.frameworks.pytorch.network import build, mixed
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Flatten, Relu, Sigmoid
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


def test_only_what_no_derivative_needs_is_overwritten() -> None:
    layers = (
        Relu(), Conv(2), Relu(), Relu(), Sigmoid(), Relu(), Flatten(), Relu(),
        Dense(10), BatchNorm(), Relu(),
    )  # fmt: skip
    network = build(run(layers).model, "float32", torch.device("cpu"))
    found = [layer.inplace for layer in network if isinstance(layer, nn.ReLU)]
    assert found == [False, True, False, False, False, True]


def test_mixed_precision_separates_close_logits() -> None:
    # 128 + 1/8 has 11 significant bits, of which bfloat16 would keep 8.
    head = build(run((Flatten(), Dense(10))).model, "bfloat16", torch.device("cpu"))[1]
    assert isinstance(head, nn.Linear)
    with torch.no_grad():
        head.weight.fill_(0).view(-1)[:24] = torch.tensor([16.0] * 8 + [2**-6] * 8 + [0.0] * 8)
        head.bias.zero_()
    with mixed("bfloat16", torch.device("cpu")):
        assert head(torch.ones(1, 784))[0, 0].item() == 8 * 16 + 8 * 2**-6
