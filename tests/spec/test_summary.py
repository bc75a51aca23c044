from typing import get_args

from msgspec.structs import replace

from mnist_studio.spec import summary
from mnist_studio.spec.layers import Dense, Flatten, Initializer
from mnist_studio.spec.model import ModelSpec, Scaling
from mnist_studio.spec.optimizers import AdamW, CoupledDecay, RmsProp, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm, ClipValue, EarlyStopping
from mnist_studio.spec.schedules import Constant, Cosine, Exponential, OneCycle, Plateau, StepDecay


def method(name: str) -> str:
    return " ".join(summary.method(run_spec(RECIPES[name])))


def test_a_recipe_has_every_constant_in_its_method() -> None:
    assert method("wide-cnn") == (
        "Adadelta (rho 0.9, epsilon 1e-06), learning rate × 0.7 after every epoch. "
        "Inputs are standardized: (level / 255 - 0.1307) / 0.3081. "
        "Initialization: Glorot (Xavier) uniform, biases 0."
    )
    assert method("bobnet") == (
        "SGD, constant learning rate. Inputs are raw gray levels, 0 to 255. Initialization: "
        "uniform in ±1/√fan-in. Batches are drawn with replacement. One epoch is 100 steps."
    )
    assert "Initialization: uniform in ±0.5, also for biases. Every step uses" in method("tiny-gd")
    assert method("deep-cnn").endswith(
        "Augmentation: rotation up to 10°, scaling up to 10\N{NO-BREAK SPACE}%, "
        "shift up to 2.8 pixels."
    )


def test_every_initialization_has_words() -> None:
    names = get_args(get_args(Initializer)[0])
    words = [
        summary.initialization(ModelSpec((Flatten(), Dense(10, initial=name, bias=False))))
        for name in names
    ]
    assert len(set(words)) == len(names) == 8
    assert "LeCun normal" in words


def test_numbers_are_one_sentence() -> None:
    for name, sentence in (
        ("mlp-128", "Learning rate 0.001, batch size 64, 5 epochs, seed 42."),
        ("tiny-gd", "Learning rate 0.1, 10 epochs, seed 42."),
        ("fast-99", "Learning rate 0.01, batch size 128, 1 epoch, seed 42."),
    ):
        assert summary.numbers(RECIPES[name].training) == sentence
    assert summary.numbers(RECIPES["deep-cnn"].training).endswith(", 6,000 validation images.")


def test_momentum_is_part_of_the_optimizer() -> None:
    assert summary.optimizer(Sgd(0.1, momentum=0.9)) == "SGD (momentum 0.9)"
    assert (
        summary.optimizer(RmsProp(momentum=0.5)) == "RMSprop (rho 0.9, epsilon 1e-08, momentum 0.5)"
    )


def test_schedules() -> None:
    assert summary.schedule(Constant()) == "constant learning rate"
    assert summary.schedule(Exponential(0.7, 60_000)) == (
        "learning rate × 0.7 per 60,000 steps, decayed smoothly"
    )
    assert summary.schedule(Plateau(0.5, 1)).endswith("has not improved for 1 epoch")
    assert summary.schedule(OneCycle(0.2, 10, 1000)).endswith("then down to 1/10,000 of it")


def test_unusual_settings_are_method() -> None:
    run = run_spec(RECIPES["mlp-128"])
    training = replace(run.training, precision="float64", sampling="stored", clip=ClipValue(0.5))
    text = " ".join(summary.method(replace(run, training=training)))
    assert "in the order of the file, without shuffling. The precision is float64." in text
    assert "clipped by value at 0.5" in text
    training = replace(run.training, clip=ClipNorm(2))
    assert "clipped by norm at 2" in " ".join(summary.method(replace(run, training=training)))


def test_other_scalings_and_first_weights_are_method() -> None:
    assert summary.scaling(Scaling(0.5, 0.25)) == "scaled: (level / 255 - 0.5) / 0.25"
    model = ModelSpec(layers=(Flatten(), Dense(10, bias=False, initial="size_uniform")))
    assert summary.initialization(model) == "uniform in ±1/√size"


def test_newer_optimizers_schedules_and_decay_are_method() -> None:
    assert summary.optimizer(Sgd(momentum=0.9, nesterov=True)) == "SGD (Nesterov momentum 0.9)"
    assert summary.optimizer(AdamW()).endswith("epsilon 1e-08, weight decay 0.01 of the kernels)")
    assert summary.optimizer(RmsProp(centered=True)).endswith("epsilon 1e-08, centered)")
    assert summary.schedule(StepDecay(0.5, 3)) == "learning rate × 0.5 every three epochs"
    milestones = StepDecay(0.5, milestones=(5, 8))
    assert summary.schedule(milestones) == "learning rate × 0.5 after epochs 5 and 8"
    assert summary.schedule(Cosine()) == "learning rate falls along a half cosine to 0"
    run = run_spec(RECIPES["mlp-128"])
    training = replace(
        run.training, weight_decay=CoupledDecay(0.001), warmup_steps=100, best_epoch=True,
        early_stopping=EarlyStopping(3, 0.001),
    )  # fmt: skip
    text = " ".join(summary.method(replace(run, training=training)))
    assert "The learning rate first rises linearly for 100 steps." in text
    assert "Weight decay of the kernels: 0.001, coupled (L2)." in text
    assert (
        "Training ends early if the validation accuracy has not improved by more than 0.1 pp for "
        "three epochs. The final weights are those of the epoch with the best validation accuracy."
    ) in text
