"""Answers of all trained models to one drawing, while it is drawn.

One long-lived child per framework answers for the models of that framework. Until a child is warm,
and where its framework is not installed, NumPy answers for it on a thread of this process.
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
from mnist_studio.prediction.state import Held, OnAnswer, OnState, PredictionState
from mnist_studio.store.rows import Run

MOST_MODELS = 20
"""So many of each framework answer."""

IDLE_SECONDS = 300.0


def newest(runs: Sequence[Run], pinned: Collection[str] = ()) -> tuple[Run, ...]:
    """The trained runs that answer: the newest 20 of each framework, the newest first.

    Those whose ids are pinned come before newer ones, and answer even where they are more than 20.
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
    """All engines. Its methods are for any thread and return at once, but for ``close``."""

    def __init__(
        self, on_answer: OnAnswer, on_state: OnState, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        """Starts the threads, no process yet.

        Args:
            on_answer: takes answers, on threads of this object.
            on_state: takes the states of children, likewise.
            idle_seconds: after which a child without requests leaves.
        """
        self._board = PredictionState(states=dict.fromkeys(registry.ENTRIES, "cold"))
        self._engines: list[Thread] = [
            ChildEngine(name, self._board, on_answer, on_state, idle_seconds)
            for name in registry.ENTRIES
        ]
        self._engines.append(NumpyFallbackEngine(self._board, on_answer, on_state))
        for engine in self._engines:
            engine.start()

    def hold(self, runs: Sequence[Run], pinned: Collection[str] = ()) -> None:
        """The trained runs that shall answer, as ``newest`` has them."""
        models: Held = {}
        for run in newest(runs, pinned):
            models.setdefault(run.spec.framework, {})[run.id] = model_ref(run)
        with self._board.changed:
            self._board.models = models
            # An image that no model could answer is answered now.
            self._board.changed.notify_all()

    def ask(self, image: NDArray[np.uint8]) -> int:
        """Puts one image (28, 28) or several (n, 28, 28) before all models.

        They replace what still waits.

        Returns:
            The number that the answers will carry.
        """
        with self._board.changed:
            self._board.request += 1
            self._board.images = image.astype(np.uint8).reshape(-1, 28, 28)
            self._board.changed.notify_all()
            return self._board.request

    def close(self) -> None:
        """Ends all children and waits for the threads. May be called twice."""
        with self._board.changed:
            self._board.closing = True
            self._board.changed.notify_all()
        for engine in self._engines:
            engine.join()
