"""A native PyTorch script, observed through PyTorch's global hooks."""

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

from mnist_studio.frameworks.base import Array, Weights, normalize
from mnist_studio.frameworks.native_script import (
    Score,
    ScriptObserver,
    observe_calls,
    observe_loading,
)
from mnist_studio.frameworks.pytorch.layout import BATCH_NORM_NAMES, NAMES, canonical
from mnist_studio.spec.layers import BatchNorm, Dense, Flatten, Shape
from mnist_studio.spec.model import describe
from mnist_studio.spec.run import RunSpec, storage


class NativeScript:
    """See ``frameworks.native_script.Script``."""

    def __init__(self, module: ModuleType, run: RunSpec, images: int) -> None:
        self._module = module
        self._run = run
        self._network: nn.Sequential | None = None

    @property
    def network(self) -> nn.Sequential:
        """The network that the script built."""
        assert self._network is not None  # Needed only after the script has built it.
        return self._network

    def train(self, data: Path, observer: ScriptObserver) -> None:
        """See ``Script.train``."""
        script = self._module
        observe_loading(script, observer)
        observe_calls(script, "build_model", after=self._built)
        observe_calls(script, "train", before=lambda: observer.enter("train"))
        observe_calls(script, "evaluate", before=lambda: observer.enter("evaluate"))
        observe_calls(
            script, "report", after=lambda *_, **scores: observer.epoch(_validation(scores))
        )
        with _hooks(observer):
            script.main(str(data))

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Script.logits``."""
        precision = self._run.training.precision
        inputs = normalize(images, self._run.model.scaling, precision)
        device = next(self.network.parameters()).device
        self.network.eval()
        mixed = torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")
        with torch.no_grad(), mixed:
            logits: Tensor = self.network(torch.from_numpy(inputs)[:, None].to(device))
        return np.asarray(logits.cpu().to(getattr(torch, storage(precision))).numpy())

    def weights(self) -> Weights:
        """See ``Script.weights``.

        PyTorch flattens feature maps as (channel, height, width). The arrays from there to the next
        dense layer are reordered to the canonical layout.
        """
        modules = iter(module for module in self.network if _arrays(module))
        weights: dict[str, Array] = {}
        order: NDArray[np.intp] | None = None
        for report in describe(self._run.model):
            if isinstance(report.layer, Flatten) and len(report.input) == 3:
                order = _torch_indices(report.input)
            if not report.arrays:
                continue
            names = BATCH_NORM_NAMES if isinstance(report.layer, BatchNorm) else NAMES
            for part, tensor in _arrays(next(modules)).items():
                array = canonical(tensor)
                of_inputs = order is not None and (array.ndim == 2 or names is BATCH_NORM_NAMES)
                weights[f"{report.name}.{names[part]}"] = array[order] if of_inputs else array
            if isinstance(report.layer, Dense):
                order = None
        return weights

    def _built(self, network: nn.Sequential) -> None:
        self._network = network


@contextmanager
def _hooks(observer: ScriptObserver) -> Iterator[None]:
    """Reports every computed loss and every optimizer step."""
    last: list[tuple[float, int, int]] = []

    def on_loss(module: nn.Module, inputs: tuple[Tensor, Tensor], loss: Tensor) -> None:
        if not isinstance(module, nn.CrossEntropyLoss):
            return
        if not torch.is_grad_enabled():
            observer.batch_evaluated()
            return
        logits, labels = inputs
        correct = int((logits.detach().argmax(dim=1) == labels).sum())
        last[:] = [(float(loss.detach()), correct, len(labels))]

    def on_step(*_: Any) -> None:
        observer.step(*last[0])

    handles = (
        nn.modules.module.register_module_forward_hook(on_loss),
        register_optimizer_step_post_hook(on_step),
    )
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _validation(scores: dict[str, Score]) -> Score | None:
    return scores.get("validation")


def _arrays(module: nn.Module) -> dict[str, Tensor]:
    """A module's arrays by PyTorch's names, without the counters of steps."""
    own = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return {name: array for name, array in own.items() if name in BATCH_NORM_NAMES}


def _torch_indices(shape: Shape) -> NDArray[np.intp]:
    """PyTorch's index for every entry of a map flattened as (height, width, channel)."""
    height, width, channels = shape
    theirs = np.arange(height * width * channels).reshape(channels, height, width)
    return theirs.transpose(1, 2, 0).ravel()
