import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_studio import __version__
from mnist_studio.cli.commands import COMMANDS
from tests.cli.conftest import COMMAND, Main

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


@pytest.mark.skipif(sys.platform != "linux", reason="writes to /dev/full")
@pytest.mark.parametrize(
    "words",
    [("recipes",), ("recipes", "--json"), ("code", "mlp-128"), ("--help",), ("train", "--help")],
)
def test_a_full_disk_behind_the_output_is_one_sentence(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == (
        "mnist-studio: The output could not be written: No space left on device. "
        "Free some space, or write it to another place.\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="has other pipes")
@pytest.mark.parametrize("words", [("recipes",), ("recipes", "--json"), ("code", "mlp-128")])
def test_a_reader_that_leaves_early_is_no_error_worth_a_word(words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [*COMMAND, *words], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "")
