"""What all attacks on training share: unbroken runs, and the checks that nothing was lost."""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from mnist_studio import paths, settings
from mnist_studio.events import Epoch, Finished
from mnist_studio.running.job import TrainingJob
from mnist_studio.settings import Settings
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.spec.schedules import OneCycle, Plateau
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

ROOT = Path(__file__).parents[1]

COMPARED = (artifacts.WEIGHTS, step_curve.STEPS, artifacts.TEST_LOGITS)

KEPT_RUNS = 3
"""Runs of former cycles that stay, so that later cycles can harm them."""

MOST_COPIES = 3
"""Homes in which something was lost that are copied."""

Result = dict[str, Any]
"""A cycle as JSON: its ``number``, its ``problem`` or an empty text, and what the attack counts."""


class Lost(Exception):
    """Something is not as it should be; says what."""


def source_path() -> str:
    """A PYTHONPATH for child processes: this checkout, then what is in it already."""
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


def shapes(framework: FrameworkName) -> dict[str, RunSpec]:
    """What is trained: few epochs, many, long ones, and a small CNN on augmented images."""
    base = run_spec(RECIPES["mlp-128"])
    base = replace(base, dataset="builtin", framework=framework, device="cpu", threads=1)
    dropout = ModelSpec((Flatten(), Dense(32), Relu(), Dropout(0.3), Dense(10)))
    cnn = ModelSpec((Conv(4, 3), Relu(), MaxPool(2), Flatten(), Dropout(0.2), Dense(10)))
    random_moves = Augmentation(rotation=10, shift=2, elastic=2)

    def shape(model: ModelSpec, **training: object) -> RunSpec:
        return replace(base, model=model, training=replace(base.training, **training))

    return {
        "short": shape(dropout, epochs=3, validation=97),
        "epochs": shape(dropout, epochs=40, validation=97, schedule=Plateau()),
        "steps": shape(
            dropout, epochs=2, epoch_steps=4000, sampling="with_replacement", schedule=OneCycle()
        ),
        "augmented": shape(cnn, epochs=4, augmentation=random_moves),
    }


class Attack:
    """The cycles of one kind, framework and seed, in one home."""

    kind = "attack"

    def __init__(
        self, home: Path, framework: FrameworkName, seed: int, names: Sequence[str]
    ) -> None:
        """Trains the unbroken runs that are missing.

        Args:
            home: folder of runs and results.
            framework: that trains.
            seed: of everything that is drawn.
            names: of the shapes to train.
        """
        self.home = home
        self.seed = seed
        self._framework = framework
        self._lines = home / f"{self.kind}-{framework}-{seed}.jsonl"
        os.environ[paths.HOME_VARIABLE] = str(home)
        settings.save(Settings(checkpoint_seconds=1))
        every = shapes(framework)
        self.shapes = {name: every[name] for name in names}
        self.unbroken = {name: self._reference(name) for name in self.shapes}
        with RunStore() as store:
            self._whole = {
                name: self._fingerprint(store, run) for name, (run, _) in self.unbroken.items()
            }

    @property
    def done(self) -> int:
        """Number of cycles so far."""
        return len(self.results())

    def results(self) -> list[Result]:
        """All cycles so far."""
        if not self._lines.exists():
            return []
        return [json.loads(line) for line in self._lines.read_text("utf-8").splitlines()]

    def save(self, result: Result) -> None:
        """Appends a cycle; a home in which something was lost is copied."""
        copies = len(list(self.home.parent.glob(f"lost-{self.kind}-*")))
        if result["problem"] and copies < MOST_COPIES:
            place = self.home.parent / f"lost-{self.kind}-{result['number']}"
            shutil.copytree(self.home, place, dirs_exist_ok=True)
        with self._lines.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")

    def next_cycle(self) -> str:
        """Does the next cycle, saves its result, and returns a line about it."""
        raise NotImplementedError

    def summary(self) -> str:
        """The figures of all cycles, as lines of text."""
        raise NotImplementedError

    def after(self, run: str, name: str) -> str:
        """Checks the store after an attack; the run to resume, empty if nothing was saved.

        Args:
            run: that was attacked; empty if it was not created.
            name: of its shape.

        Raises:
            Lost: something is not as it should be.
        """
        with RunStore() as store:
            store.recover()
            self._check_earlier(store)
            if run not in {known.id for known in store.runs()}:
                return ""
            found = store.run(run)
            self._check_epochs(store, found, name)
            if found.status == "running":
                raise Lost("the run counts as running")
            if found.status == "finished" or found.resumable:
                return run
            store.delete(run)
            return ""

    def finish(self, run: str, name: str) -> bool:
        """Trains a run to its end, and compares it with the unbroken one.

        Args:
            run: to resume; empty for a new one.
            name: of its shape.

        Returns:
            Whether it was resumed.

        Raises:
            Lost: something is not as it should be.
        """
        with RunStore() as store:
            resumed = bool(run) and store.run(run).status != "finished"
            if not run or resumed:
                ended = list(TrainingJob(self.shapes[name], resume=run).events())[-1]
                run = ended.run
                if not isinstance(ended, Finished):
                    raise Lost(f"the run could not be resumed: {ended}")
            self._compare(store, store.run(run), name)
            self._check_earlier(store)
            self._tidy(store)
        return resumed

    def folders(self) -> Iterator[Path]:
        """The folders of runs."""
        folders = paths.runs(self.home).glob("*/")
        return (folder for folder in folders if not folder.name.endswith(".deleted"))

    def _check_epochs(self, store: RunStore, run: Run, name: str) -> None:
        """The database has all epochs of the checkpoint, each as in an unbroken run."""
        epochs = [_timeless(epoch) for epoch in store.epochs(run.id)]
        whole = [_timeless(epoch) for epoch in store.epochs(self.unbroken[name][0])]
        if epochs != whole[: len(epochs)]:
            raise Lost(f"epochs of {run.id} differ: {[epoch.epoch for epoch in epochs]}")
        saved = artifacts.checkpoint_epochs(run.folder) if run.checkpoint else None
        if saved is not None and len(saved) > len(epochs):
            raise Lost(f"the database has {len(epochs)} epochs, the checkpoint {len(saved)}")

    def _compare(self, store: RunStore, run: Run, name: str) -> None:
        whole = store.run(self.unbroken[name][0])
        for file in COMPARED:
            if (run.folder / file).read_bytes() != (whole.folder / file).read_bytes():
                raise Lost(f"{file} of {run.id} differs")
        if len(store.epochs(run.id)) != run.spec.training.epochs:
            raise Lost(f"{run.id} has {len(store.epochs(run.id))} epochs")
        self._check_epochs(store, run, name)

    def _check_earlier(self, store: RunStore) -> None:
        for name, (run, _) in self.unbroken.items():
            if self._fingerprint(store, run) != self._whole[name]:
                raise Lost(f"the earlier run {run} was changed")

    def _fingerprint(self, store: RunStore, run: str) -> str:
        """A hash of everything about a run: its row, its epochs, and its files."""
        digest = hashlib.sha256()
        found = store.run(run)
        digest.update(repr((found, store.epochs(run))).encode())
        for file in sorted(found.folder.iterdir()):
            if not file.name.endswith(".lock"):
                digest.update(file.name.encode() + file.read_bytes())
        return digest.hexdigest()

    def _reference(self, name: str) -> tuple[str, tuple[float, float]]:
        """The unbroken run of a shape, and how long it took to start and to train."""
        file = self.home / f"unbroken-{self._framework}-{name}.json"
        if not file.exists():
            began = time.monotonic()
            first = 0.0
            for event in TrainingJob(self.shapes[name]).events():
                if not first and getattr(event, "phase", "") == "train":
                    first = time.monotonic()
            if not isinstance(event, Finished):
                raise Lost(f"the unbroken run did not finish: {event}")
            file.write_text(json.dumps([event.run, [first - began, time.monotonic() - first]]))
        run, (start, whole) = json.loads(file.read_text())
        return run, (start, whole)

    def _tidy(self, store: RunStore) -> None:
        """Deletes the runs of cycles before the last ones."""
        kept = {run for run, _ in self.unbroken.values()}
        others = [run for run in store.runs() if run.id not in kept and not run.bundled]
        for run in others[KEPT_RUNS:]:
            store.delete(run.id)


def losses(results: Sequence[Mapping[str, Any]]) -> str:
    """How many cycles lost something, and what."""
    lost = [f"cycle {r['number']}: {r['problem']}" for r in results if r["problem"]]
    return "\n".join((f"losses: {len(lost)}", *lost))


def figures(first: str, counts: Counter[str], lost: Sequence[str]) -> str:
    """The figures of an attack as lines of text.

    Args:
        first: its first line.
        counts: how often what happened, by name.
        lost: a sentence for each loss.
    """
    often = ", ".join(f"{name}: {count}" for name, count in counts.most_common())
    return "\n".join((first, often, f"losses: {len(lost)}", *lost))


def run(make: type[Attack], names: Sequence[str], arguments: Sequence[str]) -> int:
    """Runs cycles of an attack and prints the figures; 1 if anything was lost.

    Args:
        make: the attack.
        names: of the shapes that it trains by default.
        arguments: of the command line.
    """
    options = _parser(make.kind).parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = (options.home or Path(folder) / "home").resolve()
        models = home.parent / "no-models"
        for place in (home, models):
            place.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault(paths.MODELS_VARIABLE, str(models))
        attack = make(home, options.framework, options.seed, options.shape or names)
        while attack.done < options.cycles:
            print(attack.next_cycle(), flush=True)
        print(attack.summary())
        return int(any(result["problem"] for result in attack.results()))


def _parser(kind: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks {kind}",
        description=sys.modules[f"benchmarks.{kind}"].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--framework", choices=get_args(FrameworkName), default="numpy")
    parser.add_argument("--cycles", type=int, default=20, metavar="N", help="in all (default: 20)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="keeps runs and results")
    parser.add_argument(
        "--shape", action="append", default=[], metavar="NAME", help="what to train (default: all)"
    )
    return parser


def _timeless(epoch: Epoch) -> Epoch:
    times = {name: 0.0 for name in epoch.__struct_fields__ if name.endswith("_seconds")}
    return replace(epoch, run="", **times)
