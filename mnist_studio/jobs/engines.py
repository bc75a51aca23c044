"""The engines behind the predictors: threads that answer the newest drawing with trained models."""

from threading import Thread

import numpy as np

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.jobs import messages
from mnist_studio.jobs.board import (
    Answer,
    Board,
    Held,
    OnAnswer,
    OnState,
    PredictorState,
    State,
    Work,
)
from mnist_studio.jobs.messages import Answered, Ask, Hold, Logits, ModelPlace, Ready, Trouble
from mnist_studio.jobs.process import Child
from mnist_studio.jobs.tasks.predict import Models

POLL_SECONDS = 0.05
MOST_FAILURES = 3
STAND_IN_IDLE_SECONDS = 20.0


class _Engine(Thread):
    """A thread that answers the newest request it has not answered yet."""

    def __init__(self, name: str, board: Board, on_answer: OnAnswer) -> None:
        super().__init__(name=f"predict {name}", daemon=True)
        self._board = board
        self._tell = on_answer
        self._served = 0

    def _wanted(self) -> Held:
        """The models it shall answer with now, by framework; asked with the board held."""
        raise NotImplementedError

    def _next(self, timeout: float | None) -> Work | None:
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
            return Work(board.request, board.image, self._wanted())

    def _answer(self, framework: str, engine: str, logits: Logits) -> None:
        chances = probabilities(np.frombuffer(logits.logits))
        self._tell(
            Answer(
                request=logits.request,
                run=logits.run,
                framework=framework,
                engine=engine,
                probabilities=tuple(chances.tolist()),
                milliseconds=logits.milliseconds,
            )
        )


class ChildEngine(_Engine):
    """Answers through the child of one framework."""

    def __init__(
        self, name: str, board: Board, on_answer: OnAnswer, on_state: OnState, idle: float
    ) -> None:
        super().__init__(name, board, on_answer)
        self._framework = name
        self._on_state = on_state
        self._idle = idle
        self._child: Child | None = None
        self._held: dict[str, ModelPlace] = {}

    def run(self) -> None:
        """Serves until the board closes."""
        if registry.version(self._framework) is None:
            title = registry.entry(self._framework).title
            self._enter("missing", f"{title} is not installed; NumPy answers for it.")
            return
        failures = 0
        while not self._board.closing and failures < MOST_FAILURES:
            work = self._next(self._idle)
            if work is None:
                self._leave()
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

    def _wanted(self) -> Held:
        models = self._board.models.get(self._framework)
        return {self._framework: models} if models else {}

    def _serve(self, work: Work) -> None:
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

    def _leave(self) -> None:
        """Ends the child if there is one."""
        if self._child:
            self._child.end(0.0)
            self._child, self._held = None, {}
            self._enter("cold")

    def _enter(self, state: State, text: str = "") -> None:
        """Tells a state if it is news."""
        with self._board.changed:
            news = self._board.states[self._framework] != state or bool(text)
            self._board.states[self._framework] = state
        if news:
            self._on_state(PredictorState(self._framework, state, text))


class StandIn(_Engine):
    """NumPy in this process, for every framework whose child is not warm."""

    def __init__(self, board: Board, on_answer: OnAnswer, on_state: OnState) -> None:
        super().__init__("stand-in", board, on_answer)
        self._on_state = on_state

    def run(self) -> None:
        """Serves until the board closes."""
        models = Models(registry.load("numpy"))
        while not self._board.closing:
            work = self._next(STAND_IN_IDLE_SECONDS)
            if work is not None:
                self._serve(models, work)
            else:
                # The children are warm, or nobody draws: this process shall stay small.
                models = Models(registry.load("numpy"))

    def _wanted(self) -> Held:
        board = self._board
        return {
            framework: models
            for framework, models in board.models.items()
            if models and board.states[framework] != "warm"
        }

    def _serve(self, models: Models, work: Work) -> None:
        owners = {run: name for name, places in work.models.items() for run in places}
        held = Hold(
            {run: place for places in work.models.values() for run, place in places.items()}
        )
        for trouble in models.replies(held):
            if isinstance(trouble, Trouble):
                name = owners[trouble.run]
                state = self._board.states[name]
                self._on_state(PredictorState(name, state, trouble.reason))
        for answer in models.replies(Ask(work.request, work.image)):
            # A child that became warm meanwhile has the last word.
            if isinstance(answer, Logits) and self._board.states[owners[answer.run]] != "warm":
                self._answer(owners[answer.run], "numpy", answer)
