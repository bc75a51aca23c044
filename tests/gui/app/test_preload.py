"""What is imported and built in steps, and the turns that take them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.plots import slices
from mnist_studio.gui.services.idle import IdleScheduler

IN_STEPS = """
from mnist_studio.gui.plots import slices
steps = slices.steps()
for _ in range({taken}):
    next(steps)
from mnist_studio.gui.common.plots.graphs import pg
assert pg.PlotWidget and pg.mkPen
assert next(steps, None) is None
import pyqtgraph
assert pyqtgraph is pg
print("pyqtgraph.widgets.RawImageWidget" in dir(pg))
"""


@pytest.mark.parametrize("taken", [0, 1, 30])
def test_who_needs_plots_before_all_steps_gets_the_rest_at_once(taken: int) -> None:
    code = IN_STEPS.format(taken=taken)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout == "False\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "told_in_steps"
    folder.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder / "__init__.py"
    sys.modules.pop("told_in_steps", None)


def test_each_statement_is_a_step(package: Path) -> None:
    package.write_text("one = 1\ntwo = one + 1\n\ndef three():\n    return __name__\n")
    assert len(list(slices.steps("told_in_steps"))) == 1 + 3
    module = sys.modules["told_in_steps"]
    assert (module.two, module.three()) == (2, "told_in_steps")
    assert list(slices.steps("told_in_steps")) == []


def test_half_a_package_is_not_left(package: Path) -> None:
    package.write_text("one = 1\nimport nothing_like_it\n")
    with pytest.raises(ModuleNotFoundError, match="nothing_like_it"):
        list(slices.steps("told_in_steps"))
    assert "told_in_steps" not in sys.modules
    package.write_text("one = 2\n")
    list(slices.steps("told_in_steps"))
    assert sys.modules["told_in_steps"].one == 2


def test_without_source_nothing_is_done_ahead() -> None:
    assert list(slices.steps("nowhere_at_all")) == []
    assert "nowhere_at_all" not in sys.modules


def test_the_event_loop_turns_between_slow_steps(qtbot: QtBot) -> None:
    seen: list[str] = []
    owner = QObject()

    def steps() -> Iterator[None]:
        for name in "abc":
            seen.append(name)
            sleep(0.01)
            yield

    turns = IdleScheduler(steps(), owner)
    ticks = QTimer(owner)
    ticks.timeout.connect(lambda: seen.append("-"))
    ticks.start(0)
    with qtbot.waitSignal(turns.done):
        turns.start()
    words = "".join(seen)
    assert words.replace("-", "") == "abc"
    assert "a-" in words
    assert "b-" in words
    owner.deleteLater()
