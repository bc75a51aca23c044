"""Scripts and notebooks run in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.codegen.native_script import notebook, script
from mnist_studio.frameworks import registry
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec
from tests.codegen.examples import FRAMEWORKS, SPECIAL, module, possible, write_data


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    write_data(folder)
    return folder


def _run(framework: FrameworkName, file: Path, *arguments: object) -> str:
    environment = {**os.environ, **registry.environment(framework, 1)}
    done = subprocess.run(
        [sys.executable, str(file), *map(str, arguments)], capture_output=True, text=True,
        check=False, env=environment, cwd=file.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _spec(name: str, framework: FrameworkName) -> RunSpec:
    registry.version(framework) or pytest.skip(f"{framework} is not installed")
    return replace(run_spec(RECIPES[name]), framework=framework, device="cpu")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_script_runs_alone_and_prints_every_epoch(
    framework: FrameworkName, digits: Path, tmp_path: Path
) -> None:
    file = tmp_path / "alone.py"
    file.write_text(script(_spec("mlp-128", framework)), "utf-8")
    output = _run(framework, file, "--data", digits, "--epochs", 2)
    assert "Epoch 1/2" in output
    assert "Epoch 2/2" in output
    assert "accuracy" in output


def test_a_notebook_runs_from_its_first_cell_to_its_last(tmp_path: Path) -> None:
    made = json.loads(notebook(replace(_spec("tiny-10", "numpy"))))
    code = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "code"]
    file = tmp_path / "cells.py"
    # The default folder of the data is "data".
    file.write_text("\n\n".join(code), "utf-8")
    write_data(tmp_path / "data")
    assert "Epoch 10/10" in _run("numpy", file)


@pytest.mark.parametrize("name", [name for name in SPECIAL if f"{name} numpy" in possible()])
def test_every_special_numpy_script_trains(
    name: str, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, where a warning is an error."""
    training = replace(
        SPECIAL[name].training, batch_size=max(200, SPECIAL[name].training.batch_size)
    )
    made = module(replace(SPECIAL[name], framework="numpy", training=training))
    made.main(str(digits), 1)
    assert "Epoch 1/1: training loss" in capsys.readouterr().out


def test_a_numpy_script_names_the_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="There is no train-images"):
        module(replace(SPECIAL["unit"], framework="numpy")).main(str(tmp_path))
