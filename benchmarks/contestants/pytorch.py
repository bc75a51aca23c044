"""PyTorch as its official MNIST example uses it, and from arrays."""

import tempfile
from collections.abc import Callable, Sized
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from benchmarks.loop import bare_loop, spec_of
from mnist_studio.data.datasets import sources
from mnist_studio.data.images import LabeledImages


class _Net(nn.Module):
    """The network of the official example: wide-cnn, ending in a log-softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3)
        self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
        self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 1, 28, 28) -> (n, 10) log-probabilities."""
        x = functional.relu(self.conv2(functional.relu(self.conv1(x))))
        x = torch.flatten(self.dropout1(functional.max_pool2d(x, 2)), 1)
        x = self.fc2(self.dropout2(functional.relu(self.fc1(x))))
        return functional.log_softmax(x, dim=1)


def official_example() -> Callable[[], object]:
    """An epoch as the example trains and tests it on a CPU with its default arguments."""
    root = Path(tempfile.mkdtemp())
    _write_raw(root / "MNIST" / "raw")
    transform = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
    )
    train = DataLoader(datasets.MNIST(root, train=True, transform=transform), batch_size=64)
    test = DataLoader(datasets.MNIST(root, train=False, transform=transform), batch_size=1000)
    net = _Net()
    optimizer = torch.optim.Adadelta(net.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)

    def epoch() -> None:
        _train(net, train, optimizer)
        _test(net, test)
        scheduler.step()

    return epoch


def from_arrays(recipe: str, steps: str) -> Callable[[], object]:
    """So many steps of the loop that one would write by hand over resident arrays."""
    return bare_loop(spec_of("pytorch", recipe), int(steps))


def _train(net: nn.Module, loader: DataLoader[Any], optimizer: torch.optim.Optimizer) -> None:
    assert isinstance(loader.dataset, Sized)
    net.train()
    for place, (images, labels) in enumerate(loader):
        optimizer.zero_grad()
        loss = functional.nll_loss(net(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if place % 10 == 0:
            print(f"{place * len(images)}/{len(loader.dataset)} loss {loss.item():.6f}")


def _test(net: nn.Module, loader: DataLoader[Any]) -> None:
    net.eval()
    loss, correct = 0.0, 0
    with torch.no_grad():
        for images, labels in loader:
            output = net(images)
            loss += functional.nll_loss(output, labels, reduction="sum").item()
            correct += output.argmax(dim=1).eq(labels).sum().item()
    print(f"test loss {loss / 10_000:.4f}, {correct} right")


def _write_raw(folder: Path) -> None:
    """MNIST as torchvision looks for it: nothing is downloaded."""
    folder.mkdir(parents=True)
    dataset = sources.load("mnist")
    for name, digits in (("train", dataset.train), ("t10k", dataset.test)):
        _write_idx(folder, name, digits)


def _write_idx(folder: Path, name: str, digits: LabeledImages) -> None:
    count = len(digits).to_bytes(4, "big")
    side = (28).to_bytes(4, "big")
    images = b"\0\0\x08\x03" + count + side + side + digits.images.tobytes()
    (folder / f"{name}-images-idx3-ubyte").write_bytes(images)
    labels = b"\0\0\x08\x01" + count + digits.labels.tobytes()
    (folder / f"{name}-labels-idx1-ubyte").write_bytes(labels)
