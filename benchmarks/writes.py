"""Lets every single write of what a user does fail, and checks that all of it or nothing happens.

    python -m benchmarks writes [--actions NAME ...] [--seed N] [--minutes N]

An action renames a run, labels an image, rebuilds the database, and so on: see ``--list``. In an
unbroken try its calls that write are counted. Then each of them fails in turn, with "no space left"
and with "input/output error", alone or with every later one. These are checked:

- Nothing but an error of MNIST Studio ends the action.
- The store opens, and is as before the action or as after it. Nothing else has changed.
- A second try succeeds, and then the check finds nothing.

The seed draws the order, for a run that is ended by --minutes. It needs Linux and a C compiler.
"""

import argparse
import errno
import functools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import faults
from benchmarks.attacks import ROOT, Lost, source_path
from benchmarks.damage import fill
from benchmarks.user_actions import ACTIONS, Action, content
from mnist_studio import paths
from mnist_studio.errors import MnistStudioError
from mnist_studio.store import check
from mnist_studio.store.runs import RunStore

ERRORS = (errno.ENOSPC, errno.EIO)


@dataclass(frozen=True)
class Try:
    """One failing write.

    Attributes:
        action: its name.
        at: the number of the call that fails, from 1.
        error: its ``errno``.
        stays: whether every later call fails too.
    """

    action: str
    at: int
    error: int
    stays: bool

    def __str__(self) -> str:
        """As a line of the output."""
        stays = " and all later ones" if self.stays else ""
        return f"{self.action}: {errno.errorcode[self.error]} at call {self.at}{stays}"


class Writes:
    """All tries in one folder.

    Attributes:
        outcomes: effect, whether it was reported, and action -> number of tries.
        losses: what was lost.
        unbroken: content before and after an action without a failure, and its number of calls.
    """

    def __init__(self, folder: Path, shared: Path) -> None:
        """Makes the home that every try copies.

        Args:
            folder: calls on files in its folder ``copy`` fail.
            shared: file by which they are made to fail; see ``faults``.
        """
        self._template, self._copy = folder / "template", folder / "copy"
        self._shared = shared
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        self.losses: list[str] = []
        fill(self._template)
        for action in ACTIONS.values():
            action.prepare(self._template)
        with RunStore(self._template) as store:
            runs = {run.id for run in (*store.runs(), *store.trash.runs())}
            experiments = {one.id for one in store.experiments.all()}
        self._known = frozenset(runs | experiments)
        self.unbroken = functools.cache(self._without_fault)

    def tries(self, names: Sequence[str]) -> list[Try]:
        """Every failing write of some actions."""
        return [
            Try(name, at, error, stays)
            for name in names
            for at in range(1, self.unbroken(ACTIONS[name])[2] + 1)
            for error in ERRORS
            for stays in (False, True)
        ]

    def attempt(self, one: Try) -> str:
        """Does one try, and returns what came of it; adds a loss."""
        action = ACTIONS[one.action]
        before, after, _ = self.unbroken(action)
        self._reset()
        try:
            reported = self._failing(action, one)
            outcome = self._outcome(action, before, after)
            self._again(action, outcome, after)
        except Lost as loss:
            self.losses.append(f"{one}: {loss}")
            return "LOST"
        if before != after and outcome == "nothing done" and not reported:
            self.losses.append(f"{one}: nothing was done, and nothing was reported")
        self.outcomes[outcome, "reported" if reported else "not reported", one.action] += 1
        return outcome

    def _reset(self) -> None:
        faults.arm(self._shared, 0)
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._template, self._copy)
        os.environ[paths.HOME_VARIABLE] = str(self._copy)

    def _without_fault(self, action: Action) -> tuple[object, object, int]:
        """The store before and after an action, and its number of calls."""
        self._reset()
        before = content(self._copy, self._known)
        faults.arm(self._shared, 0)
        action.work()
        calls = faults.calls(self._shared)
        return before, content(self._copy, self._known), calls

    def _failing(self, action: Action, one: Try) -> bool:
        """Does an action with a failing write; whether an error was reported."""
        faults.arm(self._shared, one.at, one.error, one.stays)
        try:
            action.work()
        except MnistStudioError:
            return True
        except Exception as error:
            raise Lost(traceback.format_exc()) from error
        finally:
            faults.arm(self._shared, 0)
        return False

    def _outcome(self, action: Action, before: object, after: object) -> str:
        try:
            found = content(self._copy, self._known)
        except MnistStudioError as error:
            raise Lost(f"the store does not open: {error}") from error
        if found == before:
            return "nothing done"
        if found == after:
            return "done"
        if action.in_steps:
            return "done in part"
        raise Lost(f"neither as before nor as after: {_difference(found, before)}")

    def _again(self, action: Action, outcome: str, after: object) -> None:
        if outcome != "done":
            try:
                action.work()
            except MnistStudioError as error:
                raise Lost(f"the second try failed: {error}") from error
            found = content(self._copy, self._known)
            if found != after:
                raise Lost(f"after a second try: {_difference(found, after)}")
        if problems := check.check(self._copy).problems:
            raise Lost(f"the check finds: {problems[0].what}")


def _difference(found: object, other: object) -> str:
    assert isinstance(found, dict)
    assert isinstance(other, dict)
    return "; ".join(
        f"{name}: {found.get(name)!r:.600} instead of {other.get(name)!r:.600}"
        for name in found.keys() | other.keys()
        if found.get(name) != other.get(name)
    )


def main(arguments: Sequence[str]) -> int:
    """Does all tries and prints the figures; 1 if anything was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks writes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--actions", nargs="+", choices=ACTIONS, default=tuple(ACTIONS), metavar="NAME",
        help="(default: all)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--minutes", type=float, default=1e9, metavar="N", help="end after so long")
    parser.add_argument("--list", action="store_true", help="list the actions")
    options = parser.parse_args(arguments)
    if options.list:
        print(*ACTIONS, sep="\n")
        return 0
    if "FAULTS_FILE" not in os.environ:
        return _with_library(arguments)
    return _all(options, Path(os.environ["FAULTS_FOLDER"]).parent)


def _with_library(arguments: Sequence[str]) -> int:
    """Starts this program again, with the library that makes calls fail."""
    with tempfile.TemporaryDirectory() as folder:
        made = faults.Faults(Path(folder) / "faults.so", Path(folder) / "copy")
        environment = {
            **os.environ,
            **made.variables,
            "PYTHONPATH": source_path(),
            paths.MODELS_VARIABLE: str(Path(folder) / "no-models"),
        }
        command = [sys.executable, "-m", "benchmarks", "writes", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def _all(options: argparse.Namespace, folder: Path) -> int:
    writes: Writes = Writes(folder, Path(os.environ["FAULTS_FILE"]))
    end = time.monotonic() + 60 * options.minutes
    tries = writes.tries(options.actions)
    random.Random(options.seed).shuffle(tries)
    done = 0
    work: Callable[[Try], str] = writes.attempt
    for one in tries:
        if time.monotonic() >= end:
            break
        work(one)
        done += 1
    print(f"{done} of {len(tries)} failing writes of {len(options.actions)} actions")
    for (outcome, reported, action), count in sorted(writes.outcomes.items()):
        print(f"{outcome}, {reported}: {action} {count}")
    print("\n".join((f"losses: {len(writes.losses)}", *writes.losses)))
    return int(bool(writes.losses))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
