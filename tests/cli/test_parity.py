"""The parity check on the command line."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.differences import DIFFERENCES
from tests.cli.conftest import COMMAND, Main, studio

needs_pytorch = pytest.mark.skipif(
    registry.version("pytorch") is None, reason="PyTorch is not here"
)
LONG = ("parity", "compact-cnn", "--framework", "pytorch")
"""Takes seconds after its first check."""

SHORT = ("parity", "tiny-10", "--framework", "pytorch", "--precision", "float64")


@needs_pytorch
def test_the_report_is_one_json_document() -> None:
    said = studio(*SHORT, "--json")
    assert said.code == 0, said.errors
    report = json.loads(said.output)
    assert report["run"]["recipe"] == "tiny-10"
    assert [check["quantity"] for check in report["checks"]] == [
        "outputs", "gradients", "losses, 1 step", "losses, 10 steps", "losses, 50 steps",
        "weights, 50 steps", "accuracy",
    ]  # fmt: skip
    assert report["passed"] is True
    assert all(check["value"] <= check["tolerance"] for check in report["checks"])
    # After a short training, the accuracy is so low that three standard errors are a large part.
    assert [check["result"] for check in report["checks"]] == ["passed"] * 6 + ["not informative"]
    assert [check["passed"] for check in report["checks"]] == [True] * 6 + [False]
    assert {check["precision"] for check in report["checks"]} == {"float64"}
    # Progress goes elsewhere, a line for every check.
    assert said.errors.count("PyTorch, float64, ") == len(report["checks"])


@needs_pytorch
def test_people_get_a_table_and_a_failed_check_exits_with_1() -> None:
    said = studio(*SHORT, "--known-bug", "own-scaling")
    assert said.code == 1
    assert "FAILED" in said.output
    assert "outputs" in said.output
    assert "Precision" in said.output
    assert "differs between the frameworks" in said.output
    assert " failed, " in said.output


@needs_pytorch
def test_people_read_which_check_shows_nothing() -> None:
    said = studio(*SHORT)
    assert said.code == 0
    assert "not informative" in said.output
    assert "One check is not informative: its tolerance is more than 10 % of" in said.output
    assert "Seven checks on " in said.output
    assert ", 0 failed, " in said.output


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@needs_pytorch
def test_ctrl_c_ends_it_with_130() -> None:
    process = subprocess.Popen(
        [*COMMAND, *LONG], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    with process:
        assert process.stderr
        assert "PyTorch, float64, outputs" in process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout
        assert process.stdout.read() == ""
        assert "Traceback" not in process.stderr.read()
    assert process.returncode == 130


def test_the_differences_are_listed(here: Main) -> None:
    said = here("parity", "--differences", "--json")
    assert said.code == 0
    assert [line["topic"] for line in said.json] == [each.topic for each in DIFFERENCES]
    table = here("parity", "--differences").output
    assert "Adam's epsilon" in table
    assert "1e-07" in table


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "No recipe was specified"),
        (("tiny10",), "Did you mean tiny-10?"),
        (("tiny-10", "--framework", "numpy"), "NumPy cannot be compared"),
        (("tiny-10", "--framework", "pytroch"), "Did you mean pytorch?"),
        (("tiny-10", "--precision", "float16"), "Did you mean float"),
        (("tiny-10", "--known-bug", "batch-decay"), "has no effect in this run"),
    ],
)
def test_the_impossible_is_refused_in_a_sentence(
    here: Main, words: tuple[str, ...], told: str
) -> None:
    said = here("parity", *words)
    assert (said.code, said.output) == (2, "")
    assert told in said.errors
