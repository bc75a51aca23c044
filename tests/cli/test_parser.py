import pytest

from mnist_studio import __version__
from mnist_studio.cli.commands import MODULES
from tests.cli.conftest import Main

TELLS = sorted(MODULES.keys() - {"code"})
"""What has something to tell programs; a script is text already."""


def test_help_names_every_command_and_the_exit_codes(here: Main) -> None:
    said = here("--help")
    assert said.code == 0
    assert all(command in said.output for command in MODULES)
    assert "130" in said.output


@pytest.mark.parametrize("command", TELLS)
def test_every_command_has_help_and_json(here: Main, command: str) -> None:
    said = here(command, "--help")
    assert said.code == 0
    assert "--json" in said.output


def test_the_version_is_told(here: Main) -> None:
    assert here("--version").output == f"MNIST Studio {__version__}\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trian",), "'train'"),
        (("train",), "RECIPE"),
        (("train", "tiny-10", "--epochs", "many"), "--epochs"),
        (("train", "tiny-10", "--data", "x", "--dataset", "builtin"), "not allowed with"),
        (("evaluate",), "--idx"),
        (("runs", "rename", "id"), "TITLE"),
        (("predict",), "IMAGE"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(here: Main, words: tuple[str, ...], told: str) -> None:
    said = here(*words)
    assert said.code == 2
    assert told in said.errors
    assert said.output == ""


@pytest.mark.parametrize("words", [("--json", "list"), ("list", "--json"), ("--json",)])
def test_json_may_stand_before_or_behind_the_action(here: Main, words: tuple[str, ...]) -> None:
    said = here("runs", *words)
    assert (said.code, said.output, said.errors) == (0, "", "")
