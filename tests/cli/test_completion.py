import shutil
import subprocess
from pathlib import Path

import pytest

from mnist_studio.cli import commands, completion
from tests.cli.conftest import Main

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
