"""The child processes that the Python API keeps, so that a second prediction takes no seconds."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from mnist_studio.explanation.explainer import Explainer
from mnist_studio.prediction.evaluation import Evaluator


class Processes:
    """One process that explains, and one that predicts for the framework used last.

    Any thread may use them, one at a time. The system ends them with this process.
    """

    def __init__(self) -> None:
        """Starts nothing yet."""
        self._lock = RLock()
        self._evaluators: dict[str, Evaluator] = {}
        self._explainer: Explainer | None = None
        atexit.register(self.close)

    @contextmanager
    def evaluator(self, framework: str) -> Iterator[Evaluator]:
        """The process that predicts for the runs of a framework."""
        with self._lock:
            if framework not in self._evaluators:
                # Two frameworks would take a gigabyte.
                self._end_evaluators()
                self._evaluators[framework] = Evaluator(framework)
            yield self._evaluators[framework]

    @contextmanager
    def explainer(self) -> Iterator[Explainer]:
        """The process that explains."""
        with self._lock:
            self._explainer = self._explainer or Explainer()
            yield self._explainer

    def close(self) -> None:
        """Ends both. They start again when they are needed."""
        with self._lock:
            self._end_evaluators()
            if self._explainer:
                self._explainer.close()
                self._explainer = None

    def _end_evaluators(self) -> None:
        for evaluator in self._evaluators.values():
            evaluator.close()
        self._evaluators.clear()


PROCESSES = Processes()
