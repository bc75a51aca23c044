"""The engines behind the predictors: threads that answer the newest drawing with trained models.

One works through the child of a framework; ``stand_in`` has the one for all others.
"""

from threading import Thread
from time import monotonic

import numpy as np

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
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
from mnist_studio.workers import memory, messages
from mnist_studio.workers.messages import Answered, Ask, Hold, Logits, ModelPlace, Ready, Trouble
from mnist_studio.workers.process import Child

POLL_SECONDS = 0.05
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
            return PredictionRequest(board.request, board.image, self._wanted())

    def _answer(self, framework: str, engine: str, logits: Logits) -> None:
        chances = probabilities(np.frombuffer(logits.logits).reshape(-1, 10)).tolist()
        first, *others = map(tuple, chances)
        self._tell(
            Prediction(
                request=logits.request,
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
        self._child: Child | None = None
        self._held: dict[str, ModelPlace] = {}
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
            if self._child is None and memory.available() < memory.NEEDED:
                self._enter("cold", SHORT)
                continue
            try:
                self._serve(work)
                failures = 0
            except JobError as error:
                failures += 1
                self._served = 0  # The request waits for the next child.
                self._leave()
                self._enter("failed", f"{error.problem} NumPy answers for it.")
        self._leave()

    def _next_while_there_is_memory(self) -> PredictionRequest | None:
        """Waits for work; None when idle, closing, or when others need the child's memory."""
        until = monotonic() + self._idle
        while not self._board.closing:
            if self._child and memory.available() < memory.KEPT:
                self._leave(SHORT)
            left = until - monotonic()
            work = self._next(min(left, memory.LOOK_SECONDS) if self._child else left)
            if work or monotonic() >= until:
                return work
        return None

    def _wanted(self) -> Held:
        models = self._board.models.get(self._framework)
        return {self._framework: models} if models else {}

    def _serve(self, work: PredictionRequest) -> None:
        child = self._child or self._start()
        models = work.models[self._framework]
        if models != self._held:
            child.send(messages.encode(Hold(models)))
            self._held = models
        child.send(messages.encode(Ask(work.request, work.image)))
        while (answer := self._receive(child)) is not None:
            if isinstance(answer, Logits):
                self._answer(self._framework, self._framework, answer)
            elif isinstance(answer, Trouble):
                self._enter("warm", answer.reason)
            elif isinstance(answer, Answered):
                self._enter("warm")
                return

    def _start(self) -> Child:
        """A child that has imported its framework.

        Raises:
            JobError: it cannot be started or used.
        """
        self._enter("starting")
        environment = registry.environment(self._framework, 1)
        python = registry.python(self._framework)
        self._child = child = Child("predict", self._framework, environment, python=python)
        answer = self._receive(child)
        if isinstance(answer, Trouble):
            raise JobError(answer.reason)
        assert answer is None or isinstance(answer, Ready)
        return child

    def _receive(self, child: Child) -> messages.FromTask | None:
        """The child's next message; None when closing."""
        while not self._board.closing:
            message = child.receive(POLL_SECONDS)
            if message:
                return messages.from_task.decode(message)
        return None

    def _leave(self, why: str = "") -> None:
        """Ends the child if there is one."""
        if self._child:
            self._child.end(0.0)
            self._child, self._held = None, {}
            self._enter("cold", why)

    def _enter(self, state: State, text: str = "") -> None:
        """Tells a state if it is news."""
        with self._board.changed:
            self._board.states[self._framework] = state
        told = EngineState(self._framework, state, text)
        if told != self._told:
            self._told = told
            self._on_state(told)
