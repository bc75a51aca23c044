"""Predictions of all trained models for a drawing, while it is drawn.

One persistent process per framework predicts with the models of that framework. Until it is ready,
and where its framework is not installed, NumPy predicts on a thread of this process.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks import registry
from mnist_studio.prediction.engines import ChildEngine, Engine
from mnist_studio.prediction.messages import LoadModels, ModelRef, Predict, model_ref
from mnist_studio.prediction.predict_task import LoadedModels
from mnist_studio.prediction.state import (
    EngineState,
    ModelsByFramework,
    OnPrediction,
    OnState,
    PredictionRequest,
    PredictionState,
)
from mnist_studio.store.rows import Run

FALLBACK_IDLE_SECONDS = 20.0


class NumpyFallbackEngine(Engine):
    """NumPy in this process, for every framework whose own process is not ready."""

    def __init__(
        self, shared: PredictionState, on_prediction: OnPrediction, on_state: OnState
    ) -> None:
        super().__init__("fallback", shared, on_prediction)
        self._on_state = on_state

    def run(self) -> None:
        """Answers requests until all engines close."""
        models = LoadedModels()
        self._prepare(models)
        while not self._shared.closing:
            work = self._next(FALLBACK_IDLE_SECONDS)
            if work is not None:
                self._serve(models, work)
            else:
                # All processes are ready, or nobody draws. The models are released to save memory.
                models = LoadedModels()

    def _prepare(self, models: LoadedModels) -> None:
        """Loads the first models before any request, so that the first stroke needs no wait."""
        with self._shared.changed:
            self._shared.changed.wait_for(
                lambda: self._shared.closing or any(self._models_to_serve())
            )
            models_by_framework = self._models_to_serve()
        self._load(models, models_by_framework)

    def _models_to_serve(self) -> ModelsByFramework:
        shared = self._shared
        return {
            framework: models
            for framework, models in shared.models.items()
            if models and shared.states[framework] != "warm"
        }

    def _serve(self, models: LoadedModels, work: PredictionRequest) -> None:
        owners = self._load(models, work.models)
        for logits in models.predict(Predict(work.images)):
            # The process that became ready meanwhile predicts itself.
            if self._shared.states[owners[logits.run]] != "warm":
                self._answer(owners[logits.run], "numpy", work.request, logits)

    def _load(self, models: LoadedModels, models_by_framework: ModelsByFramework) -> dict[str, str]:
        """Loads models that are not loaded yet; gives the framework of each by its run."""
        owners = {run: name for name, places in models_by_framework.items() for run in places}
        held = {
            run: place for places in models_by_framework.values() for run, place in places.items()
        }
        for error in models.load(LoadModels("numpy", held)):
            name = owners[error.run]
            self._on_state(EngineState(name, self._shared.states[name], error.reason))
        return owners


MOST_MODELS = 20
"""The largest number of models per framework."""

IDLE_SECONDS = 300.0


def newest(runs: Sequence[Run], pinned: Collection[str] = ()) -> tuple[Run, ...]:
    """The trained runs that predict: the newest 20 of each framework, the newest first.

    Pinned runs, by their ids, precede newer ones. All of them predict, even more than 20.
    Others are pinned for the time being, such as the most accurate ones.
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

    def load_models(
        self,
        runs: Sequence[Run],
        pinned: Collection[str] = (),
        training: Mapping[str, ModelRef] | None = None,
    ) -> None:
        """Predicts with these runs from now on, as ``newest`` selects them.

        Args:
            runs: trained ones.
            pinned: ids of runs that precede newer ones.
            training: by id, runs that still train, with the weights of an epoch.
        """
        models: ModelsByFramework = {}
        for run in newest(runs, pinned):
            models.setdefault(run.spec.framework, {})[run.id] = model_ref(run)
        for run_id, ref in (training or {}).items():
            models.setdefault(ref.spec.framework, {})[run_id] = ref
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
