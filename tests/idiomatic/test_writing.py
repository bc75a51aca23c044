import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.idiomatic import notebook, problems, script
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ContinuedFrom
from tests.idiomatic.examples import FRAMEWORKS, ODD, writable, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every program as a file."""
    folder = tmp_path_factory.mktemp("programs")
    for place, spec in enumerate(writable().values()):
        (folder / f"{place}.py").write_text(script(spec), "utf-8")
    return folder


def _ruff(*words: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_program_passes_ruff(folder: Path) -> None:
    assert len(list(folder.iterdir())) > 100
    assert not _ruff("check", folder=folder)


def test_every_program_is_formatted_as_ruff_formats(folder: Path) -> None:
    assert not _ruff("format", "--diff", folder=folder)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", RECIPES)
def test_a_program_says_what_it_is_and_where_it_comes_from(name: str, framework: str) -> None:
    recipe = RECIPES[name]
    told = ast.get_docstring(ast.parse(script(replace(run_spec(recipe), framework=framework))))
    assert told is not None
    words = " ".join(told.split())
    assert words.startswith(f"{name} in ")
    assert recipe.summary in words
    assert recipe.provenance.replace('"', "'")[:20] in words


def test_faults_are_told() -> None:
    told = script(replace(run_spec(RECIPES["wide-cnn"]), known_bugs=("double-softmax",)))
    assert "Fault on purpose: Softmax twice." in told


def test_only_what_a_framework_has_no_words_for_is_a_problem() -> None:
    refused = {name for name, spec in written() if problems(spec)}
    assert refused == {
        "tiny-gd bias-gradients keras", "summed biases keras", "dropped in bfloat16 numpy",
    }  # fmt: skip


def test_a_problem_says_what_to_do() -> None:
    for _, spec in written():
        assert all("choose" in problem or "off" in problem for problem in problems(spec))


def test_a_continued_run_is_no_script() -> None:
    continued = replace(ODD["raw"], continued_from=ContinuedFrom("x", "numpy", 5))
    assert "cannot go on" in problems(continued)[0]


def test_torchvision_smooths_only_so_far() -> None:
    spec = ODD["elastic"]
    assert spec.training.augmentation is not None
    augmentation = replace(spec.training.augmentation, smoothness=7)
    rough = replace(spec, training=replace(spec.training, augmentation=augmentation))
    assert "smoothness" in problems(replace(rough, framework="pytorch"))[0]
    assert not problems(replace(rough, framework="numpy"))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_notebook_has_the_same_code(framework: str) -> None:
    spec = replace(run_spec(RECIPES["compact-cnn"]), framework=framework)
    made = json.loads(notebook(spec))
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    assert {cell["cell_type"] for cell in made["cells"]} == {"markdown", "code"}
    assert len({cell["id"] for cell in made["cells"]}) == len(made["cells"])
    code = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "code"]
    assert code[-1] == "main()"
    written_out = script(spec)
    assert all(piece.strip() in written_out for piece in code[:-1])
    # Only what reads the arguments of a command is not in it.
    assert ast.dump(ast.parse("\n".join(code[:-1]))) == ast.dump(_without_arguments(written_out))


def _without_arguments(text: str) -> ast.Module:
    tree = ast.parse(text)
    tree.body = [
        node
        for node in tree.body[1:-1]
        if not (isinstance(node, ast.Import) and node.names[0].name == "argparse")
    ]
    return tree


@pytest.mark.parametrize(
    ("framework", "words"),
    [
        ("pytorch", ["RandomSampler(", "replacement=True", "STEPS_PER_EPOCH * BATCH_SIZE"]),
        ("keras", ["keras.utils.PyDataset", "rng.integers(len(self.x), size=BATCH_SIZE)"]),
        ("numpy", ["rng.integers(count, size=BATCH_SIZE)"]),
    ],
)
def test_numbers_of_a_recipe_are_in_its_program(framework: str, words: list[str]) -> None:
    text = script(replace(run_spec(RECIPES["bobnet"]), framework=framework))
    numbers = ("BATCH_SIZE = 128", "EPOCHS = 10", "STEPS_PER_EPOCH = 100", "LEARNING_RATE = 0.001")
    assert all(number in text for number in numbers)
    assert all(word in text for word in words)
