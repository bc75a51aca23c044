"""Lets one write of a training fail, as on a full or broken disk, and checks that nothing is lost.

    python -m benchmarks full_disk [--framework NAME] [--cycles N] [--seed N] [--home FOLDER]

A cycle trains one run by the command line. One call that writes fails, or every one from there on:
opening, writing, flushing, cutting and renaming files and the database, in the supervisor or the
child. Every call fails once with each of two errors before one fails again, so that twice as many
cycles as calls cover all of them. The command must report it without a traceback. Then the database
must open, earlier runs must be unharmed, and the resumed run must equal an unbroken one.

FOLDER keeps the runs and one line of JSON per cycle. Start it again to continue behind the last
cycle. It needs Linux and a C compiler.
"""

import errno
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from benchmarks.attacks import ROOT, Attack, Lost, losses, run, source_path
from benchmarks.faults import Faults
from mnist_studio.spec import files
from mnist_studio.spec.run import FrameworkName

ERRORS = (errno.ENOSPC, errno.EIO)
NAME = "short"
COMMAND_SECONDS = 240.0


@dataclass
class Cycle:
    """What became of a cycle.

    Attributes:
        number: from 1.
        at: the number of the call that failed.
        error: its name.
        stays: whether every later call failed too.
        code: exit status of the command.
        resumed: whether the run was resumed afterwards.
        problem: what was lost; empty if nothing.
    """

    number: int
    at: int
    error: str
    stays: bool
    code: int = -1
    resumed: bool = False
    problem: str = ""


class FullDisk(Attack):
    """Cycles with failing writes.

    Attributes:
        calls: number of calls that write, in an unbroken run.
    """

    kind = "full_disk"

    def __init__(
        self, home: Path, framework: FrameworkName, seed: int, names: Sequence[str]
    ) -> None:
        """See ``Attack``; counts the calls of an unbroken run."""
        super().__init__(home, framework, seed, names)
        self._faults = Faults(home.parent / "faults.so", home)
        self._spec = home.parent / f"run{files.SUFFIX}"
        self._spec.write_text(files.write([self.shapes[NAME]]), "utf-8")
        self._train(Cycle(0, 0, "ENOSPC", False))
        self.calls = self._faults.calls

    def next_cycle(self) -> str:
        """See ``Attack.next_cycle``."""
        number = self.done + 1
        at, error = self._fault(number)
        stays = random.Random(f"{self.seed} {number}").random() < 0.5
        done = self.cycle(Cycle(number, at, errno.errorcode[error], stays))
        others = " and all later ones" if stays else ""
        return f"{number}: {done.error} at call {at}{others}. {done.problem}".rstrip()

    def _fault(self, number: int) -> tuple[int, int]:
        """The call that fails in a cycle, and its error: each pair once, before any comes again."""
        pairs = list(product(range(1, self.calls + 1), ERRORS))
        again, place = divmod(number - 1, len(pairs))
        random.Random(f"{self.seed} {again}").shuffle(pairs)
        return pairs[place]

    def cycle(self, done: Cycle) -> Cycle:
        """Trains a run with a failing write, and saves the result."""
        before = {folder.name for folder in self.folders()}
        try:
            self._check_output(done, self._train(done))
            new = [folder.name for folder in self.folders() if folder.name not in before]
            resumable = self.after(new[0] if new else "", NAME)
            done.resumed = self.finish(resumable, NAME)
        except Lost as problem:
            done.problem = str(problem)
        self.save(asdict(done))
        return done

    def summary(self) -> str:
        """See ``Attack.summary``."""
        results = self.results()
        errors = Counter(result["error"] for result in results)
        failed = sum(result["code"] != 0 for result in results)
        return "\n".join(
            (
                f"{len(results)} cycles, one of {self.calls} calls each",
                ", ".join(f"{error}: {count}" for error, count in errors.most_common()),
                f"from there on: {sum(result['stays'] for result in results)}",
                f"reported: {failed}, trained to the end in spite of it: {len(results) - failed}",
                f"resumed: {sum(result['resumed'] for result in results)}",
                losses(results),
            )
        )

    def _train(self, done: Cycle) -> "subprocess.CompletedProcess[str]":
        self._faults.arm(done.at, getattr(errno, done.error), done.stays)
        variables = {**self._faults.variables, "PYTHONPATH": source_path()}
        try:
            return subprocess.run(
                [sys.executable, "-m", "mnist_studio", "train", str(self._spec), "--json"],
                env={**os.environ, **variables}, cwd=ROOT, timeout=COMMAND_SECONDS,
                capture_output=True, text=True, encoding="utf-8", check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Lost("the command did not end") from error

    def _check_output(self, done: Cycle, process: "subprocess.CompletedProcess[str]") -> None:
        done.code = process.returncode
        if "Traceback" in process.stdout + process.stderr:
            raise Lost(f"traceback: {process.stderr[-2000:]}")
        if process.returncode not in (0, 1):
            raise Lost(f"exit status {process.returncode}: {process.stderr[-2000:]}")
        if process.returncode and not (process.stderr or '"failed"' in process.stdout):
            raise Lost("nothing was reported")


def main(arguments: Sequence[str]) -> int:
    """Runs cycles and prints the figures; 1 if anything was lost."""
    return run(FullDisk, (NAME,), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
