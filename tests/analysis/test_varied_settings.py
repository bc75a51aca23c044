from msgspec.structs import replace

from mnist_studio.analysis.varied_settings import VariedSetting, varied_settings
from mnist_studio.spec.recipes import recipe, run_spec
from mnist_studio.spec.run import RunSpec


def changed(run: RunSpec, rate: float, seed: int = 1) -> RunSpec:
    training = run.training
    optimizer = replace(training.optimizer, learning_rate=rate)
    return replace(run, training=replace(training, optimizer=optimizer, seed=seed))


def test_only_what_differs_is_varied_and_never_the_seed() -> None:
    run = run_spec(recipe("tiny-10"))
    (found,) = varied_settings([changed(run, 0.1, 1), changed(run, 0.001, 2)])
    assert found == VariedSetting("optimizer.learning_rate", (0.1, 0.001))
    assert found.is_logarithmic
    assert found.choices == (0.001, 0.1)
    assert varied_settings([changed(run, 0.1, 1), changed(run, 0.1, 2)]) == ()


def test_layers_of_equally_deep_networks_are_compared_one_by_one() -> None:
    run = run_spec(recipe("tiny-10"))
    flatten, hidden, *rest = run.model.layers
    wide = replace(run.model, layers=(flatten, replace(hidden, units=20), *rest))
    (found,) = varied_settings([run, replace(run, model=wide)])
    assert found == VariedSetting("layers.2.units", (10, 20))
    assert not found.is_logarithmic
    deep = replace(run.model, layers=(flatten, hidden, hidden, *rest))
    (found,) = varied_settings([run, replace(run, model=deep)])
    assert found == VariedSetting("layers", (4, 5))


def test_choices_have_an_order_of_their_own() -> None:
    found = VariedSetting("clip", ("b", None, "a", True))
    assert not found.is_number
    assert found.choices == (True, "a", "b", None)
