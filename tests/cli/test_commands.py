import os
import re
import subprocess
import sys
from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from mnist_studio import __version__, formatting, paths, settings
from mnist_studio.cli import commands
from mnist_studio.cli.commands import COMMANDS
from mnist_studio.data.datasets import sources
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter, Settings
from tests.cli.conftest import COMMAND, Main

WITH_JSON = sorted(COMMANDS.keys() - {"code", "completion", "manual"})
"""All but scripts and the manual page, which are text already."""


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
        (("export", "id", "model.onnx"), "Did you mean: mnist-studio"),
        (("export", "id", "model.onnx"), "mnist-studio runs export"),
        (("runs", "lists"), "invalid choice: 'lists'"),
    ],
)
def test_wrong_usage_is_reported_and_ends_with_2(
    here: Main, words: tuple[str, ...], message: str
) -> None:
    said = here(*words)
    assert said.code == 2
    assert message in said.errors
    assert said.output == ""


@pytest.mark.parametrize("words", [("train", "mlp-128", "\x1b[31mx"), ("runs", "list", "a\x9bb:3")])
def test_wrong_words_do_not_command_the_terminal(here: Main, words: tuple[str, ...]) -> None:
    said = here(*words)
    assert said.code == 2
    assert "unrecognized arguments: " in said.errors
    assert not formatting.has_controls(said.errors.replace("\n", ""))


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
        "Free some space, or choose another output.\n"
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


ABOUT_A_RUN = (
    ("predict", "--index", "0"), ("predict", "--index", "0", "--json"), ("runs", "show", "RUN"),
    ("explain", "RUN", "--index", "0"), ("compare", "RUN"), ("compare", "RUN", "--json"),
)  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="writes to /dev/full")
@pytest.mark.parametrize("words", ABOUT_A_RUN, ids=lambda words: f"{words[0]} {words[-1]}")
def test_commands_about_a_run_say_once_that_nobody_reads_them(
    run: str, words: tuple[str, ...]
) -> None:
    def errors(stream: IO[bytes]) -> list[str]:
        command = [*COMMAND, "--quiet", *(run if word == "RUN" else word for word in words)]
        done = subprocess.run(
            command, stdout=stream, stderr=subprocess.PIPE, text=True, check=False
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return [line for line in done.stderr.splitlines() if "could not be written" in line]

    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        assert errors(closed) == []
    with Path("/dev/full").open("wb") as full:
        assert errors(full) == [
            "mnist-studio: The output could not be written: No space left on device. "
            "Free some space, or choose another output."
        ]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of a user, not the one of the program."""
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_tilde_is_the_users_folder_wherever_a_path_is_taken(here: Main, user: Path) -> None:
    for words in (
        ("code", "mlp-128", "--output=~/script.py"),
        ("experiment", "batch-sizes", "--write=~/experiment.toml"),
    ):
        assert here(*words).code == 0, words
    assert {file.name for file in user.iterdir()} == {"script.py", "experiment.toml"}
    assert not (user.parent / "~").exists()
    assert f"{user / 'none.toml'} does not exist" in here("train", "~/none.toml").errors
    assert f"{user / 'none.toml'} does not exist" in here("experiment", "~/none.toml").errors
    assert str(user / "none") in here("train", "tiny-10", "--data=~/none").errors


def test_a_tilde_in_settings_and_variables_is_the_users_folder(
    user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.save(
        Settings(data_folder="~/mnist", interpreters={"keras": Interpreter("~/bin/python", "3.0")})
    )
    assert sources.usual_folder() == user / "mnist"
    assert registry.python("keras") == str(user / "bin" / "python")
    monkeypatch.setenv(paths.DATA_VARIABLE, "~/data")
    monkeypatch.setenv(paths.MODELS_VARIABLE, "~/models")
    monkeypatch.setenv(paths.HOME_VARIABLE, "~no-such-user/home")
    assert paths.data_folder() == user / "data"
    assert paths.models() == user / "models"
    assert paths.home() == user.parent / "~no-such-user" / "home"


@pytest.mark.parametrize("words", [("predict", "-7.png"), ("code", "mlp-128", "--output", "-a.py")])
def test_a_name_that_begins_with_a_dash_gets_a_hint(here: Main, words: tuple[str, ...]) -> None:
    said = here(*words)
    assert said.code == 2
    assert f"If {words[-1]} is a file, write ./{words[-1]}, or put -- before it" in said.errors


@pytest.mark.parametrize("words", [("train", "-1"), ("train", "x", "--epochs", "-0.5"), ("-x",)])
def test_other_dashes_get_no_hint(here: Main, words: tuple[str, ...]) -> None:
    said = here(*words)
    assert said.code == 2
    assert "is a file" not in said.errors


@pytest.mark.parametrize("words", [("predict", "--", "-7.png"), ("predict", "./-7.png")])
def test_a_name_that_begins_with_a_dash_can_be_given(words: tuple[str, ...]) -> None:
    from mnist_studio.cli import commands

    assert commands.parse(words).images == [Path("-7.png")]


@pytest.mark.parametrize(
    "words",
    [
        ("train", "FILE.toml"),
        ("experiment", "FILE.toml"),
        ("own-images", "import", "FILE"),
        ("own-images", "add", "3", "FILE"),
        ("evaluate", "--pen-digits", "FILE"),
        ("evaluate", "--idx", "FILE"),
        ("predict", "FILE"),
        ("explain", "RUN", "FILE"),
        ("train", "tiny-10", "--data", "FILE"),
        ("environments", "pytorch", "FILE"),
        ("runs", "import", "FILE"),
        ("recipes", "import", "FILE.toml"),
        ("recipes", "save", "Mine", "--from", "FILE.toml"),
        ("datasets", "import", "FILE", "--name", "mine"),
        ("datasets", "import", "FILE", "--name", "fashion-mnist"),
        ("store", "restore", "FILE"),
        ("predict", "--index", "0", "--data", "FILE"),
        ("parity", "tiny-10", "--data", "FILE"),
    ],
)
@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00garbage" * 9, b"{}"])
def test_every_complaint_about_a_file_names_it(
    here: Main, run: str, tmp_path: Path, words: tuple[str, ...], content: bytes | None
) -> None:
    name = f"oddly-named{'.toml' if 'FILE.toml' in words else ''}"
    if content is not None:
        (tmp_path / name).write_bytes(content)
    known = {"FILE": str(tmp_path / name), "FILE.toml": str(tmp_path / name), "RUN": run}
    said = here(*(known.get(word, word) for word in words))
    assert said.code in (1, 2)
    assert "oddly-named" in said.errors


def test_a_filter_without_its_option_gets_a_hint(here: Main) -> None:
    said = here("runs", "list", "recipe:mlp", "acc>99")
    assert said.code == 2
    assert "mnist-studio runs --filter 'recipe:mlp acc>99'" in said.errors
    assert "--filter '" not in here("runs", "nonsense").errors


def test_help_fits_a_narrow_terminal(here: Main, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for command in ("train", "runs"):
        lines = here(command, "--help").output.splitlines()
        assert max(map(len, lines)) <= 40


def _paths(parser: ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Action]]:
    """Every argument below a parser that takes a file or a folder, with its command."""
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for name, inner in action.choices.items():
                yield from _paths(inner, (*words, name))
        elif PATHS & set(re.split(r"\W", str(action.metavar))):
            yield f"{' '.join(words)} {action.dest}", action


def _converted(action: Action) -> object:
    return action.type("~/x") if callable(action.type) else "~/x"


PATHS = {"FILE", "DIR", "FOLDER", "IMAGE", "PYTHON", "PATH"}
OR_NAMES = {
    "train recipe", "recipes save origin", "store restore backup", "experiment experiment",
    "environments python",
}  # fmt: skip
"""Arguments that may be names too: their commands expand them, see the next test."""


def test_every_path_may_begin_with_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    found = dict(_paths(commands.build(COMMANDS)))
    settings_ = {name for name, action in found.items() if action.dest == "set"}
    names = found.keys() - settings_
    assert len(names) > 20
    plain = {name for name in names if _converted(found[name]) != tmp_path / "x"}
    assert plain == OR_NAMES


@pytest.mark.parametrize(
    "words",
    [
        ("train", "~/none.toml"), ("recipes", "save", "Mine", "--from", "~/none.toml"),
        ("experiment", "~/none.toml"), ("environments", "keras", "~/none"),
        ("store", "restore", "~/none"),
    ],
    ids=lambda words: " ".join(words[:2]),
)  # fmt: skip
def test_a_path_in_place_of_a_name_may_begin_with_the_home_folder(
    words: tuple[str, ...], here: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def expanded(text: str) -> Path:
        asked.append(text)
        return tmp_path / text.removeprefix("~/")

    monkeypatch.setattr(paths, "expanded", expanded)
    assert here(*words).code in (1, 2)
    assert words[-1] in asked


def test_files_instead_of_a_command_open_in_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a b.mnistrun", "train", "-c.toml"):
        (tmp_path / name).touch()
    first, dashed = str(tmp_path / "a b.mnistrun"), str(tmp_path / "-c.toml")
    assert commands.parse(["a b.mnistrun"]).files == (first,)
    assert commands.parse([first, dashed]).files == (first, dashed)
    assert commands.parse(["--", "-c.toml"]).files == (dashed,)
    assert commands.parse(["train", "mlp-128"]).command == "train"
    assert commands.parse([]).files == ()
    with pytest.raises(SystemExit, match="2"):
        commands.parse(["missing.mnistrun"])
