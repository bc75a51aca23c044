import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.cli import commands, completion
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.store.own_recipes import OwnRecipes
from tests.cli.conftest import ROOT, Main

ASK = """
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_mnist_studio
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_options_and_values(here: Main, tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(here("completion", "bash").output)
    asked = {
        "mnist-studio tra": ["train"],
        "mnist-studio train compact": ["compact-cnn"],
        "mnist-studio train mlp-128 --framework py": ["pytorch"],
        "mnist-studio train --framework keras --epo": ["--epochs"],
        "mnist-studio --quiet runs ta": ["tag"],
        "mnist-studio runs tag --fil": ["--filter"],
        # A file, which bash completes itself.
        "mnist-studio compare --report x": [],
        "mnist-studio completion f": ["fish"],
        "mnist-studio recipes sav": ["save"],
    }
    asks = (ASK.format(words=words) + "echo =\n" for words in asked)
    code = f"source {script}\n{''.join(asks)}"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
    found = [block.split() for block in done.stdout.split("=\n")[:-1]]
    assert dict(zip(asked, found, strict=True)) == asked
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_every_command_and_option(here: Main, shell: str, tmp_path: Path) -> None:
    text = here("completion", shell).output
    places = tuple(completion.places(commands.build(commands.COMMANDS)))
    assert {place.words[0] for place in places if place.words} == set(commands.COMMANDS)
    for place in places:
        for option in place.options:
            name = option.names[-1]
            assert (f"-l {name[2:]} " if shell == "fish" else name) in text
    if program := shutil.which(shell):
        (tmp_path / "script").write_text(text)
        subprocess.run([program, "-n", tmp_path / "script"], check=True)


def test_an_unknown_shell_is_wrong_usage(here: Main) -> None:
    said = here("completion", "tcsh")
    assert (said.code, "'bash', 'zsh', 'fish'" in said.errors) == (2, True)


# What a person types -> what each shell offers, in bash without its quotation of spaces.
NAMES = {
    "mnist-studio predict --run {run:.10}": ["{run}"],
    "mnist-studio runs show {run:.10}": ["{run}"],
    "mnist-studio runs show sho": [],
    "mnist-studio runs sho": ["show"],
    "mnist-studio train My": ["My MLP"],
    "mnist-studio train tiny-10 --set layers.2.b": ["layers.2.bias="],
}

BASH = """
mnist-studio() {{ {program} "$@"; }}
source {script}
for line in "$@"; do
    COMP_WORDS=($line); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
    _mnist_studio
    printf '%s\\n' "${{COMPREPLY[@]//\\\\/}}" "#"
done
"""
# Outside of its line editor, zsh has no ``compadd``: this one writes what it is given.
ZSH = """
mnist-studio() {{ {program} "$@"; }}
compdef() {{ }}; _files() {{ }}
compadd() {{ while [[ $1 != -- ]]; do shift; done; shift; print -l -- ${{(M)@:#$current*}} }}
source {script}
for line in "$@"; do words=(${{=line}}); CURRENT=$#words; _mnist_studio; print '#'; done
"""
FISH = """
function mnist-studio; {program} $argv; end
source {script}
for line in $argv; complete -C "$line" | string replace -r '\\t.*' ''; echo '#'; end
"""


@pytest.fixture
def program(run: str, tmp_path: Path) -> str:
    """A home with a run and a recipe, and the command of the program."""
    OwnRecipes().add(of_run(run_spec(RECIPES["mlp-128"]), "My MLP"))
    return f"{sys.executable} -P {ROOT}/mnist_studio/__main__.py"


@pytest.mark.parametrize(("shell", "code"), [("bash", BASH), ("zsh", ZSH), ("fish", FISH)])
def test_ids_recipes_and_settings_are_completed(
    here: Main, program: str, run: str, tmp_path: Path, shell: str, code: str
) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    script, ask = tmp_path / "script", tmp_path / "ask"
    script.write_text(here("completion", shell).output)
    ask.write_text(code.format(script=script, program=program))
    typed = [line.format(run=run) for line in NAMES]
    plain = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run([found, *plain, ask, *typed], capture_output=True, text=True, check=True)
    blocks = [block.split("\n")[:-1] for block in done.stdout.split("#\n")[:-1]]
    answers = [[word for word in words if word] for words in blocks]
    assert done.stderr == ""
    assert dict(zip(typed, answers, strict=True)) == {
        line.format(run=run): [word.format(run=run) for word in words]
        for line, words in NAMES.items()
    }


def test_names_are_read_without_what_is_slow_to_import(run: str) -> None:
    code = (
        "import sys; from mnist_studio.cli import commands; "
        f"commands.run(commands.parse(['completion', '--words', 'run', '{run[:6]}'])); "
        "print(*{'numpy', 'msgspec', 'rich', 'mnist_studio.spec'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    name, nothing = done.stdout.split("\n")[:2]
    assert name.startswith(f"{run}\t")
    assert nothing == ""


def test_a_damaged_database_completes_nothing(here: Main) -> None:
    paths.database().write_bytes(b"no database")
    assert here("completion", "--words", "run", "2").output == ""
    assert here("completion", "--words", "nothing", "").output == ""
    assert "No shell is named" in here("completion").errors
