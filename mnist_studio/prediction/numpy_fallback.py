"""NumPy in this process answers for every framework whose child is not warm."""

from mnist_studio.prediction.engines import Engine
from mnist_studio.prediction.messages import LoadModels, Predict
from mnist_studio.prediction.predict_task import LoadedModels
from mnist_studio.prediction.state import (
    EngineState,
    Held,
    OnAnswer,
    OnState,
    PredictionRequest,
    PredictionState,
)

IDLE_SECONDS = 20.0


class NumpyFallbackEngine(Engine):
    """NumPy in this process, for every framework whose child is not warm."""

    def __init__(self, board: PredictionState, on_answer: OnAnswer, on_state: OnState) -> None:
        super().__init__("stand-in", board, on_answer)
        self._on_state = on_state

    def run(self) -> None:
        """Serves until the board closes."""
        models = LoadedModels()
        self._prepare(models)
        while not self._board.closing:
            work = self._next(IDLE_SECONDS)
            if work is not None:
                self._serve(models, work)
            else:
                # The children are warm, or nobody draws: this process shall stay small.
                models = LoadedModels()

    def _prepare(self, models: LoadedModels) -> None:
        """Opens the first models before anything is asked: the first stroke is answered at once."""
        with self._board.changed:
            self._board.changed.wait_for(lambda: self._board.closing or any(self._wanted()))
            owned = self._wanted()
        self._hold(models, owned)

    def _wanted(self) -> Held:
        board = self._board
        return {
            framework: models
            for framework, models in board.models.items()
            if models and board.states[framework] != "warm"
        }

    def _serve(self, models: LoadedModels, work: PredictionRequest) -> None:
        owners = self._hold(models, work.models)
        for logits in models.predict(Predict(work.images)):
            # A child that became warm meanwhile has the last word.
            if self._board.states[owners[logits.run]] != "warm":
                self._answer(owners[logits.run], "numpy", work.request, logits)

    def _hold(self, models: LoadedModels, owned: Held) -> dict[str, str]:
        """Opens models that are not open yet; whose framework each is."""
        owners = {run: name for name, places in owned.items() for run in places}
        held = {run: place for places in owned.values() for run, place in places.items()}
        for error in models.load(LoadModels("numpy", held)):
            name = owners[error.run]
            self._on_state(EngineState(name, self._board.states[name], error.reason))
        return owners
