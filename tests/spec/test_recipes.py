import pytest

from mnist_studio.errors import UnknownName
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES, Recipe
from mnist_studio.spec.run import check


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
def test_every_recipe_can_work_and_says_where_it_comes_from(recipe: Recipe) -> None:
    spec = recipes.run_spec(recipe)
    check(spec)
    known_bugs.check(spec)
    assert spec.recipe == recipe.name
    assert spec.framework == recipe.framework
    assert all((recipe.source, recipe.summary, recipe.provenance))


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_faults_of_a_recipe_make_sense_in_it(recipe: Recipe) -> None:
    assert all(known_bugs.makes_sense(name, recipes.run_spec(recipe)) for name in recipe.known_bugs)


def test_a_source_has_some_faults_in_one_framework_only() -> None:
    wide = recipes.recipe("wide-cnn")
    both = {"own-constants", "unshuffled"}
    assert set(wide.published("pytorch")) == {"double-softmax", *both}
    assert set(wide.published("keras")) == {"batch-decay", *both}
    assert set(wide.published("numpy")) == both
    compact = recipes.recipe("compact-cnn")
    assert compact.published("keras") == compact.published("pytorch") == compact.known_bugs


def test_a_misspelt_recipe_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean compact-cnn") as raised:
        recipes.recipe("compact-cn")
    assert "mlp-128" in raised.value.remedy


def test_a_name_like_no_recipe_lists_them() -> None:
    with pytest.raises(UnknownName) as raised:
        recipes.recipe("zzz")
    assert raised.value.remedy == f"Known: {', '.join(RECIPES)}."
