"""Changes of single settings, as the command line, grids, and searches write them."""

import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.change_values import text_of
from mnist_studio.spec.changes import Change, changed, parse, settings_of, value_at
from mnist_studio.spec.layers import Conv, Dense, Dropout, Relu, Uniform
from mnist_studio.spec.optimizers import Adadelta, Adam, DecoupledDecay, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm, EarlyStopping, RunSpec
from mnist_studio.spec.run_checks import check
from mnist_studio.spec.schedules import OneCycle, StepDecay

CNN = run_spec(RECIPES["wide-cnn"])


def after(text: str, run: RunSpec = CNN) -> RunSpec:
    return changed(run, [parse(word) for word in text.split()])


def test_single_settings_of_network_and_training() -> None:
    run = after("optimizer.learning_rate=0.02 layers.8.units=64 epochs=1e1 scaling.mean=0 seed=7")
    assert run.training == replace(
        CNN.training, optimizer=Adadelta(0.02), epochs=10, seed=7, schedule=CNN.training.schedule
    )
    assert (run.model.layers[7], run.model.scaling.mean) == (Dense(64), 0.0)
    assert replace(run, model=CNN.model, training=CNN.training) == CNN
    check(run)


def test_a_path_may_have_the_section_of_the_file() -> None:
    assert after("training.epochs=3") == after("epochs=3")
    assert after("model.layers.8.units=3") == after(" layers.8.units = 3 ".replace(" ", ""))


def test_a_new_kind_keeps_what_both_have() -> None:
    run = after("optimizer.kind=adam optimizer.beta1=0.8")
    assert run.training.optimizer == Adam(1.0, beta1=0.8, epsilon=1e-6)
    assert after("optimizer=sgd optimizer.momentum=0.9").training.optimizer == Sgd(1.0, 0.9)
    layers = after("layers.2.kind=dropout layers.2.rate=0.1 layers.6=relu").model.layers
    assert (layers[1], layers[5]) == (Dropout(0.1), Relu())
    assert after("schedule.warmup=0.1 schedule.kind=one_cycle").training.schedule == OneCycle(0.1)


def test_settings_that_the_run_does_not_have_yet() -> None:
    run = after("augmentation.rotation=5 clip.limit=2 clip.kind=norm layers.1.initial.limit=0.2")
    assert run.training.augmentation == Augmentation(rotation=5)
    assert run.training.clip == ClipNorm(2.0)
    assert run.model.layers[0] == Conv(32, padding="valid", initial=Uniform(0.2))
    assert after("clip=none augmentation=none", run).training == CNN.training


def test_values_of_their_own_type_as_in_a_file() -> None:
    changes = (Change("epochs", 3), Change("layers.8.bias", False), Change("scaling.mean", 0))
    run = changed(CNN, changes)
    assert (run.training.epochs, run.model.layers[7].bias) == (3, False)  # type: ignore[union-attr]
    assert changed(CNN, [Change("epochs", 3.0)]).training.epochs == 3
    largest = 2**63 - 1
    assert after(f"seed={largest}").training.seed == largest


def test_every_setting_can_be_set_to_what_it_is() -> None:
    for recipe in RECIPES.values():
        run = run_spec(recipe)
        for path, value in settings_of(run):
            assert changed(run, [parse(Change(path, value).text)]) == run, path
            assert value_at(run, path) == value


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("epochs", "not a setting with its value", "optimizer.learning_rate=0.01"),
        ("=3", "not a setting with its value", ""),
        ("optimizer.lerning_rate=1", "optimizer (adadelta) has no setting “lerning_rate”",
         "Did you mean optimizer.learning_rate?"),
        ("learning_rate=1", "There is no setting “learning_rate”",
         "Did you mean optimizer.learning_rate?"),
        ("epoch=1", "There is no setting “epoch”", "Did you mean epochs?"),
        ("framework=keras", "not a setting of the network", "--framework"),
        ("epochs=1.5", "epochs must be a whole number, got “1.5”", ""),
        ("scaling.mean=nan", "scaling.mean must be a number", ""),
        ("layers.1.bias=maybe", "layers.1.bias must be true or false", ""),
        ("layers.1.padding=full", "layers.1.padding cannot be “full”", "same or valid"),
        ("layers.99.units=3", "the network has layers 1 to 11, got “99”", "layers.1"),
        ("layers.x.units=3", "the network has layers 1 to 11", "layers.1"),
        ("layers=3", "layers must be changed item by item", ""),
        ("layers.2.units=3", "layers.2 (relu) has no setting “units”", "kind"),
        ("layers.2.kind=dense", "layers.2 needs units", "Set layers.2.units too"),
        ("optimizer.kind=adma", "optimizer.kind cannot be “adma”", "Did you mean adam?"),
        ("clip.limit=1", "clip.limit does not exist", "Set clip.kind too: norm or value"),
        ("epochs.x=3", "epochs is one value", "epochs=VALUE"),
        ("augmentation=x", "augmentation must be none or changed by its own settings", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_explained(text: str, problem: str, remedy: str) -> None:
    with pytest.raises(SpecError) as caught:
        after(text)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


def test_an_error_names_the_place_in_the_run() -> None:
    with pytest.raises(SpecError) as caught:
        after("layers.8.units=x")
    assert caught.value.path == ("model", "layers", 7, "units")


def test_values_as_text() -> None:
    assert [text_of(value) for value in (None, True, 3, 0.001, 1 / 3, "same")] == [
        "none", "true", "3", "0.001", "0.3333333333333333", "same",
    ]  # fmt: skip


def test_every_training_setting_has_a_path() -> None:
    run = after(
        "optimizer.kind=sgd optimizer.nesterov=on optimizer.momentum=0.9 weight_decay.rate=0.02 "
        "weight_decay.kind=decoupled warmup_steps=100 schedule.kind=step schedule.milestones=5,8 "
        "early_stopping.patience=3 early_stopping.min_improvement=0.001 best_epoch=true "
        "monitor=loss validation=5000"
    )
    training = run.training
    assert training.optimizer == Sgd(1.0, 0.9, nesterov=True)
    assert training.weight_decay == DecoupledDecay(0.02)
    assert training.schedule == StepDecay(0.7, milestones=(5, 8))  # The factor stays.
    assert training.early_stopping == EarlyStopping(3, 0.001)
    assert (training.warmup_steps, training.best_epoch, training.monitor) == (100, True, "loss")
    check(run)
    assert value_at(run, "schedule.milestones") == "5,8"
    none = after("schedule.milestones=none optimizer.kind=adamw weight_decay=none", run)
    assert value_at(none, "schedule.milestones") is None
    assert changed(none, [Change(*one) for one in settings_of(none)]) == none
    with pytest.raises(SpecError, match="whole numbers with commas between them, such as 5,8"):
        after("schedule.milestones=5,x", run)
