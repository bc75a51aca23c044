"""What is known of a layer."""

from mnist_studio.analysis.layer_facts import layer_facts
from mnist_studio.spec.layers import AvgPool, BatchNorm, Conv, Dense, Flatten
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES

MODEL = ModelSpec((Conv(4), BatchNorm(), AvgPool(), Flatten(), Dense(10)))


def test_a_convolution_in_words_numbers_equations_and_code() -> None:
    facts = layer_facts(MODEL, 0)
    assert (facts.name, facts.title) == ("conv1", "conv 3×3, 4 same")
    assert facts.meaning.startswith("Convolution. ")
    assert dict(facts.figures) == {
        "Input": "28×28×1",
        "Output": "28×28×4",
        "Parameters": "3·3·1·4 + 4 = 40",
        "Multiply-adds": "28,224 for one image",
        "Memory": "160 B of weights, 12.5 kB of output for one image",
    }
    assert dict(facts.equations)["Forward"] == "y[i, j, o] = Σ x[i+p, j+q, c] W[p, q, c, o] + b"
    assert dict(facts.equations)["Gradient of bias"] == "db = Σ dy"
    assert dict(facts.code)["PyTorch"] == 'nn.Conv2d(1, 4, kernel_size=3, padding="same")'


def test_every_layer_of_every_recipe_is_explained() -> None:
    models = {recipe.model for recipe in RECIPES.values()}
    kinds = {
        type(layer): (model, position)
        for model in models
        for position, layer in enumerate(model.layers)
    }
    for model, position in kinds.values():
        facts = layer_facts(model, position)
        assert facts.meaning.endswith(".")
        assert all(text for _, text in (*facts.figures, *facts.equations, *facts.code))
