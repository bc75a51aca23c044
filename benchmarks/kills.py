"""Kills training processes at random moments, resumes their runs, and checks that nothing is lost.

    python -m benchmarks kills [--framework NAME] [--cycles N] [--seed N] [--home FOLDER]

A cycle trains one run. Its child, its supervisor, or both are killed one to three times: while they
start, train, or write a file; the supervisor may read slowly, and its clock may be wrong. After
each kill the database must open, earlier runs must be unharmed, and the epochs must be those of an
unbroken run. At the end, weights, logits, losses and epochs must equal that run bit for bit.

FOLDER keeps the runs and one line of JSON per cycle. Start it again to continue behind the last
cycle; without FOLDER, nothing is kept. What is drawn depends on the seed and the cycle alone.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import psutil
from msgspec.structs import replace

from mnist_studio import paths, settings
from mnist_studio.events import Epoch, Finished
from mnist_studio.running.job import TrainingJob
from mnist_studio.settings import Settings
from mnist_studio.spec import codec
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.spec.schedules import OneCycle, Plateau
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

ROOT = Path(__file__).parents[1]

Victim = Literal["child", "supervisor", "both", "child, then supervisor"]
COMPARED = (artifacts.WEIGHTS, artifacts.STEPS, artifacts.TEST_LOGITS)

LEAVE_SECONDS = 5.0
"""After its supervisor was killed, a child must have ended within this time."""
END_SECONDS = 240.0
"""A supervisor whose child was killed must have ended within this time."""
KEPT_RUNS = 3
"""Runs of former cycles that stay, so that later cycles can harm them."""


class Lost(Exception):
    """Something is not as it should be; says what."""


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


def shapes(framework: FrameworkName) -> dict[str, RunSpec]:
    """What is trained: many epochs, long epochs, and a small CNN on augmented images."""
    base = run_spec(RECIPES["mlp-128"])
    base = replace(base, dataset="builtin", framework=framework, device="cpu", threads=1)
    dropout = ModelSpec((Flatten(), Dense(32), Relu(), Dropout(0.3), Dense(10)))
    cnn = ModelSpec((Conv(4, 3), Relu(), MaxPool(2), Flatten(), Dropout(0.2), Dense(10)))
    random_moves = Augmentation(rotation=10, shift=2, elastic=2)

    def shape(model: ModelSpec, **training: object) -> RunSpec:
        return replace(base, model=model, training=replace(base.training, **training))

    return {
        "epochs": shape(dropout, epochs=40, validation=97, schedule=Plateau()),
        "steps": shape(
            dropout, epochs=2, epoch_steps=4000, sampling="with_replacement", schedule=OneCycle()
        ),
        "augmented": shape(cnn, epochs=4, augmentation=random_moves),
    }


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


class Attack:
    """The cycles of one framework and seed, in one home."""

    def __init__(
        self, home: Path, framework: FrameworkName, seed: int, names: Sequence[str] = ()
    ) -> None:
        """Trains the unbroken runs that are missing.

        Args:
            home: folder of runs and results.
            framework: that trains.
            seed: of everything that is drawn.
            names: of the shapes to train; all by default.
        """
        self._home = home
        self._framework = framework
        self._seed = seed
        self._lines = home / f"kills-{framework}-{seed}.jsonl"
        os.environ[paths.HOME_VARIABLE] = str(home)
        settings.save(Settings(checkpoint_seconds=1))
        every = shapes(framework)
        self._shapes = {name: every[name] for name in names or every}
        self._unbroken = {name: self._reference(name) for name in self._shapes}
        self._whole = {name: self._fingerprint(run) for name, (run, _) in self._unbroken.items()}

    @property
    def done(self) -> int:
        """Number of cycles so far."""
        return len(self.results())

    def results(self) -> list[dict[str, Any]]:
        """All cycles so far."""
        if not self._lines.exists():
            return []
        return [json.loads(line) for line in self._lines.read_text("utf-8").splitlines()]

    def next_cycle(self) -> Cycle:
        """Does the next cycle and appends its result."""
        number = self.done + 1
        random_ = random.Random(f"{self._seed} {number}")
        name = random_.choice(list(self._shapes))
        kills = [drawn(random_) for _ in range(random_.choice((1, 1, 2, 3)))]
        return self.cycle(number, name, kills)

    def cycle(self, number: int, name: str, kills: Sequence[Kill]) -> Cycle:
        """Trains a shape with these kills, to its end."""
        done = Cycle(number, name)
        try:
            self._attack(done, self._shapes[name], kills)
        except Lost as problem:
            done.problem = str(problem)
            shutil.copytree(self._home, self._home.parent / f"lost-{number}", dirs_exist_ok=True)
        with self._lines.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(done)) + "\n")
        return done

    def _attack(self, done: Cycle, spec: RunSpec, kills: Sequence[Kill]) -> None:
        run = ""
        for kill in kills:
            run = self._strike(done, spec, run, kill)
            run = self._after(done, run)
        with RunStore() as store:
            if not run or store.run(run).status != "finished":
                done.resumed += bool(run)
                ended = list(TrainingJob(spec, resume=run).events())[-1]
                run = ended.run
                if not isinstance(ended, Finished):
                    raise Lost(f"the run could not be resumed: {ended}")
            self._compare(store, store.run(run), done.shape)
        self._check_earlier()
        self._tidy()

    def _strike(self, done: Cycle, spec: RunSpec, run: str, kill: Kill) -> str:
        """Starts or resumes a run and kills it; its id, empty if there is none yet."""
        done.resumed += bool(run)
        file = self._home / "spec.json"
        file.write_text(codec.encode(spec), "utf-8")
        before = {folder.name for folder in self._folders()}
        with (self._home / "errors.txt").open("ab") as errors:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.kills_supervisor", str(file), run,
                 str(kill.pause), str(kill.shift)],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip
        try:
            started = time.monotonic()
            self._wait(done.shape, kill, supervisor, before, run)
            new = [folder.name for folder in self._folders() if folder.name not in before]
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
        start, whole = self._unbroken[name][1]
        known = self._size(before, run)
        if not kill.training:
            self._until(lambda: False, supervisor, kill.moment * start)
            return
        self._until(lambda: self._size(before, run) != known, supervisor, 60.0)
        spec = self._shapes[name].training
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
            time.sleep(0.001)

    def _size(self, before: set[str], run: str) -> tuple[int, int]:
        """Bytes of the file of steps of the run, and when it changed."""
        for folder in self._folders():
            if folder.name == run or (not run and folder.name not in before):
                try:
                    found = (folder / artifacts.STEPS).stat()
                except OSError:
                    continue
                return found.st_size, found.st_mtime_ns
        return 0, 0

    def _is_writing(self) -> bool:
        """Whether a file is being replaced, or a transaction runs."""
        files = paths.runs(self._home).glob("*/.*.part"), self._home.glob("*-journal")
        return any(True for found in files for _ in found)

    def _kill(
        self, done: Cycle, kill: Kill, supervisor: "subprocess.Popen[bytes]", started: float
    ) -> None:
        children = _children(supervisor.pid)
        done.late += supervisor.poll() is not None
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

    def _after(self, done: Cycle, run: str) -> str:
        """Checks the store after a kill; the run to resume, empty if nothing was saved."""
        with RunStore() as store:
            store.recover()
            self._check_earlier()
            if run not in {known.id for known in store.runs()}:
                done.restarted += 1
                return ""
            found = store.run(run)
            self._check_epochs(store, found, done.shape)
            if found.status == "running":
                raise Lost("the run counts as running")
            if found.status == "finished" or found.resumable:
                return run
            done.restarted += 1
            store.delete(run)
            return ""

    def _check_epochs(self, store: RunStore, run: Run, name: str) -> None:
        """The database has all epochs of the checkpoint, each as in an unbroken run."""
        epochs = [_timeless(epoch) for epoch in store.epochs(run.id)]
        whole = [_timeless(epoch) for epoch in store.epochs(self._unbroken[name][0])]
        if epochs != whole[: len(epochs)]:
            raise Lost(f"epochs of {run.id} differ: {[epoch.epoch for epoch in epochs]}")
        saved = artifacts.checkpoint_epochs(run.folder) if run.checkpoint else None
        if saved is not None and len(saved) > len(epochs):
            raise Lost(f"the database has {len(epochs)} epochs, the checkpoint {len(saved)}")

    def _compare(self, store: RunStore, run: Run, name: str) -> None:
        whole = store.run(self._unbroken[name][0])
        for file in COMPARED:
            if (run.folder / file).read_bytes() != (whole.folder / file).read_bytes():
                raise Lost(f"{file} of {run.id} differs")
        if len(store.epochs(run.id)) != run.spec.training.epochs:
            raise Lost(f"{run.id} has {len(store.epochs(run.id))} epochs")
        self._check_epochs(store, run, name)

    def _check_earlier(self) -> None:
        for name, (run, _) in self._unbroken.items():
            if self._fingerprint(run) != self._whole[name]:
                raise Lost(f"the earlier run {run} was changed")

    def _fingerprint(self, run: str) -> str:
        """A hash of everything about a run: its row, its epochs, and its files."""
        digest = hashlib.sha256()
        with RunStore() as store:
            found = store.run(run)
            digest.update(repr((found, store.epochs(run))).encode())
        for file in sorted(found.folder.iterdir()):
            if not file.name.endswith(".lock"):
                digest.update(file.name.encode() + file.read_bytes())
        return digest.hexdigest()

    def _reference(self, name: str) -> tuple[str, tuple[float, float]]:
        """The unbroken run of a shape, and how long it took to start and to train."""
        file = self._home / f"unbroken-{self._framework}-{name}.json"
        if not file.exists():
            began = time.monotonic()
            first = 0.0
            for event in TrainingJob(self._shapes[name]).events():
                if not first and getattr(event, "phase", "") == "train":
                    first = time.monotonic()
            if not isinstance(event, Finished):
                raise Lost(f"the unbroken run did not finish: {event}")
            file.write_text(json.dumps([event.run, [first - began, time.monotonic() - first]]))
        run, (start, whole) = json.loads(file.read_text())
        return run, (start, whole)

    def _tidy(self) -> None:
        """Deletes the runs of cycles before the last ones."""
        kept = {run for run, _ in self._unbroken.values()}
        with RunStore() as store:
            others = [run for run in store.runs() if run.id not in kept and not run.bundled]
            for run in others[KEPT_RUNS:]:
                store.delete(run.id)

    def _folders(self) -> Iterator[Path]:
        folders = paths.runs(self._home).glob("*/")
        return (folder for folder in folders if not folder.name.endswith(".deleted"))


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
    _, alive = psutil.wait_procs(children, LEAVE_SECONDS)
    if alive:
        _kill(alive[0])
        raise Lost(f"a child outlived its supervisor by {LEAVE_SECONDS} s")
    return time.monotonic() - began


def _timeless(epoch: Epoch) -> Epoch:
    return replace(epoch, run="", train_seconds=0.0)


def summary(results: Sequence[dict[str, Any]]) -> str:
    """The figures of all cycles, as lines of text."""
    kills = [kill for result in results for kill in result["kills"]]
    victims = Counter(kill["victim"] for kill in kills)
    slow = sum(kill["pause"] > 0 for kill in kills)
    late = sum(result["late"] for result in results)
    lost = [f"cycle {r['number']}: {r['problem']}" for r in results if r["problem"]]
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
            f"losses: {len(lost)}",
            *lost,
        )
    )


def main(arguments: Sequence[str]) -> int:
    """Runs cycles and prints the figures; 1 if anything was lost."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = (options.home or Path(folder) / "home").resolve()
        models = home.parent / "no-models"
        for place in (home, models):
            place.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault(paths.MODELS_VARIABLE, str(models))
        attack = Attack(home, options.framework, options.seed, options.shape)
        while attack.done < options.cycles:
            done = attack.next_cycle()
            victims = ", ".join(kill.victim for kill in done.kills)
            print(f"{done.number}: {done.shape}: {victims}. {done.problem}".rstrip(), flush=True)
        print(summary(attack.results()))
        return int(any(result["problem"] for result in attack.results()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks kills")
    parser.add_argument("--framework", choices=get_args(FrameworkName), default="numpy")
    parser.add_argument("--cycles", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--shape", action="append", default=[])
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
