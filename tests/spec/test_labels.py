from msgspec.structs import replace

from mnist_studio.spec.changes import changed, parse
from mnist_studio.spec.labels import network_names, recipe_labels
from mnist_studio.spec.layers import Dense, Flatten, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import AdamW, DecoupledDecay
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import EarlyStopping, RunSpec
from mnist_studio.spec.run_settings import Setting, differences, settings
from mnist_studio.spec.schedules import Cosine

MLP = run_spec(RECIPES["mlp-128"])


def trained(**changes: object) -> RunSpec:
    return replace(MLP, training=replace(MLP.training, **changes))


def test_only_what_differs() -> None:
    assert differences([MLP, MLP]) == ()
    assert differences([MLP]) == ()
    assert differences([]) == ()
    found = differences([trained(batch_size=32), trained(batch_size=64), trained(seed=7)])
    assert found == (
        Setting("training.batch_size", ("32", "64", "64")),
        Setting("training.seed", ("42", "42", "7")),
    )


def test_settings_that_only_one_optimizer_has() -> None:
    found = differences([run_spec(RECIPES["wide-cnn"]), MLP])
    rho = Setting("training.optimizer.rho", ("0.9", "–"))
    beta = Setting("training.optimizer.beta1", ("–", "0.9"))
    assert {rho, beta} <= set(found)
    paths = [setting.path for setting in found]
    assert paths.index(beta.path) < paths.index("training.epochs") < paths.index("framework")


def test_layers_are_one_setting() -> None:
    narrow = replace(MLP, model=ModelSpec((Flatten(), Dense(16), Relu(), Dense(10))))
    (found,) = differences([MLP, narrow])
    assert found == Setting(
        "model.layers",
        ("flatten → dense 128 → ReLU → dense 10", "flatten → dense 16 → ReLU → dense 10"),
    )


def test_layers_of_equal_titles_that_differ_in_their_initialization() -> None:
    layers = (Flatten(), Dense(128, initial="he_normal"), Relu(), Dense(10))
    (found,) = differences([MLP, replace(MLP, model=ModelSpec(layers, MLP.model.scaling))])
    assert found.path == "model.layers"
    assert found.values[0] != found.values[1]
    assert "dense 128 (initial he_normal)" in found.values[1]


def test_every_difference_of_any_two_recipes_is_found() -> None:
    runs = [run_spec(recipe) for recipe in RECIPES.values()]
    for a in runs:
        for b in runs:
            assert bool(differences([a, b])) == (a != b)


def test_values_as_text() -> None:
    found = dict(settings(replace(MLP, known_bugs=("unshuffled", "own-initial"))))
    assert found["known_bugs"] == "unshuffled, own-initial"
    assert found["continued_from"] == "–"
    assert found["training.optimizer.learning_rate"] == "0.001"
    assert found["threads"] == "0"


def with_layers(*texts: str, run: RunSpec = MLP) -> RunSpec:
    return changed(run, [parse(text) for text in texts])


def test_single_changes_of_layers_are_named() -> None:
    other = with_layers(
        "layers.2.units=32", "layers.2.bias=no", "layers.3.kind=sigmoid", "epochs=9"
    )
    assert recipe_labels(other) == (
        "layer 2 units 32", "layer 2 no bias", "layer 3 sigmoid", "9 epochs"
    )  # fmt: skip
    longer = replace(MLP, model=replace(MLP.model, layers=(Flatten(), *MLP.model.layers)))
    assert recipe_labels(longer) == ("changed layers",)


def test_networks_that_differ_have_different_names() -> None:
    runs = [
        MLP,
        replace(MLP, training=replace(MLP.training, seed=3)),
        with_layers("layers.2.units=9"),
    ]
    plain = "MLP 128"
    assert network_names(runs) == (plain, plain, "MLP 128, changed: layer 2 units 9")
    unknown = [replace(run, recipe="Mine") for run in runs]
    names = ("Mine, layer 2 units 128", "Mine, layer 2 units 128", "Mine, layer 2 units 9")
    assert network_names(unknown) == names
    assert network_names(unknown[:1]) == ("Mine",)


def test_titles_name_weight_decay_and_early_stopping() -> None:
    run = trained(
        weight_decay=DecoupledDecay(0.02), warmup_steps=50, validation=5000,
        early_stopping=EarlyStopping(3), best_epoch=True,
    )  # fmt: skip
    assert recipe_labels(run) == (
        "5,000 validation images", "50 warm-up steps", "best epoch", "decoupled weight decay",
        "decay rate 0.02", "early stopping after 3 epochs",
    )  # fmt: skip
    assert recipe_labels(trained(optimizer=AdamW(), schedule=Cosine())) == (
        "AdamW", "cosine schedule",
    )  # fmt: skip
