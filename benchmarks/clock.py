"""Sets the clock of the system back and ahead while a user works, and checks that nothing is lost.

    python -m benchmarks clock [--cycles N] [--seed N]

A cycle does some of what a user does, with a clock that is right, wrong by an hour, a day, a year,
or decades, or at 1970. Some cycles train, and the clock changes meanwhile. The times of files are
as wrong as the clock. These are checked each time:

- Nothing fails. Every run and labeled image is there, with all epochs, and the check finds nothing.
- After each change, a backup has everything, and leftovers of killed programs are removed.
- No duration is negative.

It needs Linux and a C compiler.
"""

import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attacks import ROOT, Lost, figures, source_path
from benchmarks.damage import fill, read, train
from benchmarks.user_actions import ACTIONS
from mnist_studio import paths
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import of_ink
from mnist_studio.events import Finished
from mnist_studio.store import backup, check, housekeeping
from mnist_studio.store.runs import RunStore

HOUR, DAY, YEAR = 3600, 24 * 3600, 365 * 24 * 3600
SHIFTS = (
    0, 0, -60, HOUR, -HOUR, DAY, -DAY, 2 * DAY, -2 * DAY, YEAR, -YEAR, 30 * YEAR, -30 * YEAR, None,
)  # fmt: skip
"""Seconds by which the clock is wrong; None for 1970, where a computer without a battery begins."""

STEPS = ("run", "run", "label", "label", "rename", "tag", "trash", "restore", "relabel", "backup",
         "rebuild", "recipe", "experiment", "open", "leftover")  # fmt: skip
TRAIN = ("train", "mlp-128", "--framework", "numpy", "--dataset", "builtin", "--epochs", "6")
STAGE = ".weights.safetensors.0123456789abcdef0123456789abcdef.part"


class Clock:
    """Cycles of one seed, in one process whose clock is wrong.

    Attributes:
        steps: what was done -> how often.
        jumps: how often the clock changed.
        losses: what was lost.
    """

    def __init__(self, folder: Path, shared: Path, seed: int) -> None:
        """Makes the home that every cycle begins with.

        Args:
            folder: gets a home for each cycle.
            shared: file with the seconds by which the clock is wrong.
            seed: of everything that is drawn.
        """
        self._folder, self._shared, self._seed = folder, shared, seed
        self.steps: Counter[str] = Counter()
        self.jumps = 0
        self.losses: list[str] = []

    def cycle(self, number: int) -> str:
        """One cycle; returns a line about it."""
        chance = random.Random(f"{self._seed} {number}")
        home = self._folder / str(number)
        self._set(chance)
        fill(home)
        done = []
        try:
            for _ in range(chance.randint(4, 9)):
                self._set(chance)
                done.append(chance.choice(STEPS))
                self._step(home, done[-1], chance)
            if number % 4 == 0:
                done.append("train")
                self._train(home, chance)
            shift(self._shared, 0)
            self._step(home, "run", chance)
        except Lost as loss:
            self.losses.append(f"cycle {number} ({', '.join(done)}): {loss}")
        self.steps.update(done)
        return f"{number}: {', '.join(done)}"

    def _set(self, chance: random.Random) -> None:
        """Sets the clock."""
        seconds = chance.choice(SHIFTS)
        shift(self._shared, 60 - _real() if seconds is None else seconds)
        self.jumps += 1

    def _step(self, home: Path, name: str, chance: random.Random) -> None:
        before, began = _counts(home), time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        try:
            added = self._do(home, name, chance)
        except Exception as error:
            raise Lost(f"{name}: {traceback.format_exc()}") from error
        self.age(home, began)
        after = _counts(home)
        if after != (before[0] + (added == "run"), before[1] + (added == "image")):
            raise Lost(f"{name}: {after} runs and images instead of {before} and a new {added}")
        if problems := check.check(home).problems:
            raise Lost(f"{name}: the check finds: {problems[0].what}")
        if name in ("run", "label"):
            copies = backup.all_in(paths.backups(home))
            found = [backup.contents(copy.path) for copy in copies]
            if after not in [(each.runs, each.own_images) for each in found]:
                raise Lost(f"{name}: no backup has it")

    def _do(self, home: Path, name: str, chance: random.Random) -> str:
        """Does a step; what there is one more of afterwards."""
        if name == "run":
            with RunStore(home) as store:
                train(store, "finished", None)
            return "run"
        if name == "label":
            x = chance.random()
            stroke = (InkPoint(x, 0.1, 0.0, 0.5), InkPoint(0.5, 0.9, 0.2, 0.6))
            with RunStore(home) as store:
                return "image" if store.own_images.add([of_ink((stroke,), 3, time.time())]) else ""
        if name == "leftover":
            self._leave(home)
            return ""
        ACTIONS[name].work()
        return ""

    def _leave(self, home: Path) -> None:
        """A leftover of a killed writer goes, whatever the clock says."""
        left = paths.backups(home) / STAGE
        left.write_bytes(b"half")
        then = time.time() + 20 * housekeeping.QUIET_SECONDS
        os.utime(left, (then, then))
        mark = home / housekeeping.MARK
        if mark.exists():
            os.utime(mark, (then, then))
        with RunStore(home):
            pass
        if left.exists():
            raise Lost("what a killed program left stays")

    def age(self, home: Path, began: int) -> None:
        """Gives files that were just written the time of the wrong clock, as the kernel would."""
        seconds = read_shift(self._shared)
        start = time.time_ns() - seconds * 10**9
        start -= time.clock_gettime_ns(time.CLOCK_MONOTONIC) - began
        for path in home.rglob("*"):
            changed = path.stat().st_mtime_ns
            if path.is_file() and start <= changed <= start + 600 * 10**9:
                wrong = max(0, changed + seconds * 10**9)
                os.utime(path, ns=(wrong, wrong))

    def _train(self, home: Path, chance: random.Random) -> None:
        """Trains a run while the clock changes."""
        former = set(read(home).runs)
        process = subprocess.Popen(
            [*paths.program(), *TRAIN, "--seed", str(chance.randrange(1000))],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            while process.poll() is None:
                time.sleep(0.2)
                self._set(chance)
            assert process.stderr is not None  # It is a pipe.
            written = process.stderr.read()
        if process.returncode:
            raise Lost(f"train: {written}")
        with RunStore(home) as store:
            (run,) = [run for run in store.runs() if run.id not in former]
            epochs = store.epochs(run.id)
        ended = run.terminal
        if not isinstance(ended, Finished) or len(epochs) != run.spec.training.epochs:
            raise Lost(f"train: {run.id} ended as {run.status} with {len(epochs)} epochs")
        if min(ended.seconds.values()) < 0 or min(one.train_seconds for one in epochs) < 0:
            raise Lost(f"train: {run.id} has a negative duration")

    def summary(self) -> str:
        """The figures of all cycles."""
        first = f"{sum(self.steps.values())} steps, and {self.jumps} changes of the clock"
        return figures(first, self.steps, self.losses)


def _real() -> int:
    """Seconds since 1970 by the true clock: this process is not older than its file of /proc."""
    return int(Path("/proc/self").stat().st_ctime)


def shift(shared: Path, seconds: int) -> None:
    """Makes the clock wrong by so many seconds, at once and in every process."""
    if not shared.exists():
        shared.write_bytes(bytes(8))
    with shared.open("r+b", buffering=0) as file:
        file.write(struct.pack("=q", seconds))


def read_shift(shared: Path) -> int:
    """The seconds by which the clock is wrong."""
    return int(struct.unpack("=q", shared.read_bytes())[0])


def _counts(home: Path) -> tuple[int, int]:
    """The number of runs, also in the trash, and of labeled images."""
    found = read(home)
    with RunStore(home) as store:
        return len(found.runs) + len(store.trash.runs()), len(found.own_images)


def main(arguments: Sequence[str]) -> int:
    """Runs cycles and prints the figures; 1 if anything was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks clock",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cycles", type=int, default=20, metavar="N", help="(default: 20)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--verbose", action="store_true", help="print a line for each cycle")
    options = parser.parse_args(arguments)
    if "CLOCK_FILE" not in os.environ:
        return _with_library(arguments)
    shared = Path(os.environ["CLOCK_FILE"])
    clock = Clock(shared.parent, shared, options.seed)
    for number in range(1, options.cycles + 1):
        line = clock.cycle(number)
        if options.verbose:
            print(line, flush=True)
    print(clock.summary())
    return int(bool(clock.losses))


def _with_library(arguments: Sequence[str]) -> int:
    """Starts this program again, with the library that makes the clock wrong."""
    with tempfile.TemporaryDirectory() as folder:
        library, shared = Path(folder) / "clock.so", Path(folder) / "shift"
        source = Path(__file__).with_suffix(".c")
        words = ["cc", "-shared", "-fPIC", "-O1", str(source), "-o", str(library), "-ldl"]
        subprocess.run(words, check=True)
        shift(shared, 0)
        environment = {
            **os.environ,
            "LD_PRELOAD": str(library),
            "CLOCK_FILE": str(shared),
            "PYTHONPATH": source_path(),
            paths.MODELS_VARIABLE: str(Path(folder) / "no-models"),
        }
        command = [sys.executable, "-m", "benchmarks", "clock", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
