from msgspec.structs import replace

from mnist_studio.spec import summary
from mnist_studio.spec.layers import Dense, Flatten
from mnist_studio.spec.model import ModelSpec, Scaling
from mnist_studio.spec.optimizers import RmsProp, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm, ClipValue
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Plateau


def told(name: str) -> str:
    return " ".join(summary.method(run_spec(RECIPES[name])))


def test_a_recipe_is_told_with_every_constant() -> None:
    assert told("wide-cnn") == (
        "Adadelta (rho 0.9, epsilon 1e-06), rate × 0.7 after every epoch. "
        "Inputs are standardized: (level / 255 - 0.1307) / 0.3081. "
        "First weights by Glorot, biases 0."
    )
    assert told("bobnet") == (
        "SGD, constant rate. Inputs are raw gray levels, 0 to 255. First weights evenly within "
        "1/√fan-in of 0. Batches are drawn with replacement. An epoch is 100 steps."
    )
    assert "First weights evenly within 0.5 of 0, biases too. Every step sees" in told("tiny-gd")
    assert told("deep-cnn").endswith(
        "Digits are turned by 10°, zoomed by 10\N{NO-BREAK SPACE}%, shifted by 2.8 pixels at most."
    )


def test_numbers_are_told_in_a_sentence() -> None:
    for name, sentence in (
        ("mlp-128", "Learning rate 0.001, batches of 64, 5 epochs, seed 42."),
        ("tiny-gd", "Learning rate 0.1, 10 epochs, seed 42."),
        ("fast-99", "Learning rate 0.01, batches of 128, 1 epoch, seed 42."),
    ):
        assert summary.numbers(RECIPES[name].training) == sentence
    assert summary.numbers(RECIPES["deep-cnn"].training).endswith(", 6,000 digits to validate on.")


def test_optimizers_with_momentum_say_so() -> None:
    assert summary.optimizer(Sgd(0.1, momentum=0.9)) == "SGD (momentum 0.9)"
    assert (
        summary.optimizer(RmsProp(momentum=0.5)) == "RMSprop (rho 0.9, epsilon 1e-08, momentum 0.5)"
    )


def test_schedules_say_how_the_rate_moves() -> None:
    assert summary.schedule(Constant()) == "constant rate"
    assert summary.schedule(Exponential(0.7, 60_000)) == "rate × 0.7 in 60,000 steps, step by step"
    assert summary.schedule(Plateau(0.5, 1)).endswith("has not risen for 1 epoch")
    assert summary.schedule(OneCycle(0.2, 10, 1000)).endswith("then down to 1/10,000")


def test_unusual_settings_are_told() -> None:
    run = run_spec(RECIPES["mlp-128"])
    training = replace(run.training, precision="float64", sampling="stored", clip=ClipValue(0.5))
    said = " ".join(summary.method(replace(run, training=training)))
    assert "Digits come in the order of the file. Computed in float64." in said
    assert "clipped by value at 0.5" in said
    training = replace(run.training, clip=ClipNorm(2))
    assert "clipped by norm at 2" in " ".join(summary.method(replace(run, training=training)))


def test_other_scalings_and_first_weights_are_told() -> None:
    assert summary.scaling(Scaling(0.5, 0.25)) == "(level / 255 - 0.5) / 0.25"
    model = ModelSpec(layers=(Flatten(), Dense(10, bias=False, initial="size_uniform")))
    assert summary.first_weights(model) == "evenly within 1/√size of 0"
