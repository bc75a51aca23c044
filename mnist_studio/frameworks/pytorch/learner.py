"""The learner for PyTorch: a network, an optimizer and the training set."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_studio.frameworks.base import (
    Array,
    Chunk,
    Device,
    OptimizerState,
    StepResults,
    Weights,
    normalize,
)
from mnist_studio.frameworks.pytorch import devices, gradients, layout, network, optimizers
from mnist_studio.spec.model import class_count
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.run import RunSpec, storage

EVALUATION_BATCH = 500
"""Images in a batch outside training; limits the memory for feature maps."""


class PytorchLearner:
    """See ``frameworks.base.Learner``."""

    capacity = 256

    def __init__(self, run: RunSpec, weights: Weights, device: Device) -> None:
        self._device = devices.torch_device(device)
        self._training = run.training
        self._scaling = run.model.scaling
        self._classes = class_count(run.model)
        self._network = network.build(run.model, run.training.precision, self._device)
        self._parameters = layout.parameters(self._network)
        self._dropouts = {
            name: layer
            for name, layer in self._network.named_children()
            if isinstance(layer, network.Dropout)
        }
        self._optimizer = optimizers.build(run.training, self._parameters, self._device)
        self._decay = optimizers.decoupled_rate(run.training)
        self._step = 0
        optimizers.start(self._optimizer, run.training.optimizer, self._step)
        self.load_weights(weights)

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """See ``Learner.bind``."""
        self._inputs = self._input(images)
        self._labels = self._tensor(labels).long()

    def train(self, chunk: Chunk) -> StepResults:
        """See ``Learner.train``."""
        if not len(chunk.indices):
            return StepResults(np.empty(0), np.empty(0, np.int64))
        indices = self._tensor(chunk.indices)
        masks = {name: self._tensor(mask) for name, mask in chunk.masks.items()}
        losses, outputs = [], []
        with self._training_mode():
            for k, rate in enumerate(chunk.rates.tolist()):
                self._drop({name: mask[k] for name, mask in masks.items()})
                images = None if chunk.images is None else self._input(chunk.images[k])
                loss, logits = self._train_step(indices[k], images, rate)
                losses.append(loss)
                outputs.append(logits)
        # The only point at which the CPU waits for the device.
        hits = torch.stack(outputs).argmax(2) == self._labels[indices]
        return StepResults(torch.stack(losses).cpu().double().numpy(), hits.sum(1).cpu().numpy())

    def _train_step(
        self, indices: Tensor, images: Tensor | None, rate: float
    ) -> tuple[Tensor, Tensor]:
        """One batch: forward, loss, backward, update. Returns the loss and the logits."""
        inputs = self._inputs.index_select(0, indices) if images is None else images
        loss, logits = self._backward(inputs, self._labels.index_select(0, indices))
        gradients.clip(self._training.clip, self._parameters.values())
        optimizers.set_rate(self._optimizer, rate)
        if self._decay:
            optimizers.shrink(self._parameters, rate * self._decay)
        self._optimizer.step()
        self._step += 1
        return loss, logits

    def _backward(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Forward, loss, backward. Returns the loss and the logits."""
        self._optimizer.zero_grad(set_to_none=True)
        logits = self._forward(inputs)
        return gradients.backward(self._training, self._parameters, logits, labels), logits.detach()

    def _forward(self, inputs: Tensor) -> Tensor:
        """(n, 1, 28, 28) -> (n, k), in ``storage(precision)``."""
        with network.mixed(self._training.precision, self._device):
            logits: Tensor = self._network(inputs)
        return logits.to(inputs.dtype)

    @contextmanager
    def _training_mode(self) -> Iterator[None]:
        """Training mode for batch-norm and dropout, until the end of the block."""
        self._network.train()
        try:
            yield
        finally:
            self._network.eval()
            self._drop({})

    def _drop(self, masks: Mapping[str, Tensor]) -> None:
        for name, layer in self._dropouts.items():
            layer.mask = masks.get(name)

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Learner.logits``."""
        outputs = np.empty((len(images), self._classes), dtype=storage(self._training.precision))
        with torch.inference_mode():
            for start in range(0, len(images), EVALUATION_BATCH):
                batch = slice(start, start + EVALUATION_BATCH)
                outputs[batch] = self._forward(self._input(images[batch])).cpu().numpy()
        return outputs

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """See ``Learner.gradients``."""
        running = layout.statistics(self._network)
        before = {name: tensor.clone() for name, tensor in running.items()}
        with self._training_mode():
            self._backward(self._input(images), self._tensor(labels).long())
        for name, tensor in running.items():
            tensor.copy_(before[name])
        return {
            name: layout.canonical(parameter.grad)
            for name, parameter in self._parameters.items()
            if parameter.grad is not None
        }

    def input_gradients(self, images: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Array:
        """See ``Learner.input_gradients``."""
        inputs = self._input(images).requires_grad_()
        logits = self._forward(inputs).gather(1, self._tensor(classes).long()[:, None])
        (gradient,) = torch.autograd.grad(logits.sum(), inputs)
        return layout.canonical_features(gradient)[..., 0]

    def activations(self, images: NDArray[np.uint8]) -> Mapping[str, Array]:
        """See ``Learner.activations``."""
        outputs: dict[str, Array] = {}
        with torch.inference_mode(), network.mixed(self._training.precision, self._device):
            values = self._input(images)
            for name, layer in self._network.named_children():
                values = layer(values)
                outputs[name] = layout.canonical_features(values)
        return outputs

    def weights(self) -> Weights:
        """See ``Learner.weights``."""
        return {n: layout.canonical(t) for n, t in layout.tensors(self._network).items()}

    def load_weights(self, weights: Weights) -> None:
        """See ``Learner.load_weights``."""
        layout.load(self._network, weights)

    def optimizer_state(self) -> OptimizerState:
        """See ``Learner.optimizer_state``."""
        slots = {name: layout.canonical(tensor) for name, tensor in self._slots().items()}
        return OptimizerState(self._step, slots)

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """See ``Learner.load_optimizer_state``."""
        self._step = state.step
        optimizers.start(self._optimizer, self._training.optimizer, self._step)
        for name, tensor in self._slots().items():
            layout.fill(tensor, state.slots[name])

    def synchronize(self) -> None:
        """See ``Learner.synchronize``."""
        devices.synchronize(self._device)

    def _slots(self) -> dict[str, Tensor]:
        """The optimizer's tensors by their canonical names."""
        spec = self._training.optimizer
        names = optimizers.SLOTS[type(spec)]
        return {
            f"{weight}/{slot}": self._optimizer.state[parameter][names[slot]]
            for weight, parameter in self._parameters.items()
            for slot in slot_names(spec)
        }

    def _tensor(self, array: Array) -> Tensor:
        return torch.tensor(array).to(self._device)

    def _input(self, images: NDArray[np.uint8]) -> Tensor:
        """(n, 28, 28) gray levels -> (n, 1, 28, 28) inputs."""
        return self._tensor(normalize(images, self._scaling, self._training.precision)).unsqueeze(1)
