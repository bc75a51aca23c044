import shutil
import subprocess

import pytest

from mnist_studio.cli.commands import COMMANDS
from tests.cli.conftest import ROOT, Main


def test_the_page_has_every_command_option_variable_and_exit_code(here: Main) -> None:
    page = here("manual").output
    assert page.startswith(".TH MNIST-STUDIO 1")
    for name in COMMANDS:
        assert (
            f".SS mnist\\-studio {name}\n".replace("own-", "own\\-").replace("find-", "find\\-")
            in page
        )
    for text in ("\\-\\-framework", "MNIST_STUDIO_HOME", ".B 130\n", "\\-\\-quiet"):
        assert text in page
    page_of_the_wheel = (ROOT / "docs" / "mnist-studio.1").read_text("utf-8")
    assert page_of_the_wheel == page, "Write it again: mnist-studio manual > docs/mnist-studio.1"
    # A line that begins with a dot is an instruction: all are known ones.
    first = {line.split()[0] for line in page.splitlines() if line.startswith(".")}
    assert first == {".TH", ".SH", ".SS", ".TP", ".PP", ".B"}


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_groff_formats_the_page_without_a_warning(here: Main) -> None:
    page = here("manual").output
    done = subprocess.run(
        ["groff", "-man", "-Tascii", "-ww", "-z"], input=page, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stderr == ""
