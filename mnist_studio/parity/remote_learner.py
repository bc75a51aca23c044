"""A learner in a child process, with the interface of a local one."""

from collections.abc import Callable, Generator, Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
from msgspec import Raw
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, Chunk, OptimizerState, StepResults, Weights
from mnist_studio.parity.learner_messages import LEARN, BuildLearner, CallMethod, call, result_of
from mnist_studio.spec.run import DeviceName, RunSpec
from mnist_studio.workers.channel import decode
from mnist_studio.workers.task import never
from mnist_studio.workers.worker import Worker, final_result

TIMEOUT_SECONDS = 600.0


class RemoteLearner:
    """A ``frameworks.base.Learner`` in a child process; a context manager.

    Building starts at once, and the first call waits for it. So several learners can be built
    concurrently. The run's known bugs are in effect. Every method may raise ``JobError``, where the
    framework refuses or the process dies, and ``CancelledByUser``, after which only leaving the
    context is possible.
    """

    def __init__(
        self,
        run: RunSpec,
        weights: Weights,
        device: DeviceName = "cpu",
        is_cancelled: Callable[[], bool] = never,
    ) -> None:
        """Starts the process.

        Args:
            run: says network, training, framework and number of threads.
            weights: that it starts from.
            device: that it computes on, in place of the run's.
            is_cancelled: polled while waiting for a result.

        Raises:
            JobError: no process could be started.
        """
        self._is_cancelled = is_cancelled
        self._failure: JobError | None = None
        environment = registry.environment(run.framework, run.threads)
        program = registry.python(run.framework)
        self._worker = Worker(LEARN, environment, program, framework=run.framework)
        self._built = self._request(BuildLearner(replace(run, device=device), dict(weights)))

    def __enter__(self) -> Self:
        """The learner itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process."""
        self._worker.end(0.0)

    @cached_property
    def capacity(self) -> int:
        """The most steps that one chunk may have. Waits until the learner is built."""
        if self._failure:
            raise self._failure
        try:
            capacity: int = decode(final_result(self._built), int)
        except JobError as error:
            self._failure = error  # Every later call fails for the same reason.
            raise
        return capacity

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """See ``Learner.bind``."""
        self._call("bind", images, labels)

    def train(self, chunk: Chunk) -> StepResults:
        """See ``Learner.train``."""
        steps: StepResults = self._call("train", chunk)
        return steps

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Learner.logits``."""
        logits: Array = self._call("logits", images)
        return logits

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """See ``Learner.gradients``."""
        gradients: Weights = self._call("gradients", images, labels)
        return gradients

    def input_gradients(self, images: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Array:
        """See ``Learner.input_gradients``."""
        gradients: Array = self._call("input_gradients", images, classes)
        return gradients

    def activations(self, images: NDArray[np.uint8]) -> Mapping[str, Array]:
        """See ``Learner.activations``."""
        activations: Mapping[str, Array] = self._call("activations", images)
        return activations

    def weights(self) -> Weights:
        """See ``Learner.weights``."""
        weights: Weights = self._call("weights")
        return weights

    def load_weights(self, weights: Weights) -> None:
        """See ``Learner.load_weights``."""
        self._call("load_weights", dict(weights))

    def optimizer_state(self) -> OptimizerState:
        """See ``Learner.optimizer_state``."""
        state: OptimizerState = self._call("optimizer_state")
        return state

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """See ``Learner.load_optimizer_state``."""
        self._call("load_optimizer_state", state)

    def synchronize(self) -> None:
        """See ``Learner.synchronize``."""
        self._call("synchronize")

    def _call(self, method: str, *arguments: object) -> Any:
        """The result of a method, of the type that ``Learner`` declares."""
        _ = self.capacity  # The answer to ``BuildLearner`` comes first.
        result = final_result(self._request(call(method, *arguments)))
        return result_of(method, result)

    def _request(self, request: BuildLearner | CallMethod) -> Generator[None, None, Raw]:
        return self._worker.request(request, TIMEOUT_SECONDS, self._is_cancelled)
