"""Prediction engines: threads that predict for the latest drawing with trained models.

A persistent process with a framework needs 500 MB or more, so its engine watches the memory.
"""

from contextlib import suppress
from threading import Thread
from time import monotonic

import psutil

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.prediction.messages import PREDICT, LoadModels, Logits, ModelRef, Predict
from mnist_studio.prediction.state import (
    EngineState,
    ModelsByFramework,
    OnPrediction,
    OnState,
    Prediction,
    PredictionRequest,
    PredictionState,
    State,
)
from mnist_studio.workers.worker import PersistentWorker, final_result

RESERVED_BYTES = 300 << 20
"""Bytes left for other programs. With less available, persistent workers end."""

NEEDED_BYTES = 1 << 30
"""With fewer bytes available, no persistent worker starts."""

MEMORY_CHECK_SECONDS = 2.0
"""Interval at which the owner of an idle worker checks."""


def available_memory() -> int:
    """Bytes that programs can still allocate without swapping."""
    return int(psutil.virtual_memory().available)


MOST_FAILURES = 3
SHORT = "Memory is low, so NumPy computes the predictions."


class Engine(Thread):
    """A thread that answers the latest request, each request once."""

    def __init__(self, name: str, shared: PredictionState, on_prediction: OnPrediction) -> None:
        super().__init__(name=f"predict {name}", daemon=True)
        self._shared = shared
        self._on_prediction = on_prediction
        self._served = 0

    def _models_to_serve(self) -> ModelsByFramework:
        """The models that it predicts with now, by framework. The caller holds the lock."""
        raise NotImplementedError

    def _next(self, timeout: float | None) -> PredictionRequest | None:
        """Waits for a request; None when idle for ``timeout`` seconds or closing."""
        shared = self._shared
        with shared.changed:
            wanted = shared.changed.wait_for(
                lambda: (
                    shared.closing
                    or (shared.request > self._served and any(self._models_to_serve()))
                ),
                timeout,
            )
            if shared.closing or not wanted:
                return None
            self._served = shared.request
            return PredictionRequest(shared.request, shared.images, self._models_to_serve())

    def _answer(self, framework: str, engine: str, request: int, logits: Logits) -> None:
        chances = probabilities(logits.logits).tolist()
        first, *others = map(tuple, chances)
        self._on_prediction(
            Prediction(
                request=request,
                run=logits.run,
                framework=framework,
                engine=engine,
                probabilities=first,
                milliseconds=logits.milliseconds,
                others=tuple(others),
            )
        )


class ChildEngine(Engine):
    """Predicts in the process of one framework."""

    def __init__(
        self,
        name: str,
        shared: PredictionState,
        on_prediction: OnPrediction,
        on_state: OnState,
        idle: float,
    ) -> None:
        super().__init__(name, shared, on_prediction)
        self._framework = name
        self._on_state = on_state
        self._idle = idle
        self._worker = PersistentWorker(PREDICT, name)
        self._loaded: dict[str, ModelRef] = {}
        self._last_state = EngineState(name, "cold")

    def run(self) -> None:
        """Answers requests until all engines close."""
        if registry.version(self._framework) is None:
            title = registry.framework_title(self._framework)
            self._enter("missing", f"{title} is not installed. NumPy computes its predictions.")
            return
        failures = 0
        while not self._shared.closing and failures < MOST_FAILURES:
            work = self._next_with_memory()
            if work is None:
                self._leave()
                continue
            if self._worker.pid is None and available_memory() < NEEDED_BYTES:
                self._enter("cold", SHORT)
                continue
            try:
                self._serve(work)
                failures = 0
            except JobError as error:
                failures += 1
                self._served = 0  # The request waits for the next process.
                self._enter("failed", f"{error.problem} NumPy computes its predictions.")
        self._leave()

    def _next_with_memory(self) -> PredictionRequest | None:
        """Waits for a request; None when idle or closing. Ends the process where memory is low."""
        until = monotonic() + self._idle
        while not self._shared.closing:
            if self._worker.pid and available_memory() < RESERVED_BYTES:
                self._leave(SHORT)
            left = until - monotonic()
            work = self._next(min(left, MEMORY_CHECK_SECONDS) if self._worker.pid else left)
            if work or monotonic() >= until:
                return work
        return None

    def _models_to_serve(self) -> ModelsByFramework:
        models = self._shared.models.get(self._framework)
        return {self._framework: models} if models else {}

    def _serve(self, work: PredictionRequest) -> None:
        """Answers a request. Leaves it unanswered when the engines close."""
        with suppress(CancelledByUser):
            self._load(work.models[self._framework])
            for logits in self._worker.request(Predict(work.images), self._is_closing):
                # First, so that NumPy does not predict the next request, too.
                self._enter("warm")
                self._answer(self._framework, self._framework, work.request, logits)
            self._enter("warm")

    def _load(self, models: dict[str, ModelRef]) -> None:
        if self._worker.pid is None:
            self._enter("starting")
        elif models == self._loaded:
            return
        load = LoadModels(self._framework, models)
        for error in final_result(self._worker.request(load, self._is_closing)):
            self._enter("warm", error.reason)
        self._loaded = models

    def _is_closing(self) -> bool:
        return self._shared.closing

    def _leave(self, why: str = "") -> None:
        """Ends the process if there is one."""
        if self._worker.pid:
            self._worker.close()
            self._enter("cold", why)

    def _enter(self, state: State, text: str = "") -> None:
        """Reports a state if it is another one."""
        with self._shared.changed:
            self._shared.states[self._framework] = state
        state_now = EngineState(self._framework, state, text)
        if state_now != self._last_state:
            self._last_state = state_now
            self._on_state(state_now)
