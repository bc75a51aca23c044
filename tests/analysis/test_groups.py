import pytest
from msgspec.structs import replace

from mnist_studio.analysis.groups import by_seed, groups
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec


def spec(
    seed: int, recipe: str = "mlp-128", framework: FrameworkName = "numpy", batch: int = 64
) -> RunSpec:
    run = run_spec(RECIPES[recipe])
    training = replace(run.training, seed=seed, batch_size=batch)
    return replace(run, framework=framework, training=training)


def test_runs_that_differ_in_their_seed_alone() -> None:
    found = groups(
        {"a": spec(2), "b": spec(2, framework="keras"), "c": spec(1), "d": spec(3, "small-cnn")}
    )
    assert [(group.key, group.runs, group.seeds) for group in found] == [
        ("a", ("c", "a"), (1, 2)),
        ("b", ("b",), (2,)),
        ("d", ("d",), (3,)),
    ]
    assert [group.title for group in found] == [
        "MLP 128 · NumPy",
        "MLP 128 · Keras",
        "Small CNN · NumPy",
    ]
    assert [(group.recipe, group.framework) for group in found[:2]] == [
        ("mlp-128", "numpy"),
        ("mlp-128", "keras"),
    ]
    assert found[0].spec == spec(2)
    assert groups({}) == ()


def test_titles_say_what_parts_groups_of_one_recipe_and_framework() -> None:
    found = groups({"a": spec(1, batch=32), "b": spec(1, batch=64), "c": spec(9, batch=64)})
    assert [group.title for group in found] == [
        "MLP 128 · NumPy · batch 32",
        "MLP 128 · NumPy · batch 64",
    ]
    assert found[1].runs == ("b", "c")


def test_any_other_setting_parts_groups() -> None:
    plain = spec(1)
    others = (
        replace(plain, threads=2),
        replace(plain, dataset="builtin"),
        replace(plain, known_bugs=("unshuffled",)),
        replace(plain, style="native"),
        replace(plain, device="cpu"),
    )
    for other in others:
        found = groups({"a": plain, "b": other})
        assert len(found) == 2
        assert found[0].title != found[1].title


def test_figures_by_seed() -> None:
    (group,) = groups({"a": spec(3), "b": spec(1), "c": spec(3), "d": spec(2)})
    assert by_seed(group, {"a": 0.9, "b": 0.8, "c": 0.7, "z": 0.1}) == {
        1: 0.8,
        3: pytest.approx(0.8),
    }
    assert list(by_seed(group, dict.fromkeys("abcd", 1.0))) == [1, 2, 3]


def test_a_group_can_have_some_of_its_runs_only() -> None:
    (group,) = groups({"a": spec(3), "b": spec(1), "c": spec(2)})
    some = group.only({"a", "c", "of another group"})
    assert some is not None
    assert (some.runs, some.seeds) == (("c", "a"), (2, 3))
    assert (some.key, some.spec, some.title) == (group.key, group.spec, group.title)
    assert group.only(["a", "b", "c"]) == group
    assert group.only(()) is None
