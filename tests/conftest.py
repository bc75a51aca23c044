"""What holds for every test: a home of its own, and nothing left running behind it."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from mnist_studio.analysis import time_breakdown
from mnist_studio.frameworks import registry
from mnist_studio.spec import recipes
from tests.without import sitecustomize

if os.environ.get(sitecustomize.VARIABLE):
    # Child processes hide the same packages. The import above hid them here.
    _folders = [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, _folders))

# A shell that starts tests in the background has them ignore Ctrl+C, which some of them try.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is; what hangs is ended by pytest's timeout.
settings.register_profile("studio", deadline=None)
settings.load_profile("studio")

MISSING = {name for name in registry.FRAMEWORKS if registry.installed(name) is None}
"""Frameworks that are not installed, or that are hidden."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what a test does in a framework that is not installed."""
    for item in items:
        parameters = getattr(item, "callspec", None)
        values = parameters.params.values() if parameters else ()
        needed = {value for value in values if isinstance(value, str)}
        needed |= {str(mark.args[0]) for mark in item.iter_markers("needs")}
        for name in sorted(needed & MISSING):
            item.add_marker(pytest.mark.skip(reason=f"{name} is not installed"))


# As named where the tests run; most tests forget it.
DATA = os.environ.get("MNIST_STUDIO_DATA", "")


@pytest.fixture(scope="session")
def new_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Empty folders, each other than those before.

    ``mktemp`` looks through all folders for the next free number: 10 ms for the 4,000th test.
    """
    base = tmp_path_factory.mktemp("folders")

    def made() -> Iterator[Path]:
        for number in count():
            (base / str(number)).mkdir()
            yield base / str(number)

    return made()


@pytest.fixture(autouse=True)
def home(new_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what the studio keeps; the user's own is never touched."""
    folder = next(new_folders)
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _no_own_recipes() -> Iterator[None]:
    """No recipe of one test is known to the next one."""
    yield
    if len(recipes.RECIPES) != len(recipes.BUILT_IN):
        recipes.hand_in(())
    recipes._REGISTRY._lent.clear()


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time is marked, whatever other programs do while the tests run."""
    monkeypatch.setattr(time_breakdown, "timing_marks", lambda terminal: ())


@pytest.fixture(autouse=True)
def models(new_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the models that come with the studio, so that none counts."""
    folder = next(new_folders)
    monkeypatch.setenv("MNIST_STUDIO_MODELS", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    """Fails a test that leaves a thread or a child process behind."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline and _left(before):
        time.sleep(0.01)
    assert not _left(before)


def _left(before: set[threading.Thread]) -> list[object]:
    threads = [thread for thread in threading.enumerate() if thread not in before]
    return [*threads, *multiprocessing.active_children()]


@pytest.fixture(scope="session")
def shared_mnist() -> Path:
    """A folder with the real MNIST files."""
    if not DATA:
        pytest.skip("MNIST_STUDIO_DATA names no real MNIST")
    return Path(DATA)


@pytest.fixture(scope="session")
def shared_pen_digits() -> Path:
    """A file of real pen strokes, in a folder beside MNIST's."""
    file = Path(DATA).parent / "pen-digits" / "pendigits-orig-train.txt.gz"
    if not DATA or not file.is_file():
        pytest.skip("the pen strokes are not beside MNIST")
    return file
