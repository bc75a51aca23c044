"""The window and three command lines work on one store at once; nothing may be lost or refused.

    python -m benchmarks races [--cycles N] [--seed N]

In each cycle the window trains two runs and saves a labeled drawing. Meanwhile three command lines
train, rename, delete, back up, check and list, each in an order of its own. Then every process must
have succeeded, every run must be there with its title and weights, and the store must be sound.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.attacks import Lost
from mnist_studio import paths
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore

SECONDS = 600.0
"""Limit for one process."""

WINDOW_RUNS = 2

WINDOW = f"""
import faulthandler
import time
faulthandler.enable()
from msgspec.structs import replace
from PySide6.QtCore import QTimer
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.gui.app.application import application
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.recipes import recipe, run_spec

qt = application()
window = MainWindow(Theme(qt))
window.show()
studio = window.studio
qt.aboutToQuit.connect(window.shut_down)
plain = replace(run_spec(recipe("mlp-128")), framework="numpy", dataset="builtin")
specs = [replace(plain, training=replace(plain.training, epochs=1, seed=seed))
         for seed in range({WINDOW_RUNS})]
points = tuple(InkPoint(0.3, 0.2 + step / 20) for step in range(10))
studio.drawing.begin(points[0])
studio.drawing.extend(points[1:])
studio.drawing.finish()
studio.own_images.label(studio.drawing.sheet, studio.drawing.tools.pen, 1)
studio.queue.add(specs)
studio.queue.idle.connect(lambda: QTimer.singleShot(500, window.close))
raise SystemExit(qt.exec())
"""


@dataclass(frozen=True)
class Action:
    """One command.

    Attributes:
        arguments: of ``mnist-studio``.
        title: that a renamed run must have afterwards; empty for other commands.
        target: the run that is renamed or deleted.
        trains: whether there is one run more afterwards.
    """

    arguments: tuple[str, ...]
    title: str = ""
    target: str = ""
    trains: bool = False


def main(arguments: Sequence[str]) -> int:
    """Runs the cycles and prints the figures; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks races", description=__doc__)
    parser.add_argument("--cycles", type=int, default=5, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args(arguments)
    problems = []
    for number in range(1, options.cycles + 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                commands = cycle(Path(folder), random.Random(f"{options.seed} {number}"))
                print(f"cycle {number}: the window and {commands} commands", flush=True)
            except Lost as error:
                problems.append(f"cycle {number}: {error}")
                print(problems[-1], flush=True)
    print(f"{options.cycles} cycles, losses: {len(problems)}")
    return int(bool(problems))


def cycle(home: Path, drawn: random.Random, lines: int = 3) -> int:
    """One race in an empty home.

    Args:
        home: folder of the store.
        drawn: draws the order of the commands.
        lines: number of command lines.

    Returns:
        The number of commands.

    Raises:
        Lost: something is not as it should be.
    """
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        paths.HOME_VARIABLE: str(home),
        paths.MODELS_VARIABLE: str(home / "no-models"),
    }
    os.environ.update(environment)
    _run(environment, [_train(seed).arguments for seed in range(100, 100 + 2 * lines)])
    with RunStore() as store:
        earlier = [run.id for run in store.runs()]
    races = [_actions(line, earlier[2 * line : 2 * line + 2], drawn) for line in range(lines)]
    started = [_start(environment, [sys.executable, "-P", "-c", WINDOW])]
    started += [
        _start(environment, [sys.executable, "-P", "-c", LINE, json.dumps(_calls(line))])
        for line in races
    ]
    try:
        for process in started:
            written = process.communicate(timeout=SECONDS)[0]
            if process.returncode:
                raise Lost(f"exit code {process.returncode}: {written[-2000:]}")
    finally:
        # After a failure, the others would outlive the test.
        for process in started:
            process.kill()
            process.communicate()
    _check([action for line in races for action in line], earlier)
    return sum(map(len, races))


LINE = """
import json, subprocess, sys
for call in json.loads(sys.argv[1]):
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        print(call, done.returncode, done.stdout, done.stderr)
        sys.exit(1)
"""


def _actions(line: int, earlier: Sequence[str], drawn: random.Random) -> list[Action]:
    renamed, deleted = earlier
    title = f"Renamed by line {line}"
    made = [
        _train(10 * line + 200),
        _train(10 * line + 201),
        Action(("runs", "rename", renamed, title), title, renamed),
        Action(("runs", "delete", deleted), target=deleted),
        Action(("store", "backup")),
        Action(("store", "check")),
        Action(("runs", "list", "--json")),
    ]
    drawn.shuffle(made)
    return made


def _train(seed: int) -> Action:
    return Action(
        ("train", "mlp-128", "--framework", "numpy", "--dataset", "builtin", "--epochs", "1",
         "--seed", str(seed)),
        trains=True,
    )  # fmt: skip


def _calls(actions: Sequence[Action]) -> list[list[str]]:
    return [[*paths.program(), *action.arguments] for action in actions]


def _run(environment: dict[str, str], calls: Sequence[Sequence[str]]) -> None:
    for call in calls:
        subprocess.run([*paths.program(), *call], env=environment, check=True, capture_output=True)


def _start(environment: dict[str, str], command: Sequence[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _check(actions: Sequence[Action], earlier: Sequence[str]) -> None:
    with RunStore() as store:
        runs = {run.id: run for run in store.runs()}
        images = len(store.own_images.all())
    deleted = {action.target for action in actions if action.target and not action.title}
    expected = len(earlier) - len(deleted) + WINDOW_RUNS + sum(one.trains for one in actions)
    if len(runs) != expected:
        raise Lost(f"{len(runs)} runs instead of {expected}")
    if deleted & set(runs):
        raise Lost("a deleted run is listed")
    for action in actions:
        if action.title and runs[action.target].title != action.title:
            raise Lost(f"{action.target} is called {runs[action.target].title}")
    for run in runs.values():
        if run.status != "finished" or not (run.folder / artifacts.WEIGHTS).exists():
            raise Lost(f"{run.id} is {run.status}")
    if images != 1:
        raise Lost(f"{images} own images instead of 1")
    done = subprocess.run(
        [*paths.program(), "store", "check"], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise Lost(done.stdout + done.stderr)
