"""The engines behind the predictors: threads that answer the newest drawing with trained models.

One works through the child of a framework; ``stand_in`` has the one for all others.
"""

from contextlib import suppress
from threading import Thread
from time import monotonic

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.prediction.messages import PREDICT, LoadModels, Logits, ModelRef, Predict
from mnist_studio.prediction.state import (
    EngineState,
    Held,
    OnAnswer,
    OnState,
    Prediction,
    PredictionRequest,
    PredictionState,
    State,
)
from mnist_studio.workers import memory
from mnist_studio.workers.worker import PersistentWorker, final_result

MOST_FAILURES = 3
SHORT = "Memory is short; NumPy answers until there is more."


class Engine(Thread):
    """A thread that answers the newest request it has not answered yet."""

    def __init__(self, name: str, board: PredictionState, on_answer: OnAnswer) -> None:
        super().__init__(name=f"predict {name}", daemon=True)
        self._board = board
        self._tell = on_answer
        self._served = 0

    def _wanted(self) -> Held:
        """The models it shall answer with now, by framework; asked with the board held."""
        raise NotImplementedError

    def _next(self, timeout: float | None) -> PredictionRequest | None:
        """Waits for work; None when idle for ``timeout`` seconds or closing."""
        board = self._board
        with board.changed:
            wanted = board.changed.wait_for(
                lambda: board.closing or (board.request > self._served and any(self._wanted())),
                timeout,
            )
            if board.closing or not wanted:
                return None
            self._served = board.request
            return PredictionRequest(board.request, board.images, self._wanted())

    def _answer(self, framework: str, engine: str, request: int, logits: Logits) -> None:
        chances = probabilities(logits.logits).tolist()
        first, *others = map(tuple, chances)
        self._tell(
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
    """Answers through the child of one framework."""

    def __init__(
        self, name: str, board: PredictionState, on_answer: OnAnswer, on_state: OnState, idle: float
    ) -> None:
        super().__init__(name, board, on_answer)
        self._framework = name
        self._on_state = on_state
        self._idle = idle
        self._worker = PersistentWorker(PREDICT, name)
        self._loaded: dict[str, ModelRef] = {}
        self._told = EngineState(name, "cold")

    def run(self) -> None:
        """Serves until the board closes."""
        if registry.version(self._framework) is None:
            title = registry.framework_title(self._framework)
            self._enter("missing", f"{title} is not installed; NumPy answers for it.")
            return
        failures = 0
        while not self._board.closing and failures < MOST_FAILURES:
            work = self._next_while_there_is_memory()
            if work is None:
                self._leave()
                continue
            if self._worker.pid is None and memory.available() < memory.NEEDED:
                self._enter("cold", SHORT)
                continue
            try:
                self._serve(work)
                failures = 0
            except JobError as error:
                failures += 1
                self._served = 0  # The request waits for the next child.
                self._enter("failed", f"{error.problem} NumPy answers for it.")
        self._leave()

    def _next_while_there_is_memory(self) -> PredictionRequest | None:
        """Waits for work; None when idle, closing, or when others need the child's memory."""
        until = monotonic() + self._idle
        while not self._board.closing:
            if self._worker.pid and memory.available() < memory.RESERVED:
                self._leave(SHORT)
            left = until - monotonic()
            work = self._next(min(left, memory.CHECK_SECONDS) if self._worker.pid else left)
            if work or monotonic() >= until:
                return work
        return None

    def _wanted(self) -> Held:
        models = self._board.models.get(self._framework)
        return {self._framework: models} if models else {}

    def _serve(self, work: PredictionRequest) -> None:
        """Answers a request; leaves it where the board closes."""
        with suppress(CancelledByUser):
            self._load(work.models[self._framework])
            for logits in self._worker.request(Predict(work.images), self._is_closing):
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
        return self._board.closing

    def _leave(self, why: str = "") -> None:
        """Ends the child if there is one."""
        if self._worker.pid:
            self._worker.close()
            self._enter("cold", why)

    def _enter(self, state: State, text: str = "") -> None:
        """Tells a state if it is news."""
        with self._board.changed:
            self._board.states[self._framework] = state
        told = EngineState(self._framework, state, text)
        if told != self._told:
            self._told = told
            self._on_state(told)
