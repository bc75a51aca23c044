"""A PyTorch script as it is written, heard through PyTorch's own global hooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.native_script import Score, ScriptObserver, heard
from mnist_studio.frameworks.normalization import normalize
from mnist_studio.frameworks.pytorch.layout import canonical
from mnist_studio.spec.layers import BatchNorm, Dense, Flatten, Shape
from mnist_studio.spec.model import describe
from mnist_studio.spec.run import RunSpec, storage

_ORDINARY = {"weight": "kernel", "bias": "bias"}
_NORMALISING = {
    "weight": "scale", "bias": "offset", "running_mean": "mean", "running_var": "variance",
}  # fmt: skip


class WrittenScript:
    """See ``frameworks.native_script.Script``."""

    def __init__(self, module: ModuleType, run: RunSpec, digits: int) -> None:
        self._module = module
        self._run = run
        self._network: nn.Sequential | None = None

    @property
    def network(self) -> nn.Sequential:
        """The network that the script has built."""
        assert self._network is not None  # Nobody asks before the script has trained.
        return self._network

    def train(self, data: Path, watcher: ScriptObserver) -> None:
        """See ``Script.train``."""
        script = self._module
        heard(script, "build_model", after=self._built)
        heard(script, "train", before=lambda: watcher.enter("train"))
        heard(script, "evaluate", before=lambda: watcher.enter("evaluate"))
        heard(script, "report", after=lambda *_, **scores: watcher.epoch(_validation(scores)))
        with _hooks(watcher):
            script.main(str(data))

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Script.logits``."""
        precision = self._run.training.precision
        inputs = normalize(images, self._run.model.scaling, precision)
        device = next(self.network.parameters()).device
        self.network.eval()
        mixed = torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")
        with torch.no_grad(), mixed:
            answers: Tensor = self.network(torch.from_numpy(inputs)[:, None].to(device))
        return np.asarray(answers.cpu().to(getattr(torch, storage(precision))).numpy())

    def weights(self) -> Weights:
        """See ``Script.weights``.

        PyTorch flattens feature maps as (channel, height, width); what lies between there and the
        next dense layer is brought into the canonical order.
        """
        modules = iter(module for module in self.network if _arrays(module))
        weights: dict[str, Array] = {}
        order: NDArray[np.intp] | None = None
        for report in describe(self._run.model):
            if isinstance(report.layer, Flatten) and len(report.input) == 3:
                order = _places(report.input)
            if not report.arrays:
                continue
            names = _NORMALISING if isinstance(report.layer, BatchNorm) else _ORDINARY
            for part, tensor in _arrays(next(modules)).items():
                array = canonical(tensor)
                of_inputs = order is not None and (array.ndim == 2 or names is _NORMALISING)
                weights[f"{report.name}.{names[part]}"] = array[order] if of_inputs else array
            if isinstance(report.layer, Dense):
                order = None
        return weights

    def _built(self, network: nn.Sequential) -> None:
        self._network = network


@contextmanager
def _hooks(watcher: ScriptObserver) -> Iterator[None]:
    """Tells the watcher of every loss that is computed and every step of an optimizer."""
    last: list[tuple[float, int, int]] = []

    def judged(module: nn.Module, inputs: tuple[Tensor, Tensor], loss: Tensor) -> None:
        if not isinstance(module, nn.CrossEntropyLoss):
            return
        if not torch.is_grad_enabled():
            watcher.breathe()
            return
        logits, labels = inputs
        right = int((logits.detach().argmax(dim=1) == labels).sum())
        last[:] = [(float(loss.detach()), right, len(labels))]

    def stepped(*_: Any) -> None:
        watcher.step(*last[0])

    handles = (
        nn.modules.module.register_module_forward_hook(judged),
        register_optimizer_step_post_hook(stepped),
    )
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _validation(scores: dict[str, Score]) -> Score | None:
    return scores.get("validation")


def _arrays(module: nn.Module) -> dict[str, Tensor]:
    """A module's own arrays by PyTorch's names; those that only count steps left out."""
    own = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return {name: array for name, array in own.items() if name in _NORMALISING}


def _places(shape: Shape) -> NDArray[np.intp]:
    """For every place of a map flattened as (height, width, channel), PyTorch's place of it."""
    height, width, channels = shape
    theirs = np.arange(height * width * channels).reshape(channels, height, width)
    return theirs.transpose(1, 2, 0).ravel()
