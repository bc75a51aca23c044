"""PyTorch's defaults, read from what is installed, are those of ``DIFFERENCES``."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn, optim
from torch.utils.data import DataLoader

from tests.frameworks.default_facts import default
from tests.frameworks.default_facts import says as says_of


def says(topic: str) -> str:
    return says_of(topic, "pytorch")


def test_the_constants() -> None:
    assert float(says("Adam's epsilon")) == default(optim.Adam, "eps")
    alpha, epsilon = default(optim.RMSprop, "alpha"), default(optim.RMSprop, "eps")
    assert says("RMSprop's decay and epsilon") == f"alpha {alpha}, epsilon {epsilon}"
    rate, rho, epsilon = (default(optim.Adadelta, name) for name in ("lr", "rho", "eps"))
    assert says("Adadelta's constants") == f"learning rate {rate}, rho {rho}, epsilon {epsilon}"
    assert float(says("SGD's learning rate")) == default(optim.SGD, "lr")
    assert float(says("batch-norm epsilon")) == default(nn.BatchNorm2d, "eps")
    assert says("batch-norm momentum").startswith(f"{default(nn.BatchNorm2d, 'momentum')}, ")
    assert says("loss reduction") == default(nn.CrossEntropyLoss, "reduction")
    assert float(says("slope of leaky ReLU")) == default(nn.LeakyReLU, "negative_slope")
    assert says("GELU").startswith("exact")
    assert default(nn.GELU, "approximate") == "none"


def test_normal_initialization_is_not_truncated() -> None:
    assert says("normal initialization") == "not truncated"
    drawn = nn.init.kaiming_normal_(torch.empty(400, 400), nonlinearity="linear")
    assert float(drawn.abs().max()) > 3 / 20


def test_nothing_is_deterministic_by_default() -> None:
    assert "use_deterministic_algorithms is off" in says("repeatability")
    assert not torch.are_deterministic_algorithms_enabled()


def test_the_data_loader() -> None:
    assert "shuffle is off" in says("shuffling")
    assert not default(DataLoader, "shuffle")
    fact = says("batch size and last batch")
    assert f"DataLoader: {default(DataLoader, 'batch_size')} image," in fact
    assert f"drop_last is {default(DataLoader, 'drop_last')}" in fact


def test_layouts() -> None:
    assert says("dense kernel") == "(out, in)"
    assert nn.Linear(3, 5).weight.shape == (5, 3)
    assert says("convolution kernel") == "(out, in, height, width)"
    assert nn.Conv2d(3, 5, (2, 4)).weight.shape == (5, 3, 2, 4)
    assert says("flattening order") == "channel, height, width"
    maps = torch.arange(24).reshape(1, 2, 3, 4)
    assert nn.Flatten()(maps)[0].tolist() == maps[0].reshape(-1).tolist()
    assert says("data types").startswith("float32")
    assert torch.get_default_dtype() == torch.float32


def test_the_first_weights_lie_evenly_within_the_root_of_the_fan_in() -> None:
    assert "1/√fan-in" in says("initialization")
    torch.manual_seed(0)
    for layer, fan_in in ((nn.Linear(400, 300), 400), (nn.Conv2d(16, 600, 5), 400)):
        for weights in (layer.weight, layer.bias):
            assert weights is not None
            values = weights.detach().numpy().ravel() * np.sqrt(fan_in)
            assert np.abs(values).max() == pytest.approx(1, abs=0.02)
            assert np.var(values) == pytest.approx(1 / 3, rel=0.2)


def test_a_whole_number_pads_alike_on_all_sides() -> None:
    assert "an even kernel enlarges the map" in says("convolution padding")
    assert default(nn.Conv2d, "padding") == 0
    assert nn.Conv2d(1, 1, 4, padding=2)(torch.zeros(1, 1, 8, 8)).shape[2:] == (9, 9)


def test_ties_in_max_pooling_go_to_the_first() -> None:
    values = torch.zeros(1, 1, 2, 2, requires_grad=True)
    nn.MaxPool2d(2)(values).sum().backward()
    assert values.grad is not None
    assert says("ties in max-pooling").endswith("first maximum")
    assert values.grad.ravel().tolist() == [1, 0, 0, 0]


def test_batch_norm_keeps_the_unbiased_variance_and_counts_the_new_part() -> None:
    layer = nn.BatchNorm1d(1, momentum=0.1)
    layer(torch.tensor([[1.0], [3.0]]))
    assert layer.running_mean is not None
    assert layer.running_var is not None
    assert "weight of the new" in says("batch-norm momentum")
    assert layer.running_mean.item() == pytest.approx(0.1 * 2)
    assert "n - 1" in says("batch-norm running variance")
    assert layer.running_var.item() == pytest.approx(0.9 + 0.1 * 2)


def test_the_mode_of_a_new_network_is_training() -> None:
    assert "training mode (the default)" in says("dropout")
    assert nn.Dropout().training
    values = nn.Dropout(0.5)(torch.ones(100))
    assert set(values.tolist()) == {0.0, 2.0}


def stepped(
    optimizer: Callable[..., optim.Optimizer], gradients: list[float], **constants: float
) -> float:
    """The change of a weight after some steps, each with its gradient."""
    weight = nn.Parameter(torch.zeros(1, dtype=torch.float64))
    made = optimizer([weight], **constants)
    for gradient in gradients:
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        made.step()
        # A rate that falls shows where it is multiplied.
        made.param_groups[0]["lr"] = constants["lr"] / 10
    return float(weight.item())


def test_where_the_epsilons_stand() -> None:
    assert "after the bias correction" in says("position of Adam's epsilon")
    # m̂ = g and ŝ = g² in the first step.
    assert stepped(optim.Adam, [0.5], lr=1.0, eps=0.1) == pytest.approx(-0.5 / (0.5 + 0.1))
    assert says("position of RMSprop's epsilon") == "outside the root"
    changed = stepped(optim.RMSprop, [0.5], lr=1.0, alpha=0.75, eps=0.1)
    assert changed == pytest.approx(-0.5 / (0.25 + 0.1))


def test_the_rate_multiplies_the_velocity() -> None:
    assert says("SGD's velocity").endswith("w -= lr·v")
    changed = stepped(optim.SGD, [1.0, 0.0], lr=1.0, momentum=0.5)
    assert changed == pytest.approx(-(1.0 + 0.1 * 0.5))
    assert "multiplies the velocity" in says("RMSprop's momentum")
    # The square is 1 and then 0, so that only the velocity moves in the second step.
    changed = stepped(optim.RMSprop, [1.0, 0.0], lr=1.0, alpha=0.0, eps=1e-9, momentum=0.5)
    assert changed == pytest.approx(-(1.0 + 0.1 * 0.5))


def test_weight_decay_is_coupled_and_that_of_adamw_is_not() -> None:
    assert says("weight decay of optimizers").startswith("coupled")
    # The velocity has the decay, as the rest of the gradient.
    weight = nn.Parameter(torch.ones(1, dtype=torch.float64))
    made = optim.SGD([weight], lr=1.0, momentum=0.5, weight_decay=0.5)
    for _ in range(2):
        weight.grad = torch.zeros(1, dtype=torch.float64)
        made.step()
    assert weight.item() == pytest.approx(1 - 0.5 - (0.25 + 0.25))
    assert float(says("AdamW's weight decay")) == default(optim.AdamW, "weight_decay")


def test_nesterov_and_centered() -> None:
    assert says("Nesterov momentum").endswith("w -= lr·(g + momentum·v)")
    weight = nn.Parameter(torch.zeros(1, dtype=torch.float64))
    made = optim.SGD([weight], lr=1.0, momentum=0.5, nesterov=True)
    weight.grad = torch.ones(1, dtype=torch.float64)
    made.step()
    assert weight.item() == pytest.approx(-1.5)
    assert "epsilon is outside" in says("centered RMSprop")
    changed = stepped(optim.RMSprop, [1.0], lr=1.0, alpha=0.5, eps=0.1, centered=True)
    assert changed == pytest.approx(-1 / (0.25**0.5 + 0.1))


def test_the_loss_takes_logits() -> None:
    assert "takes logits" in says("softmax in the loss")
    logits = torch.tensor([[2.0, 0.0]])
    expected = torch.log(1 + torch.exp(torch.tensor(-2.0)))
    torch.testing.assert_close(nn.CrossEntropyLoss()(logits, torch.tensor([0])), expected)


def test_clipping_is_by_the_common_norm() -> None:
    assert "common norm" in says("clipping by norm")
    weights = [nn.Parameter(torch.zeros(1)) for _ in range(2)]
    for weight, gradient in zip(weights, (3.0, 4.0), strict=True):
        weight.grad = torch.tensor([gradient])
    nn.utils.clip_grad_norm_(weights, 1.0)
    found = [weight.grad.item() for weight in weights if weight.grad is not None]
    assert found == pytest.approx([0.6, 0.8])


def test_tf32_is_on_for_convolutions_in_a_new_process() -> None:
    assert says("TF32 on NVIDIA GPUs") == "on for convolutions, off for matrix products"
    # The adapter pins them only where there is such a device.
    if torch.cuda.is_available():
        pytest.skip("pinned already")
    assert torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
