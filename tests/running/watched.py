"""A job that is watched: acts on its events, finds its child, checks its end."""

import multiprocessing
from collections.abc import Callable

from mnist_studio.events import AnyEvent, Event, Stopped, Terminal
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore
from tests.trained_runs import alive


class Watched:
    """Runs a job to its end, acting on its events, and finds its child's process."""

    def __init__(self, spec: RunSpec, resume: str = "") -> None:
        self.job = TrainingJob(spec, resume=resume)
        self.events: list[AnyEvent] = []
        self.pid = 0
        self.resumed = bool(resume)

    def run(self, act: Callable[["Watched", Event], None]) -> AnyEvent:
        for event in self.job.events():
            self.events.append(event)
            self.pid = self.pid or child_pid()
            act(self, event)
        return self.end

    @property
    def end(self) -> AnyEvent:
        """The last event, once it is sure that it is the only terminal one, and recorded."""
        ends = [event for event in self.events if isinstance(event, Terminal)]
        assert ends == self.events[-1:]
        with RunStore() as store:
            kept = store.run(self.job.id).terminal
            assert kept == ends[0] or (self.resumed and isinstance(kept, Stopped))
            assert store.recover() == ()
        assert not (self.pid and alive(self.pid))
        return ends[0]


def child_pid() -> int:
    children = multiprocessing.active_children()
    return children[0].pid or 0 if children else 0


def on(
    kind: type[Event], act: Callable[[Watched], None], phase: str = ""
) -> Callable[[Watched, Event], None]:
    """Acts once, at the first event of a kind, or the first of that phase."""
    done: list[bool] = []

    def acted(watched: Watched, event: Event) -> None:
        if not done and isinstance(event, kind) and getattr(event, "phase", "") == phase:
            done.append(True)
            act(watched)

    return acted
