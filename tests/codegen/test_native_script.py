import ast
import json
import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from mnist_studio.codegen.native_script import notebook, problems, script
from mnist_studio.spec import schedules
from mnist_studio.spec.model import Scaling
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ContinuedFrom, FrameworkName
from tests.codegen.examples import FRAMEWORKS, SPECIAL, every_run, possible


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every script as a file."""
    folder = tmp_path_factory.mktemp("programs")
    for place, spec in enumerate(possible().values()):
        (folder / f"{place}.py").write_text(script(spec), "utf-8")
    return folder


def _ruff(*words: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_script_passes_ruff(folder: Path) -> None:
    assert len(list(folder.iterdir())) > 100
    assert not _ruff("check", folder=folder)


def test_every_script_is_formatted_like_ruff(folder: Path) -> None:
    assert not _ruff("format", "--diff", folder=folder)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", RECIPES)
def test_a_script_describes_itself_and_its_source(name: str, framework: str) -> None:
    recipe = RECIPES[name]
    described = ast.get_docstring(ast.parse(script(replace(run_spec(recipe), framework=framework))))
    assert described is not None
    words = " ".join(described.split())
    assert words.startswith(f"{name} in ")
    assert recipe.summary in words
    assert recipe.provenance.replace('"', "'")[:20] in words


def test_a_script_names_its_known_bugs() -> None:
    text = script(replace(run_spec(RECIPES["wide-cnn"]), known_bugs=("double-softmax",)))
    assert "Known bug: Softmax applied twice." in text


def test_only_what_a_framework_lacks_is_a_problem() -> None:
    refused = {name for name, spec in every_run() if problems(spec)}
    assert refused == {
        "tiny-gd bias-gradients keras", "summed biases keras", "dropped in bfloat16 numpy",
    }  # fmt: skip


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_warm_up_before_one_cycle_has_the_rates_of_the_shared_loop(framework: str) -> None:
    spec = SPECIAL["warm-up, one cycle"]
    code = _parts(script(replace(spec, framework=framework)))
    for step in range(40):
        shared = schedules.factor(spec.training.schedule, step, 10, 40, warmup=3)
        assert code["rate_factor"](step, 40) == pytest.approx(shared, rel=1e-14)


def test_a_warm_up_before_plateau_has_the_rates_of_the_shared_loop() -> None:
    spec = SPECIAL["warm-up, plateau"]
    code = _parts(script(replace(spec, framework="pytorch")))
    optimizer = SimpleNamespace(param_groups=[{"lr": 0.0}])
    scheduler, measured = code["WarmPlateau"](optimizer), [0.5, 0.6, 0.6, 0.6, 0.6, 0.6]
    for step in range(12):
        shared = schedules.factor(spec.training.schedule, step, 2, 12, measured[: step // 2], 3)
        rate = spec.training.optimizer.learning_rate * shared
        assert optimizer.param_groups[0]["lr"] == pytest.approx(rate, rel=1e-14)
        scheduler.step()
        if step % 2:
            scheduler.after_epoch(measured[step // 2])


def _parts(text: str) -> dict[str, Any]:
    """Constants and schedule of a script, without its framework."""
    names = ("rate_factor", "one_cycle", "half_cosine", "WarmPlateau")
    kept: list[ast.stmt] = [
        part
        for part in ast.parse(text).body
        if (isinstance(part, ast.Assign) and ast.unparse(part.targets[0]).isupper())
        or (isinstance(part, ast.FunctionDef | ast.ClassDef) and part.name in names)
    ]
    found: dict[str, Any] = {"math": math}
    exec(compile(ast.Module(kept, []), "script", "exec"), found)
    return found


def test_a_problem_has_a_remedy() -> None:
    for _, spec in every_run():
        assert all("choose" in problem.lower() or "off" in problem for problem in problems(spec))


def test_a_continued_run_cannot_be_a_script() -> None:
    continued = replace(SPECIAL["raw"], continued_from=ContinuedFrom("x", "numpy", 5))
    assert "cannot resume" in problems(continued)[0]


def test_torchvision_limits_the_smoothness() -> None:
    spec = SPECIAL["elastic"]
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
    text = script(spec)
    assert all(piece.strip() in text for piece in code[:-1])
    # The notebook lacks only the command line.
    assert ast.dump(ast.parse("\n".join(code[:-1]))) == ast.dump(_without_command_line(text))


def _without_command_line(text: str) -> ast.Module:
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
def test_a_script_has_the_numbers_of_its_recipe(framework: str, words: list[str]) -> None:
    text = script(replace(run_spec(RECIPES["bobnet"]), framework=framework))
    numbers = ("BATCH_SIZE = 128", "EPOCHS = 10", "STEPS_PER_EPOCH = 100", "LEARNING_RATE = 0.001")
    assert all(number in text for number in numbers)
    assert all(word in text for word in words)


@pytest.mark.parametrize("framework", ["keras", "numpy"])
def test_a_fraction_is_divided_by_as_a_whole(framework: str) -> None:
    """A deviation of 1/3 written without parentheses would divide by 1 and then by 3."""
    model = replace(run_spec(RECIPES["tiny-10"]).model, scaling=Scaling(0.5, 1 / 3))
    spec = replace(run_spec(RECIPES["tiny-10"]), framework=framework, model=model)
    assert "/ (1 / 3)" in script(spec)


def test_a_recipe_name_cannot_begin_a_cell() -> None:
    plain = replace(run_spec(RECIPES["tiny-10"]), recipe="x", framework="numpy")
    odd = replace(plain, recipe="x\n# %% Cell\nx")
    expected, cells = (json.loads(notebook(spec))["cells"] for spec in (plain, odd))
    assert len(cells) == len(expected)


def test_the_window_starts_without_jinja() -> None:
    code = "import sys; import mnist_studio.codegen.native_script; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_script_of_other_classes_names_them_and_never_loads_mnist(
    framework: FrameworkName,
) -> None:
    base = run_spec(RECIPES["mlp-128"], ("Coat", "Bag", "It's 3\""))
    text = script(replace(base, framework=framework, dataset="own/Clothes"))
    assert 'CLASS_NAMES = ["Coat", "Bag", "It\'s 3\\""]' in text
    assert 'print("Classes:", ", ".join(CLASS_NAMES))' in text
    assert "Dataset: Clothes" in text
    assert "download=True" not in text
    assert "mnist.load_data" not in text
    compile(text, "script.py", "exec")
    digits = script(replace(run_spec(RECIPES["mlp-128"]), framework=framework))
    assert "CLASS_NAMES" not in digits
