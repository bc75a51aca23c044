"""What flows through a network for one image: messages, and the parent's side of the process.

The pictures of the activations are made in the process, so that little has to be sent and drawn.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.prediction.messages import ModelRef
from mnist_studio.spec.run import DIGITS
from mnist_studio.workers.task import Task, never
from mnist_studio.workers.worker import PersistentWorker, final_result

TIMEOUT_SECONDS = 60.0

ZERO, GAP = 127, 255
"""Levels of a value of 0, and of a place without a value."""


class LiveRequest(msgspec.Struct, frozen=True):
    """An image for a trained network.

    Attributes:
        model: the network.
        epoch: whose weights compute; 0 for those at the end of the run.
        image: (28, 28).
    """

    model: ModelRef
    epoch: int
    image: NDArray[np.uint8]


class LiveFrame(msgspec.Struct, frozen=True):
    """The activations of a network.

    Attributes:
        blocks: per block of the picture of the network, (rows, columns) levels from 0 to 254. The
            largest magnitude of a block is 0 or 254, ``ZERO`` is 0, and ``GAP`` has no value.
        largest: that magnitude, per block.
        probabilities: of every class.
        class_names: in the same order.
        milliseconds: for the forward pass.
    """

    blocks: tuple[NDArray[np.uint8], ...]
    largest: tuple[float, ...]
    probabilities: tuple[float, ...]
    milliseconds: float
    class_names: tuple[str, ...] = DIGITS


LIVE_TASK: Task[LiveRequest, None, LiveFrame] = Task(
    "mnist_studio.explanation.live_task.LiveTask", None, LiveFrame
)
"""Holds one network at a time."""


class LiveModel(PersistentWorker[LiveRequest, None, LiveFrame]):
    """Computes activations with NumPy in a child process. The first request starts it."""

    def __init__(self) -> None:
        super().__init__(LIVE_TASK, "numpy", TIMEOUT_SECONDS)

    def compute(self, request: LiveRequest) -> LiveFrame:
        """The activations for an image.

        Raises:
            JobError: the process died, or the weights are missing or damaged.
        """
        return final_result(self.request(request, never))
