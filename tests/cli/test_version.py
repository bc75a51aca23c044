"""The command that prints the versions."""

import pytest

from mnist_studio import __version__, newer_version
from mnist_studio.newer_version import Checked
from tests.cli.conftest import Main

HOME = "https://github.com/someone/mnist-studio"


@pytest.mark.parametrize(
    ("newest", "line"),
    [
        ("99.0.0", f"Version 99.0.0 is available: {HOME}/releases/tag/v99.0.0"),
        (__version__, "This is the newest version."), ("0.0.1", "This is the newest version."),
        ("", "No final version is published."),
    ],
)  # fmt: skip
def test_it_prints_whether_a_newer_version_is_there(
    here: Main, newest: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newer_version, "repository", lambda: HOME)
    monkeypatch.setattr(newer_version, "request", lambda _: Checked(1.0, newest))
    assert here("version", "--check").output == f"MNIST Studio {__version__}\n{line}\n"
    (found,) = here("version", "--check", "--json").json
    page = f"{HOME}/releases/tag/v{newest}" if newest == "99.0.0" else ""
    assert found == {"version": __version__, "newest": newest or None, "page": page}


def test_without_the_option_it_sends_nothing(here: Main, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newer_version, "request", lambda _: pytest.fail("a request"))
    assert here("version").output == f"MNIST Studio {__version__}\n"


def test_a_copy_that_knows_no_repository_says_so(
    here: Main, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newer_version, "repository", lambda: "")
    said = here("version", "--check")
    assert said.code == 1
    assert "does not name its repository" in said.errors
