"""Damages everything that is stored, one place at a time, and checks that nothing is lost.

    python -m benchmarks damage --cycles 500 --seed 1

A cycle copies a home with runs, experiments, labeled images, backups and settings. Then it flips
bits of one file, cuts it, zeroes a part of it, deletes it, adds bytes, or puts a hostile value into
one cell of the database. These are checked:

- Nothing ends in a traceback.
- What can still be read is what was written, and the check names everything else.
- After a rebuild, everything is as before. Only weights and other arrays cannot be rebuilt.
"""

import argparse
import collections
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.harms import HARMS
from mnist_studio import paths, settings
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import of_ink
from mnist_studio.errors import MnistStudioError
from mnist_studio.events import Crashed, Epoch, Finished, Stopped
from mnist_studio.frameworks.base import OptimizerState
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.settings import Interpreter, Settings
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.model import trainable_shapes
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import storage
from mnist_studio.store import artifacts, check, step_curve
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rebuild import rebuild
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

STEPS = 40


class Lost(Exception):
    """Something is not as it should be; says what."""


@dataclass(frozen=True)
class Everything:
    """All that a store answers; what cannot be read is missing."""

    runs: dict[str, Run]
    epochs: dict[tuple[str, int], Epoch]
    experiments: dict[str, object]
    members: dict[str, Membership]
    own_images: dict[str, object]
    arrays: dict[tuple[str, str], object]


class Damage:
    """Cycles of one seed.

    Attributes:
        outcomes: kind of harm and what came of it -> number of cycles.
        losses: what was lost.
        unnoticed_settings: cycles in which a setting was changed to another valid value.
    """

    def __init__(self, home: Path, seed: int) -> None:
        """Makes the home that every cycle copies.

        Args:
            home: an empty folder.
            seed: of everything that is drawn.
        """
        self._template = home / "template"
        self._copy = home / "copy"
        self._seed = seed
        fill(self._template)
        # All files are older than the last opening, so that copies are swept by no opening.
        self._before = read(self._template)
        self._settings = settings.load()[0]
        self.outcomes: collections.Counter[tuple[str, str]] = collections.Counter()
        self.losses: list[str] = []
        self.unnoticed_settings = 0

    def cycle(self, number: int) -> str:
        """One cycle; returns a line about it."""
        chance = random.Random(f"{self._seed} {number}")
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._template, self._copy)
        os.environ[paths.HOME_VARIABLE] = str(self._copy)
        name, harm = chance.choice(HARMS)
        what = harm(self._copy, chance)
        try:
            outcome = self._examined()
        except Lost as error:
            outcome = "LOST"
            self.losses.append(f"cycle {number} ({name}, {what}): {error}")
        self.outcomes[name, outcome] += 1
        return f"{number}: {name}, {what}: {outcome}"

    def _examined(self) -> str:
        """What came of a harm.

        Raises:
            Lost: something was misread in silence, or did not come back.
        """
        try:
            report = check.check(self._copy)
            named, listed = bool(report.problems), report.runs
        except MnistStudioError as error:
            raise Lost(f"the check ended: {error}") from error
        outcome = "no effect"
        try:
            found = read(self._copy)
            outcome = self._compared(found, named)
        except MnistStudioError:
            outcome = "refused"
        if listed > len(self._before.runs):
            raise Lost(f"the check counts {listed} runs")
        self._check_settings()
        rebuild(self._copy)
        after = read(self._copy)
        for field in ("runs", "epochs", "experiments", "members"):
            if _plain(getattr(after, field)) != _plain(self._of_copy(field)):
                raise Lost(f"{field} did not come back")
        if after.own_images.keys() != self._before.own_images.keys():
            raise Lost("labeled images did not come back")
        return outcome

    def _compared(self, found: Everything, named: bool) -> str:
        """Whether everything that can be read is as it was, and the rest is named."""
        outcome = "no effect"
        for field in ("runs", "epochs", "experiments", "members", "own_images", "arrays"):
            before, now = _plain(self._of_copy(field)), _plain(getattr(found, field))
            if before == now:
                continue
            outcome = "named"
            if not named and field == "own_images" and before.keys() == now.keys():
                return "unnoticed in a labeled image"
            if not named:
                raise Lost(f"{field} differ, and the check found nothing")
        return outcome

    def _check_settings(self) -> None:
        loaded, message = settings.load()
        for field in ("theme", "pinned", "interpreters", "data_folder"):
            value, wanted = getattr(loaded, field), getattr(self._settings, field)
            if value not in (wanted, getattr(Settings(), field)) and not message:
                # A flipped letter of a path is a valid path.
                self.unnoticed_settings += 1

    def _of_copy(self, field: str) -> dict[object, object]:
        found: dict[object, object] = getattr(self._before, field)
        return found

    def summary(self) -> str:
        """The figures of all cycles."""
        lines = [
            f"{name:12} {outcome:30} {count:5}"
            for (name, outcome), count in sorted(self.outcomes.items())
        ]
        cycles, settings_changed = sum(self.outcomes.values()), self.unnoticed_settings
        lines.insert(0, f"{cycles} cycles, settings changed unnoticed in {settings_changed}")
        return "\n".join((*lines, f"losses: {len(self.losses)}", *self.losses))


def fill(home: Path) -> None:
    """Makes a store with one run of every kind, made up, but with real files."""
    os.environ[paths.HOME_VARIABLE] = str(home)
    chosen = {"keras": Interpreter("/opt/keras/bin/python", "3.5")}
    settings.save(Settings(theme="dark", pinned=("20260102-030405-abcd",), interpreters=chosen))
    experiment = ExperimentSpec(
        title="Which?", grid=Grid(("tiny-10",), ("numpy", "keras")), seeds=(1, 2),
        datasets=("builtin",),
    )  # fmt: skip
    with RunStore(home) as store:
        stored = store.experiments.add(experiment)
        for number, status in enumerate(("finished", "stopped", "crashed", "finished")):
            train(store, status, Membership(stored.id, 2) if number == 3 else None)
        for label in range(4):
            stroke = (InkPoint(0.5 + label / 100, 0.1, 0.0, 0.5), InkPoint(0.5, 0.9, 0.2, 0.6))
            store.own_images.add([of_ink((stroke,), label, 1e9 + label)])
    with RunStore(home):
        pass


def train(store: RunStore, status: str, membership: Membership | None) -> None:
    """Adds a run that looks as if it was trained."""
    run = store.create(run_spec(RECIPES["tiny-10"]), membership)
    spec = run.spec
    weights = initial_weights(spec.model, 1, spec.training.precision)
    chance = np.random.default_rng(1)
    step_curve.append(run.folder, chance.random(STEPS), chance.random(STEPS))
    slots = {
        f"{name}/{slot}": np.zeros(shape, storage(spec.training.precision))
        for name, shape in trainable_shapes(spec.model).items()
        for slot in slot_names(spec.training.optimizer)
    }
    epochs = tuple(_epoch(run, number) for number in (1, 2))
    state = OptimizerState(STEPS, slots)
    artifacts.save_checkpoint(
        run.folder, artifacts.SavedCheckpoint(weights, state, STEPS, 1.5, epochs)
    )
    for epoch in epochs:
        store.record(epoch)
    if status == "crashed":
        store.record(Crashed(run=run.id, framework=spec.framework, reason="killed"))
        return
    artifacts.save_weights(run.folder, weights)
    artifacts.save_test_logits(run.folder, chance.random((50, 10), np.float32))
    ended = {
        "run": run.id, "framework": spec.framework, "type": status, "epochs": 2, "step": STEPS,
        "test_accuracy": 0.9, "test_loss": 0.3, "device": "cpu", "seconds": {"train": 2.0},
        "latency_ms": 0.4,
    }  # fmt: skip
    store.record(msgspec.convert(ended, Finished | Stopped))


def _epoch(run: Run, number: int) -> Epoch:
    return Epoch(
        run=run.id, framework=run.spec.framework, epoch=number, step=STEPS // 2 * number,
        train_loss=0.3, train_accuracy=0.91, validation_loss=None, validation_accuracy=None,
        test_loss=0.25, test_accuracy=0.9, learning_rate=1e-3, train_seconds=1.5 * number,
    )  # fmt: skip


def read(home: Path) -> Everything:
    """Reads all that can be read.

    Raises:
        MnistStudioError: the store cannot be opened.
    """
    with RunStore(home) as store:
        store.recover()
        # Whether a checkpoint exists is that of the file, and is compared with the arrays.
        own = [replace(run, checkpoint=False) for run in store.runs() if not run.bundled]
        runs = {run.id: run for run in own}
        return Everything(
            runs,
            {(run, epoch.epoch): epoch for run in runs for epoch in store.epochs(run)},
            {one.id: one for one in store.experiments.all()},
            {name: one for name, one in store.experiments.memberships().items() if name in runs},
            {image.key: image for image in store.own_images.all()},
            {(run.id, name): value for run in runs.values() for name, value in _arrays(run)},
        )


def _arrays(run: Run) -> Iterator[tuple[str, object]]:
    """What the files of a run contain, as bytes; a refused file is missing."""
    readers: dict[str, Callable[[], object]] = {
        artifacts.WEIGHTS: lambda: artifacts.load_weights(run.folder, run.spec),
        artifacts.CHECKPOINT: lambda: vars(artifacts.load_checkpoint(run.folder, run.spec)),
        step_curve.STEPS: lambda: vars(step_curve.load(run.folder)),
        artifacts.TEST_LOGITS: lambda: {"logits": artifacts.load_test_logits(run.folder)},
    }
    for name, reader in readers.items():
        try:
            yield name, _bytes(reader())
        except MnistStudioError:
            continue


def _bytes(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, dict):
        return {name: _bytes(one) for name, one in sorted(value.items())}
    return _bytes(vars(value)) if isinstance(value, OptimizerState) else value


def _plain(found: dict[object, object]) -> dict[object, object]:
    """Without the folder of the copy, which differs."""
    return {name: repr(value).replace("/copy/", "/template/") for name, value in found.items()}


def main(arguments: Sequence[str]) -> int:
    """Runs cycles and prints the figures; 1 if anything was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks damage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cycles", type=int, default=100, metavar="N", help="(default: 100)")
    parser.add_argument(
        "--minutes", type=float, metavar="N", help="end after so long at the latest"
    )
    parser.add_argument("--first", type=int, default=1, metavar="N", help="number of the first one")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--verbose", action="store_true", help="print a line for each cycle")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[paths.MODELS_VARIABLE] = str(Path(folder) / "no-models")
        damage = Damage(Path(folder), options.seed)
        end = time.monotonic() + 60 * (options.minutes or 1e9)
        for number in range(options.first, options.first + options.cycles):
            if time.monotonic() >= end:
                break
            line = damage.cycle(number)
            if options.verbose:
                print(line, flush=True)
        print(damage.summary())
    return int(bool(damage.losses))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
