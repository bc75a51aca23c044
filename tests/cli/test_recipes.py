from pathlib import Path

from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.recipes import RECIPES
from tests.cli.conftest import Main


def test_the_table_has_every_recipe_with_its_parameters(here: Main) -> None:
    said = here("recipes")
    assert said.code == 0
    assert all(name in said.output for name in RECIPES)
    assert "421,642" in said.output


def test_json_has_a_line_a_recipe(here: Main) -> None:
    lines = here("recipes", "--json").json
    assert [line["recipe"] for line in lines] == list(RECIPES)
    mlp = next(line for line in lines if line["recipe"] == "mlp-128")
    assert mlp["parameters"] == 101_770
    assert mlp["training"]["batch_size"] == 64


def test_a_recipe_is_described_with_its_origin_and_layers(here: Main) -> None:
    said = here("recipes", "wide-cnn")
    assert said.code == 0
    for words in (
        "Provenance   The source's network in PyTorch", "98.70 %",
        "batch-decay (Keras)", "rate × 0.7 after every epoch", "standardized",
        "batch size 64, 10 epochs",
    ):  # fmt: skip
        assert words in said.output
    assert "1,179,776" in said.output  # Of the dense layer behind the flattened maps.
    (line,) = here("recipes", "wide-cnn", "--json").json
    assert line["recipe"] == "wide-cnn"
    wrong = here("recipes", "wide-cn")
    assert (wrong.code, "Did you mean wide-cnn?" in wrong.errors) == (2, True)


def test_known_bugs_are_listed_with_what_they_need(here: Main) -> None:
    lines = here("recipes", "--known-bugs", "--json").json
    assert [line["bug"] for line in lines] == list(KNOWN_BUGS)
    said = here("recipes", "--known-bugs")
    assert "double-softmax" in said.output


def test_a_picture_of_the_network_is_saved(here: Main, tmp_path: Path) -> None:
    file = tmp_path / "network.svg"
    said = here("recipes", "tiny-10", "--picture", str(file))
    assert (said.code, said.errors) == (0, f"Saved to {file}.\n")
    assert "7,850 parameters" in file.read_text("utf-8")
    assert here("recipes", "--picture", str(file)).code == 2
    wrong = here("recipes", "tiny-10", "--picture", str(tmp_path / "network.gif"))
    assert "neither an SVG nor a PNG nor a PDF" in wrong.errors
