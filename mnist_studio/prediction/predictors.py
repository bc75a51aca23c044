"""Predictions of all trained models for a drawing, while it is drawn.

One persistent process per framework predicts with the models of that framework. Until it is ready,
and where its framework is not installed, NumPy predicts on a thread of this process.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks import registry
from mnist_studio.prediction.engines import ChildEngine
from mnist_studio.prediction.messages import model_ref
from mnist_studio.prediction.numpy_fallback import NumpyFallbackEngine
from mnist_studio.prediction.state import ModelsByFramework, OnPrediction, OnState, PredictionState
from mnist_studio.store.rows import Run

MOST_MODELS = 20
"""The largest number of models per framework."""

IDLE_SECONDS = 300.0


def newest(runs: Sequence[Run], pinned: Collection[str] = ()) -> tuple[Run, ...]:
    """The trained runs that predict: the newest 20 of each framework, the newest first.

    Pinned runs, by their ids, precede newer ones. All of them predict, even more than 20.
    """
    count: Counter[str] = Counter()
    chosen = []
    for run in sorted(runs, key=lambda run: (run.id in pinned, run.created), reverse=True):
        framework = run.spec.framework
        if run.trained and (count[framework] < MOST_MODELS or run.id in pinned):
            count[framework] += 1
            chosen.append(run)
    return tuple(sorted(chosen, key=lambda run: run.created, reverse=True))


class Predictors:
    """All engines. Any thread may call the methods. Only ``close`` takes time."""

    def __init__(
        self, on_prediction: OnPrediction, on_state: OnState, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        """Starts the threads, but no process yet.

        Args:
            on_prediction: takes predictions, on threads of this object.
            on_state: takes the states of engines, on the same threads.
            idle_seconds: after which a process without requests ends.
        """
        self._shared = PredictionState(states=dict.fromkeys(registry.FRAMEWORKS, "cold"))
        self._engines: list[Thread] = [
            ChildEngine(name, self._shared, on_prediction, on_state, idle_seconds)
            for name in registry.FRAMEWORKS
        ]
        self._engines.append(NumpyFallbackEngine(self._shared, on_prediction, on_state))
        for engine in self._engines:
            engine.start()

    def load_models(self, runs: Sequence[Run], pinned: Collection[str] = ()) -> None:
        """Predicts with these runs from now on, as ``newest`` selects them."""
        models: ModelsByFramework = {}
        for run in newest(runs, pinned):
            models.setdefault(run.spec.framework, {})[run.id] = model_ref(run)
        with self._shared.changed:
            self._shared.models = models
            # An image that came before any model gets its predictions now.
            self._shared.changed.notify_all()

    def predict(self, image: NDArray[np.uint8]) -> int:
        """Requests predictions for one image (28, 28) or several (n, 28, 28).

        The request replaces one that still waits.

        Returns:
            The number of the request, which its predictions carry.
        """
        with self._shared.changed:
            self._shared.request += 1
            self._shared.images = image.astype(np.uint8).reshape(-1, 28, 28)
            self._shared.changed.notify_all()
            return self._shared.request

    def close(self) -> None:
        """Ends all processes and waits for the threads. May be called twice."""
        with self._shared.changed:
            self._shared.closing = True
            self._shared.changed.notify_all()
        for engine in self._engines:
            engine.join()
