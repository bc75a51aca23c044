import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mnist_studio.cli import selftest
from mnist_studio.cli.selftest import Opened
from mnist_studio.errors import JobError
from mnist_studio.selftest import Step
from tests.cli.conftest import Main


def _refused() -> str:
    raise JobError("It cannot.", "Do this.")


@pytest.fixture
def _two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    def steps() -> Iterator[Step]:
        yield "one", lambda: "works"
        yield "two", _refused

    monkeypatch.setattr(selftest, "steps", steps)


@pytest.mark.usefixtures("_two_steps")
def test_a_failed_test_is_reported_and_ends_with_1(here: Main) -> None:
    said = here("selftest", "--json")
    assert said.code == 1
    assert [(line["name"], line["passed"], line["detail"]) for line in said.json] == [
        ("one", True, "works"),
        ("two", False, "It cannot. Do this."),
    ]


@pytest.mark.usefixtures("_two_steps")
def test_people_see_a_table(here: Main) -> None:
    said = here("selftest")
    assert said.code == 1
    rows = [line.strip().split(maxsplit=3) for line in said.output.splitlines() if "." in line]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("ok", "one", "works"),
        ("FAILED", "two", "It cannot. Do this."),
    ]


def test_the_window_opens_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    what, work = next(iter(selftest.steps()))
    assert what == "window"
    assert work().endswith("(offscreen)")


def test_a_window_that_does_not_open_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    with pytest.raises(JobError, match=r"The window closed with exit code .*no-such-platform"):
        next(iter(selftest.steps()))[1]()


def test_the_program_prints_how_long_the_start_took(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mnist_studio", "--until-usable", ],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    opened = msgspec.json.decode(done.stdout, type=Opened)
    assert 0 < opened.painted < opened.usable < 60
    assert (home / "studio.log").is_file()
