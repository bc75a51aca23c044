"""NumPy in this process predicts for every framework whose own process is not ready."""

from mnist_studio.prediction.engines import Engine
from mnist_studio.prediction.messages import LoadModels, Predict
from mnist_studio.prediction.predict_task import LoadedModels
from mnist_studio.prediction.state import (
    EngineState,
    ModelsByFramework,
    OnPrediction,
    OnState,
    PredictionRequest,
    PredictionState,
)

IDLE_SECONDS = 20.0


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
            work = self._next(IDLE_SECONDS)
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
