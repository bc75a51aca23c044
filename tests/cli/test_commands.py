import pytest

from mnist_studio import __version__
from mnist_studio.cli.commands import COMMANDS
from tests.cli.conftest import Main

WITH_JSON = sorted(COMMANDS.keys() - {"code"})
"""All but the script, which is text already."""


def test_help_names_every_command_and_the_exit_codes(here: Main) -> None:
    said = here("--help")
    assert said.code == 0
    assert all(command in said.output for command in COMMANDS)
    assert "130" in said.output


@pytest.mark.parametrize("command", WITH_JSON)
def test_every_command_has_help_and_json(here: Main, command: str) -> None:
    said = here(command, "--help")
    assert said.code == 0
    assert "--json" in said.output


def test_the_version_is_printed(here: Main) -> None:
    assert here("--version").output == f"MNIST Studio {__version__}\n"


@pytest.mark.parametrize(
    ("words", "message"),
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
def test_wrong_usage_is_reported_and_ends_with_2(
    here: Main, words: tuple[str, ...], message: str
) -> None:
    said = here(*words)
    assert said.code == 2
    assert message in said.errors
    assert said.output == ""


@pytest.mark.parametrize("words", [("--json", "list"), ("list", "--json"), ("--json",)])
def test_json_may_come_before_or_after_the_action(here: Main, words: tuple[str, ...]) -> None:
    said = here("runs", *words)
    assert (said.code, said.output, said.errors) == (0, "", "")
