from mnist_studio.analysis.groups import groups, two_way
from tests.analysis.test_groups import spec
from tests.approximately import near


def test_effects_of_framework_and_network() -> None:
    runs = {
        "a1": spec(1, "mlp-128", "numpy"), "a2": spec(2, "mlp-128", "numpy"),
        "b1": spec(1, "mlp-128", "keras"), "c1": spec(1, "small-cnn", "numpy"),
        "d1": spec(1, "small-cnn", "keras"), "e1": spec(1, "fnn-3", "pytorch"),
    }  # fmt: skip
    values = {"a1": 0.95, "a2": 0.97, "b1": 0.963, "c1": 0.985, "d1": 0.984, "e1": 0.5}
    found = two_way(groups(runs), values)
    assert found.recipes == ("mlp-128", "small-cnn", "fnn-3")
    assert found.frameworks == ("numpy", "keras", "pytorch")
    assert found.means == (
        (near(0.96), 0.963, None),
        (0.985, 0.984, None),
        (None, None, 0.5),
    )
    # fnn-3 was trained in one framework, pytorch trained one recipe: neither has an effect.
    assert found.framework_effects == (near(0.003), near(0.001), None)
    assert found.recipe_effects == (near(0.025), near(0.021), None)
    assert (found.framework_effect, found.recipe_effect) == (near(0.003), near(0.025))


def test_a_cnn_in_one_framework_and_an_mlp_in_another_have_no_effects() -> None:
    runs = {"a": spec(1, "mlp-128", "numpy"), "b": spec(1, "small-cnn", "keras")}
    found = two_way(groups(runs), {"a": 0.96, "b": 0.99})
    assert (found.framework_effect, found.recipe_effect) == (None, None)


def test_several_batch_sizes_of_a_cell_count_equally() -> None:
    runs = {
        "a": spec(1, batch=32), "b": spec(1, batch=64), "c": spec(2, batch=64),
        "d": spec(1, batch=128),
    }  # fmt: skip
    found = two_way(groups(runs), {"a": 1.0, "b": 2.0, "c": 4.0})
    assert found.means == ((2.0,),)


def test_no_groups() -> None:
    found = two_way((), {})
    assert (found.recipes, found.means, found.framework_effect, found.recipe_effect) == (
        (),
        (),
        None,
        None,
    )
