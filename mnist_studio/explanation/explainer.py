"""The parent's side of the process that explains predictions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.explanation.messages import (
    EXPLAIN,
    EncodedPart,
    ExplainReply,
    ExplainRequest,
    Options,
    Part,
    PartProgress,
    PartUnavailable,
)
from mnist_studio.explanation.parts import PARTS, Value
from mnist_studio.prediction.evaluation import engine_for
from mnist_studio.prediction.messages import model_ref
from mnist_studio.store.rows import Run
from mnist_studio.workers.channel import decode
from mnist_studio.workers.task import never
from mnist_studio.workers.worker import PersistentWorker

TIMEOUT_SECONDS = 300.0
"""Between two messages. A framework is imported in seconds."""


@dataclass(frozen=True, eq=False)
class PartResult:
    """A part of an explanation.

    Attributes:
        part: its name.
        value: of the type ``parts.PARTS[part].result``.
        engine: the framework that computed it.
    """

    part: Part
    value: Value
    engine: str


ExplanationUpdate = PartResult | PartUnavailable | PartProgress


class Explainer(PersistentWorker[ExplainRequest, ExplainReply, None]):
    """Explains predictions in a child process.

    The first request starts the process. A network of another framework starts another one.
    """

    def __init__(self, data: Path | None = None) -> None:
        """Starts nothing yet.

        Args:
            data: data folder named by the user; None for the usual places.
        """
        super().__init__(EXPLAIN, "numpy", TIMEOUT_SECONDS)
        self._data = data

    def explain(
        self,
        run: Run,
        image: NDArray[np.uint8],
        parts: Sequence[Part],
        options: Options | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> Iterator[ExplanationUpdate]:
        """Every part as soon as it is computed, with progress in between.

        Args:
            run: trained, by any framework. NumPy computes where that is not installed.
            image: (28, 28).
            parts: that are wanted, in this order.
            options: that the user set.
            is_cancelled: polled all the time. The process stays alive and is soon free again.

        Raises:
            JobError: the process died, or the explanation failed.
            CancelledByUser: by the user.
        """
        engine = engine_for(run.spec.framework)
        request = ExplainRequest(
            engine, model_ref(run), image.astype(np.uint8), tuple(parts), options or Options(),
            str(self._data or ""),
        )  # fmt: skip
        self.switch(engine)
        for reply in self.request(request, is_cancelled):
            if isinstance(reply, EncodedPart):
                value = decode(reply.value, PARTS[reply.part].result)
                # The trace is NumPy's, whoever trained the network.
                yield PartResult(reply.part, value, "numpy" if reply.part == "trace" else engine)
            else:
                yield reply
