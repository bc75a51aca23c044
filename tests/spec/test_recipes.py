import pytest

from mnist_studio.errors import UnknownName
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES, Recipe
from mnist_studio.spec.run_checks import check


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("mlp-128", 101_770),
        ("small-cnn", 206_922),
        ("fnn-3", 109_386),
        ("wide-cnn", 1_199_882),
        ("compact-cnn", 421_642),
        ("sgd-mlp", 101_770),
        ("sgd-mlp-sigmoid", 101_770),
        ("bobnet", 101_632),
        ("tiny-gd", 7_960),
        ("tiny-10", 7_960),
        ("keras-classic", 1_199_882),
        ("deep-cnn", 887_530),
    ],
)
def test_parameter_counts(name: str, parameters: int) -> None:
    assert parameter_count(recipes.recipe(name).model) == parameters


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_recipe_works_and_has_a_source(recipe: Recipe) -> None:
    spec = recipes.run_spec(recipe)
    check(spec)
    known_bugs.check(spec)
    assert spec.recipe == recipe.name
    assert spec.framework == recipe.framework
    assert all((recipe.title, recipe.source.name, recipe.summary, recipe.provenance))


def test_no_two_recipes_have_the_same_title() -> None:
    assert len({recipe.title for recipe in RECIPES.values()}) == len(RECIPES)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_known_bugs_of_a_recipe_have_an_effect_in_it(recipe: Recipe) -> None:
    assert all(known_bugs.has_effect(name, recipes.run_spec(recipe)) for name in recipe.known_bugs)


def test_a_source_has_some_bugs_in_one_framework_only() -> None:
    wide = recipes.recipe("wide-cnn")
    both = {"own-constants", "unshuffled"}
    assert set(wide.source_bugs("pytorch")) == {"double-softmax", *both}
    assert set(wide.source_bugs("keras")) == {"batch-decay", *both}
    assert set(wide.source_bugs("numpy")) == both
    compact = recipes.recipe("compact-cnn")
    assert compact.source_bugs("keras") == compact.source_bugs("pytorch") == compact.known_bugs


def test_a_misspelled_recipe_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean compact-cnn") as raised:
        recipes.recipe("compact-cn")
    assert "mlp-128" in raised.value.remedy


def test_an_unknown_name_lists_the_recipes() -> None:
    with pytest.raises(UnknownName) as raised:
        recipes.recipe("zzz")
    assert raised.value.remedy == f"Known: {', '.join(RECIPES)}."
