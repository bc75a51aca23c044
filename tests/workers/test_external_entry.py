import tomllib
from pathlib import Path

import pytest

from mnist_studio.workers import external_entry

ROOT = Path(__file__).parents[2]


def test_missing_packages_are_named_with_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert external_entry.problem() == ""
    monkeypatch.setitem(external_entry.NEEDED, "no_such_module", "no-such-package>=3")
    assert external_entry.problem().endswith('-m pip install "no-such-package>=3"')
    monkeypatch.setattr(external_entry, "OLDEST", (4, 0))
    assert external_entry.problem().startswith("is Python 3.")


def test_the_packages_it_needs_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(external_entry.NEEDED.values()) <= set(project["dependencies"])
