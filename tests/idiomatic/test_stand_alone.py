"""Programs by themselves: in a process that knows nothing of the studio."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.frameworks import registry
from mnist_studio.idiomatic import notebook, script
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec
from tests.idiomatic.examples import FRAMEWORKS, ODD, module, offer_digits


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    offer_digits(folder)
    return folder


def _run(framework: FrameworkName, file: Path, *words: object) -> str:
    environment = {**os.environ, **registry.environment(framework, 1)}
    done = subprocess.run(
        [sys.executable, str(file), *map(str, words)], capture_output=True, text=True, check=False,
        env=environment, cwd=file.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _spec(name: str, framework: FrameworkName) -> RunSpec:
    registry.version(framework) or pytest.skip(f"{framework} is not here")
    return replace(run_spec(RECIPES[name]), framework=framework, device="cpu")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_script_runs_alone_and_prints_every_epoch(
    framework: FrameworkName, digits: Path, tmp_path: Path
) -> None:
    file = tmp_path / "alone.py"
    file.write_text(script(_spec("mlp-128", framework)), "utf-8")
    told = _run(framework, file, "--data", digits, "--epochs", 2)
    assert "Epoch 1/2" in told
    assert "Epoch 2/2" in told
    assert "accuracy" in told


def test_a_notebook_runs_from_its_first_cell_to_its_last(tmp_path: Path) -> None:
    made = json.loads(notebook(replace(_spec("tiny-10", "numpy"))))
    code = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "code"]
    file = tmp_path / "cells.py"
    # Where nothing else is said, the digits lie in the folder "data".
    file.write_text("\n\n".join(code), "utf-8")
    offer_digits(tmp_path / "data")
    assert "Epoch 10/10" in _run("numpy", file)


@pytest.mark.parametrize("name", [name for name in ODD if "bfloat16" not in name])
def test_every_odd_numpy_program_trains(
    name: str, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, where a warning is an error."""
    training = replace(ODD[name].training, batch_size=max(200, ODD[name].training.batch_size))
    made = module(replace(ODD[name], framework="numpy", training=training))
    made.main(str(digits), 1)
    assert "Epoch 1/1: training loss" in capsys.readouterr().out


def test_a_numpy_script_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="There is no train-images"):
        module(replace(ODD["unit"], framework="numpy")).main(str(tmp_path))
