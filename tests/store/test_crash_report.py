"""The crash report says what failed, and nothing about the user."""

import getpass
import socket
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.events import Failed
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, crash_report
from mnist_studio.store.crash_report import anonymous
from mnist_studio.store.crash_report import crash_report as report
from mnist_studio.store.runs import RunStore


@pytest.fixture(autouse=True)
def _somebody(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada.lovelace")
    monkeypatch.setattr(socket, "gethostname", lambda: "difference-engine")
    monkeypatch.setattr(Path, "home", lambda: Path("/srv/people/ada.lovelace"))
    monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
    home.mkdir()


def _failed_run(store: RunStore, spec: RunSpec, reason: str) -> Path:
    run = store.create(spec)
    artifacts.console(run.folder).write_text("first line\n" * 100 + f"last line in {run.folder}\n")
    store.record(Failed(run=run.id, framework=spec.framework, reason=reason))
    return run.folder


def test_it_has_the_facts_the_failed_runs_and_the_log(spec: RunSpec, home: Path) -> None:
    paths.log_file().write_text("ERROR uncaught in /srv/people/ada.lovelace/studio/x.py\n")
    with RunStore() as store:
        folder = _failed_run(store, spec, "The disk of difference-engine is full.")
        store.rename(folder.name, "ADA's own")
    text = report(["NumPy: 2.1 on cpu"])
    assert "NumPy: 2.1 on cpu\n" in text
    assert f"--- Run {folder.name}: " in text
    assert "The disk of COMPUTER is full.\n" in text
    assert f"last line in <MNIST STUDIO>/runs/{folder.name}\n" in text
    assert text.count("first line") == crash_report.CONSOLE_LINES - 1
    assert "ERROR uncaught in <HOME>/studio/x.py\n" in text
    for personal in ("lovelace", "difference-engine", str(home), "ADA"):
        assert personal.lower() not in text.lower()


def test_only_the_newest_failed_runs_are_in_it(spec: RunSpec) -> None:
    with RunStore() as store:
        folders = [_failed_run(store, spec, f"reason {number}") for number in range(5)]
    text = report([])
    there = [folder.name in text for folder in folders]
    assert sum(there) == crash_report.MOST_RUNS


def test_it_is_written_even_if_nothing_can_be_read(home: Path) -> None:
    paths.database().write_bytes(b"no database" * 1000)
    text = report([])
    assert "The runs cannot be read: " in text
    assert str(home) not in text
    assert "(empty)" in text


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("/home/grace/venv/lib", "/home/USER/venv/lib"),
        ("C:\\Users\\Grace H\\x", "C:\\Users\\USER H\\x"),
        ("'C:\\\\Users\\\\grace\\\\x'", "'C:\\\\Users\\\\USER\\\\x'"),
        ("/Users/grace: denied", "/Users/USER: denied"),
        ("by Ada.Lovelace, twice", "by USER, twice"),
        ("palada.lovelaces", "palada.lovelaces"),
        ("/srv/people/ada.lovelace", "<HOME>"),
    ],
)
def test_names_of_people_and_their_folders_are_replaced(said: str, wanted: str) -> None:
    assert anonymous(said) == wanted


def test_a_folder_within_another_has_its_own_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: home.parent)
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    assert anonymous(f"in {home}/runs and {home.parent}/x") == "in <MNIST STUDIO>/runs and <HOME>/x"
    assert anonymous("Ada and adam") == "USER and adam"
    monkeypatch.setattr(Path, "home", lambda: Path("/ab"))
    assert anonymous("/ab/c") == "<HOME>/c"
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert anonymous("a/b") == "a/b"


def test_its_parts_are_separated_by_empty_lines(spec: RunSpec) -> None:
    with RunStore() as store:
        run = _failed_run(store, spec, "no memory")
    lines = report(["facts"]).splitlines()
    heading = lines.index(f"--- Run {run.name}: {spec.framework}, {spec.style}, failed ---")
    assert lines[2:4] == ["", "facts"]
    assert (lines[heading - 1], lines[heading + 1]) == ("", "no memory")
    assert lines[-3:] == ["", "--- Log of the window ---", "(empty)"]
