from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from mnist_studio import settings
from mnist_studio.cli import doctor
from mnist_studio.data.datasets import builtin, sources
from mnist_studio.events import Machine
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import ENTRIES
from mnist_studio.training.machine import MachineMonitor
from mnist_studio.workers.probe import FrameworkReport
from tests.cli.conftest import Main

ONLY_NUMPY = {"numpy": ENTRIES["numpy"]}


@pytest.fixture(autouse=True)
def _only_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other frameworks take seconds to import; ``workers.probe`` has its own tests."""
    monkeypatch.setattr(doctor, "ENTRIES", ONLY_NUMPY)


def test_everything_is_checked(here: Main, home: Path) -> None:
    said = here("doctor", "--json")
    found = {line["check"]: line for line in said.json}
    assert said.code == 0
    assert list(found) == ["MNIST Studio", "timing", "NumPy", "window", "dataset", "runs", "store"]
    assert found["NumPy"]["detail"] == f"{registry.version('numpy')} on cpu (CPU)"
    assert "1,297 training and 500 test images" in found["dataset"]["detail"]
    assert str(home) in found["runs"]["detail"]


def test_a_busy_machine_is_reported_and_no_failure(
    here: Main, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Machine(processors=4, others_processors=2.0)
    monkeypatch.setattr(MachineMonitor, "summary", lambda _: busy)
    said = here("doctor", "--json")
    assert said.code == 0
    assert said.json[1]["detail"] == "Other programs used 2.0 of 4 processors."


def test_people_see_what_works(here: Main) -> None:
    said = here("doctor")
    assert said.code == 0
    assert all(line.startswith("ok ") for line in said.output.splitlines())


def test_a_framework_that_was_never_installed_is_no_failure(
    here: Main, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "ENTRIES", {"keras": ENTRIES["keras"]})
    monkeypatch.setattr(registry, "version", lambda name: None)
    said = here("doctor")
    assert said.code == 0
    assert "environments keras --install" in said.output


def test_what_is_broken_is_reported_and_ends_with_1(here: Main, home: Path) -> None:
    (home / "studio.sqlite").write_bytes(b"no database at all" * 100)
    said = here("doctor", "--json")
    broken = [line["check"] for line in said.json if not line["passed"]]
    assert said.code == 1
    assert broken == ["runs", "store"]


def test_keras_is_named_with_its_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"keras": "3.15.1", "tensorflow": "2.21.0"}
    monkeypatch.setattr(registry, "find_spec", lambda package: package)
    monkeypatch.setattr(metadata, "version", versions.__getitem__)
    assert registry.installed("keras") == "3.15.1 (TensorFlow 2.21.0)"


def test_a_version_of_tensorflow_alone_is_not_called_that_of_keras(home: Path) -> None:
    whole = "3.15.1 (TensorFlow 2.21.0)"
    for stored, shown in (("2.21.0", "TensorFlow 2.21.0"), (whole, whole)):
        chosen = {"keras": settings.Interpreter("/env/python", stored)}
        settings.save(settings.Settings(interpreters=chosen))
        assert registry.version("keras") == shown


@pytest.mark.parametrize(
    ("chosen", "note"),
    [
        ("3.15.1 (TensorFlow 2.21.0)", ""),
        ("2.21.0", ""),  # As former versions saved it.
        ("2.20.0", " (it had 2.20.0 when you chose it)"),
    ],
)
def test_another_version_than_the_chosen_one_is_reported(
    monkeypatch: pytest.MonkeyPatch, chosen: str, note: str
) -> None:
    report = FrameworkReport(
        "keras", "Keras", "3.15.1 (TensorFlow 2.21.0)", (), "", "/env/python", chosen
    )
    monkeypatch.setattr(doctor, "probe", lambda name: report)
    monkeypatch.setattr(doctor, "ENTRIES", {"keras": ENTRIES["keras"]})
    (detail,) = [found.detail for found in doctor.findings() if found.check == "Keras"]
    assert detail.endswith(f", in /env/python{note}")


def test_a_crash_report_is_written_to_a_file(here: Main, tmp_path: Path) -> None:
    said = here("doctor", "--report", str(tmp_path / "report.txt"))
    assert said.code == 0
    text = (tmp_path / "report.txt").read_text("utf-8")
    assert f"NumPy: {registry.version('numpy')} on cpu (CPU)\n" in text
    assert "Log of the window" in text


def test_a_damaged_copy_of_the_data_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    note = "a is damaged: it is empty. MNIST Studio used a.gz instead."
    dataset = replace(builtin.load(), notes=(note,))
    monkeypatch.setattr(sources, "load", lambda name: dataset)
    line = doctor._dataset()
    assert line.endswith(f"included with MNIST Studio. {note}")
