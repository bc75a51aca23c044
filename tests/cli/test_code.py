import json
from pathlib import Path

import pytest

from mnist_studio.codegen.native_script import notebook, script
from mnist_studio.spec.recipes import RECIPES, run_spec
from tests.cli.conftest import TRAIN, Main, studio


@pytest.fixture
def described() -> str:
    return script(run_spec(RECIPES["compact-cnn"]))


def test_a_script_is_shown_in_the_framework_of_its_recipe(here: Main, described: str) -> None:
    said = here("code", "compact-cnn")
    assert (said.code, said.output, said.errors) == (0, described, "")
    assert here("code", "compact-cnn", "--framework", "keras").output != described


def test_a_notebook_is_saved(here: Main, tmp_path: Path) -> None:
    path = tmp_path / "new" / "digits.ipynb"
    said = here("code", "compact-cnn", "--notebook", "--output", path)
    assert (said.code, said.output) == (0, "")
    assert path.read_text("utf-8") == notebook(run_spec(RECIPES["compact-cnn"]))
    assert json.loads(path.read_text("utf-8"))["nbformat"] == 4


def test_known_bugs_are_in_the_code(here: Main) -> None:
    said = here("code", "wide-cnn", "--known-bug", "double-softmax")
    assert "softmax a second time" in said.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("compact-cn",), "Did you mean compact-cnn?"),
        (("compact-cnn", "--framework", "jax"), "no framework called"),
        (("tiny-gd", "--framework", "keras", "--with-source-bugs"), "cannot sum"),
        (("mlp-128", "--known-bug", "batch-decay"), "has no effect"),
    ],
)
def test_what_cannot_be_written_is_explained(here: Main, words: tuple[str], told: str) -> None:
    said = here("code", *words)
    assert said.code == 2
    assert told in said.errors
    assert said.output == ""


def test_a_recipe_is_trained_by_its_native_script() -> None:
    said = studio(*TRAIN, "--native", "--json")
    assert said.code == 0
    assert said.json[0]["title"].startswith("MLP 128 · NumPy, native script")
    assert said.json[-1]["type"] == "finished"
    assert said.json[-1]["test_accuracy"] > 0.8


def test_what_has_no_native_script_is_refused(here: Main) -> None:
    said = here(*TRAIN, "--native", "--precision", "bfloat16")
    assert said.code == 2
    assert "NumPy does not support bfloat16" in said.errors


def test_source_bugs_are_those_of_the_source_in_that_framework(here: Main) -> None:
    torch = here("code", "wide-cnn", "--with-source-bugs").output
    keras = here("code", "wide-cnn", "--framework", "keras", "--with-source-bugs").output
    softmax, decay = "Softmax applied twice", "Decay counted"
    for text, has, lacks in ((torch, softmax, decay), (keras, decay, softmax)):
        assert f"Known bug: {has}" in text
        assert f"Known bug: {lacks}" not in text
        assert "Known bug: No shuffling" in text
