"""Kills training processes at random moments, resumes their runs, and checks that nothing is lost.

    python -m benchmarks kills [--framework NAME] [--cycles N] [--seed N] [--home FOLDER]

A cycle trains one run. Its child, its supervisor, or both are killed one to five times: while they
start, train, or write a file; the supervisor may read slowly, and its clock may be wrong. After
each kill the database must open, earlier runs must be unharmed, and the epochs must be those of an
unbroken run. At the end, weights, logits, losses and epochs must equal that run bit for bit.

FOLDER keeps the runs and one line of JSON per cycle. Start it again to continue behind the last
cycle; without FOLDER, nothing is kept. What is drawn depends on the seed and the cycle alone.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

import psutil

from benchmarks.attacks import ROOT, Attack, Lost, Result, losses, run, source_path
from mnist_studio import paths
from mnist_studio.spec import codec
from mnist_studio.store import step_curve

Victim = Literal["child", "supervisor", "both", "child, then supervisor"]

COUNTS = (1, 3, 5)
"""How many kills a cycle has, one of them by chance."""

LEAVE_SECONDS = 5.0
"""After its supervisor was killed, a child must have ended within this time."""

START_SECONDS = 300.0
"""How long a training may take until its first step; on a busy machine, Keras needs a minute."""

END_SECONDS = 240.0
"""A supervisor whose child was killed must have ended within this time."""


@dataclass(frozen=True)
class Kill:
    """One kill.

    Attributes:
        victim: process to kill.
        training: whether to wait until steps are trained; else it comes while they start.
        moment: fraction of the remaining time that passes before it, 0 to 1.
        writing: whether to wait for a file that is being written.
        pause: seconds that the supervisor takes for every event.
        shift: seconds by which the supervisor's clock is wrong.
    """

    victim: Victim
    training: bool
    moment: float
    writing: bool
    pause: float
    shift: float


@dataclass
class Cycle:
    """What became of a cycle.

    Attributes:
        number: from 1.
        shape: name of what was trained.
        kills: that were done.
        resumed: how often the run was resumed, the last time to its end.
        restarted: how often nothing had been saved yet.
        late: kills that came after the end of the run.
        leave_seconds: the longest time that a child outlived its supervisor.
        problem: what was lost; empty if nothing.
    """

    number: int
    shape: str
    kills: list[Kill] = field(default_factory=list)
    resumed: int = 0
    restarted: int = 0
    late: int = 0
    leave_seconds: float = 0.0
    problem: str = ""


def drawn(random_: random.Random) -> Kill:
    """A kill by chance."""
    victim: Victim = random_.choice(get_args(Victim))
    # A supervisor that outlives its child reads all events; that must not take minutes.
    pauses = (0.0, 0.01) if victim == "child" else (0.0, 0.05, 0.3)
    return Kill(
        victim,
        training=random_.random() < 0.8,
        moment=random_.random(),
        writing=random_.random() < 0.4,
        pause=random_.choice(pauses),
        shift=random_.choice((0.0, 0.0, 0.0, -864_000.0, 864_000.0)),
    )


class Kills(Attack):
    """Cycles of kills."""

    kind = "kills"

    def next_cycle(self) -> str:
        """See ``Attack.next_cycle``."""
        number = self.done + 1
        random_ = random.Random(f"{self.seed} {number}")
        name = random_.choice(list(self.shapes))
        done = self.cycle(number, name, [drawn(random_) for _ in range(random_.choice(COUNTS))])
        victims = ", ".join(kill.victim for kill in done.kills)
        return f"{number}: {name}: {victims}. {done.problem}".rstrip()

    def cycle(self, number: int, name: str, kills: Sequence[Kill]) -> Cycle:
        """Trains a shape with these kills, to its end, and saves the result."""
        done = Cycle(number, name)
        try:
            run = ""
            for kill in kills:
                run = self.after(self._strike(done, run, kill), name)
                done.restarted += not run
            done.resumed += self.finish(run, name)
        except Lost as problem:
            done.problem = str(problem)
        self.save(asdict(done))
        return done

    def summary(self) -> str:
        """See ``Attack.summary``."""
        return summary(self.results())

    def _strike(self, done: Cycle, run: str, kill: Kill) -> str:
        """Starts or resumes a run and kills it; its id, empty if there is none yet."""
        done.resumed += bool(run)
        file = self.home / "spec.json"
        file.write_text(codec.encode(self.shapes[done.shape]), "utf-8")
        before = {folder.name for folder in self.folders()}
        with (self.home / "errors.txt").open("ab") as errors:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.kills_supervisor", str(file), run,
                 str(kill.pause), str(kill.shift)],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": source_path()},
                stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip
        try:
            started = time.monotonic()
            self._wait(done.shape, kill, supervisor, before, run)
            new = [folder.name for folder in self.folders() if folder.name not in before]
            done.kills.append(kill)
            self._kill(done, kill, supervisor, started)
        finally:
            supervisor.kill()
            supervisor.wait()
        return run or (new[0] if new else "")

    def _wait(
        self,
        name: str,
        kill: Kill,
        supervisor: "subprocess.Popen[bytes]",
        before: set[str],
        run: str,
    ) -> None:
        """Waits for the moment of a kill, or the end of the supervisor."""
        start, whole = self.unbroken[name][1]
        known = self._size(before, run)
        if not kill.training:
            self._until(lambda: False, supervisor, kill.moment * start)
            return
        self._until(lambda: self._size(before, run) != known, supervisor, START_SECONDS)
        spec = self.shapes[name].training
        total = max(1, spec.epochs * (spec.epoch_steps or 21))
        left = max(0.1, whole * (1 - self._size(before, run)[0] / 8 / total))
        self._until(lambda: False, supervisor, kill.moment * left)
        if kill.writing:
            self._until(self._is_writing, supervisor, 2.0)

    def _until(
        self, holds: Callable[[], bool], supervisor: "subprocess.Popen[bytes]", seconds: float
    ) -> None:
        deadline = time.monotonic() + seconds
        while not holds() and supervisor.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)

    def _size(self, before: set[str], run: str) -> tuple[int, int]:
        """Bytes of the file of steps of the run, and when it changed."""
        for folder in self.folders():
            if folder.name == run or (not run and folder.name not in before):
                try:
                    found = (folder / step_curve.STEPS).stat()
                except OSError:
                    continue
                return found.st_size, found.st_mtime_ns
        return 0, 0

    def _is_writing(self) -> bool:
        """Whether a file is being replaced, or a transaction runs."""
        files = paths.runs(self.home).glob("*/.*.part"), self.home.glob("*-journal")
        return any(True for found in files for _ in found)

    def _kill(
        self, done: Cycle, kill: Kill, supervisor: "subprocess.Popen[bytes]", started: float
    ) -> None:
        children = _children(supervisor.pid)
        if (code := supervisor.poll()) is not None:
            if code:
                raise Lost(f"the supervisor failed by itself with exit code {code}")
            done.late += 1
        if kill.victim in ("child", "child, then supervisor", "both"):
            for child in children:
                _kill(child)
        if kill.victim == "child, then supervisor":
            time.sleep(kill.moment)
        if kill.victim != "child":
            supervisor.kill()
            done.leave_seconds = max(done.leave_seconds, _leaving(children))
            return
        try:
            supervisor.wait(END_SECONDS if children else 0.5)
        except subprocess.TimeoutExpired as error:
            if children:
                raise Lost("the supervisor did not end after its child was killed") from error


def _children(pid: int) -> list[psutil.Process]:
    """The processes that train."""
    try:
        found = psutil.Process(pid).children()
        return [child for child in found if "spawn_main" in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return


def _leaving(children: Sequence[psutil.Process]) -> float:
    """Seconds until all of them have ended."""
    began = time.monotonic()
    while alive := [text for child in children if (text := _state(child))]:
        if time.monotonic() - began > LEAVE_SECONDS:
            for child in children:
                _kill(child)
            raise Lost(f"a child outlived its supervisor by {LEAVE_SECONDS} s: {alive}")
        time.sleep(0.005)
    return time.monotonic() - began


def _state(process: psutil.Process) -> str:
    """What a process that lives is doing; empty for one that nobody has collected yet."""
    try:
        status = process.status()
        return "" if status == psutil.STATUS_ZOMBIE else f"{process.pid} {status}"
    except psutil.Error:
        return ""


def summary(results: Sequence[Result]) -> str:
    """The figures of all cycles, as lines of text."""
    kills = [kill for result in results for kill in result["kills"]]
    victims = Counter(kill["victim"] for kill in kills)
    slow = sum(kill["pause"] > 0 for kill in kills)
    late = sum(result["late"] for result in results)
    return "\n".join(
        (
            f"{len(results)} cycles, {len(kills)} kills ({late} of them after the end of the run)",
            ", ".join(f"{victim}: {count}" for victim, count in victims.most_common()),
            f"slow supervisor: {slow}, while training: {sum(kill['training'] for kill in kills)}, "
            f"while writing: {sum(kill['training'] and kill['writing'] for kill in kills)}, "
            f"wrong clock: {sum(kill['shift'] != 0 for kill in kills)}",
            f"resumed: {sum(result['resumed'] for result in results)}, nothing saved yet: "
            f"{sum(result['restarted'] for result in results)}",
            f"longest time that a child outlived its supervisor: "
            f"{max((result['leave_seconds'] for result in results), default=0):.2f} s",
            losses(results),
        )
    )


def main(arguments: Sequence[str]) -> int:
    """Runs cycles and prints the figures; 1 if anything was lost."""
    return run(Kills, ("epochs", "steps", "augmented"), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
