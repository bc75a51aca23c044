"""The crash report says what failed, and nothing about the user."""

import getpass
import os
import platform
import socket
from pathlib import Path, PureWindowsPath

import pytest

from mnist_studio import __version__, paths
from mnist_studio.errors import StoreError
from mnist_studio.events import Failed
from mnist_studio.frameworks import registry
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, check, crash_report
from mnist_studio.store.crash_report import anonymous
from mnist_studio.store.crash_report import crash_report as report
from mnist_studio.store.runs import RunStore
from tests.store.example_events import stopped


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


@pytest.mark.parametrize("separator", ["\\", "\\\\", "/"])
def test_a_folder_of_windows_is_replaced_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, separator: str
) -> None:
    """A traceback doubles backslashes, and Qt writes slashes."""
    monkeypatch.setattr(Path, "home", lambda: PureWindowsPath("D:\\People\\Grace"))
    said = f"in d:{separator}people{separator}GRACE{separator}x"
    assert anonymous(said) == f"in <HOME>{separator}x"


def test_a_name_of_three_characters_is_replaced_and_one_of_two_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, wanted in (("ada", "by USER"), ("al", "by al")):
        monkeypatch.setattr(getpass, "getuser", lambda name=name: name)
        assert anonymous(f"by {name}") == wanted
    for name, wanted in (("pc1", "on COMPUTER"), ("pc", "on pc")):
        monkeypatch.setattr(socket, "gethostname", lambda name=name: name)
        assert anonymous(f"on {name}") == wanted


@pytest.mark.parametrize("error", [OSError, KeyError, ImportError])
def test_a_system_without_a_name_for_the_user_is_reported_too(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def nameless() -> str:
        raise error("no such user")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert anonymous("by ada.lovelace on difference-engine") == "by ada.lovelace on COMPUTER"


def test_the_folder_of_the_data_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "data_folder", lambda: tmp_path / "digits")
    assert anonymous(f"in {tmp_path / 'digits'}/train") == "in <DATA>/train"
    monkeypatch.setattr(paths, "data_folder", lambda: None)
    assert "<DATA>" not in anonymous(f"in {tmp_path / 'digits'}/train")


def test_a_text_that_is_not_utf_8_is_in_the_report(spec: RunSpec) -> None:
    with RunStore() as store:
        folder = _failed_run(store, spec, "no memory")
        artifacts.console(folder).write_bytes(b"caf\xe9\n\xff\xfe out of memory\n")
    assert "caf�\n�� out of memory\n" in report([])


def test_only_the_end_of_a_long_file_is_read(spec: RunSpec) -> None:
    assert crash_report.LARGEST_TAIL == 65_536
    with RunStore() as store:
        folder = _failed_run(store, spec, "no memory")
    console = artifacts.console(folder)
    console.write_text("x" * 65_536)
    assert crash_report._tail(console, 2) == ["x" * 65_536]
    console.write_text("x" * 65_535 + "\n")
    assert crash_report._tail(console, 2) == ["x" * 65_535]
    console.write_text("y" * 10 + "x" * 65_536)
    assert crash_report._tail(console, 2) == ["x" * 65_536]
    console.write_text("one\ntwo\nthree\n")
    assert crash_report._tail(console, 2) == ["two", "three"]
    assert crash_report._tail(folder / "none", 2) == []


def test_crashed_runs_are_in_the_report_and_stopped_ones_are_not(spec: RunSpec) -> None:
    with RunStore() as store:
        crashed, ended = store.create(spec), store.create(spec)
        store.record(stopped(ended.id))
        store.release(crashed.id)
        store.recover()
    text = report([])
    assert f"--- Run {crashed.id}: {spec.framework}, {spec.style}, crashed ---\n" in text
    assert "MNIST Studio ended while this run was training.\n" in text
    assert ended.id not in text
    assert text.startswith(
        "MNIST Studio: crash report\n"
        "Read this report before you send it. Your names and folders have been replaced.\n\n"
    )
    assert text.endswith("(empty)\n")


def test_the_newest_runs_are_in_the_report(spec: RunSpec) -> None:
    with RunStore() as store:
        folders = [_failed_run(store, spec, f"reason {number}") for number in range(5)]
        newest = {run.id for run in store.runs()[: crash_report.MOST_RUNS]}
    text = report([])
    assert {folder.name for folder in folders if folder.name in text} == newest


def test_the_log_has_a_limited_number_of_lines() -> None:
    paths.log_file().write_text("".join(f"line {number}.\n" for number in range(150)))
    lines = report([]).splitlines()
    start = lines.index("--- Log of the window ---")
    assert lines[start + 1 :] == [f"line {number}." for number in range(50, 150)]


@pytest.mark.parametrize(
    ("count", "processors"), [(None, "one processor"), (1, "one processor"), (4, "four processors")]
)
def test_the_facts_need_no_import_of_a_framework(
    home: Path, monkeypatch: pytest.MonkeyPatch, count: int | None, processors: str
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    monkeypatch.setattr(registry, "version", lambda name: "2.1" if name == "numpy" else "")
    system = f"{platform.system()} {platform.machine()}, {processors}"
    run = home / "runs" / "20260102-030405-abcd"
    run.mkdir(parents=True)
    (run / "console.txt").touch()
    program, *rest = crash_report.facts_without_imports()
    assert program == (f"MNIST Studio: {__version__}, Python {platform.python_version()}, {system}")
    assert rest == [
        *(
            f"{registry.framework_title(name)}: {'2.1' if name == 'numpy' else 'not installed'}"
            for name in registry.FRAMEWORKS
        ),
        "store: one problem",
        f"- The database “{paths.database()}” is missing or empty.",
    ]


def test_a_store_that_cannot_be_checked_is_a_fact_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise StoreError("The home cannot be read.", "Check the disk.")

    monkeypatch.setattr(check, "check", refuse)
    assert [*crash_report.facts_without_imports()][-1] == (
        "store: The home cannot be read. Check the disk."
    )
