"""Which models decide the common prediction for a drawing."""

import dataclasses
from pathlib import Path

from msgspec.structs import replace

from mnist_studio.analysis.interpretation import Vote, consensus
from mnist_studio.analysis.voters import MOST_VOTES, equally_accurate, most_accurate, voters
from mnist_studio.events import Stopped
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import DatasetName, FrameworkName
from mnist_studio.store.rows import Run

STRONG = ("robust", "record", "fast-99")
WEAK = [name for name in RECIPES if name not in STRONG][:7]
FRAMEWORKS: tuple[FrameworkName, ...] = ("numpy", "pytorch", "keras")


def run(
    recipe: str,
    accuracy: float | None,
    framework: FrameworkName = "pytorch",
    dataset: DatasetName = "mnist",
    name: str = "",
) -> Run:
    spec = replace(run_spec(RECIPES[recipe]), framework=framework, dataset=dataset)
    end = Stopped(
        run="r", framework=framework, epochs=2, step=1, test_accuracy=accuracy, test_loss=1.0,
        seconds={}, device="CPU",
    )  # fmt: skip
    return Run(name or f"{recipe} {framework}", recipe, spec, "finished", 1.0, Path("no"), end)


def sevens_and(other: int, runs: list[Run]) -> list[Vote]:
    """The strong models predict a 7, the others something else."""
    digits = {one.id: 7 if one.spec.recipe in STRONG else other for one in runs}
    return [
        Vote(one.title, tuple(float(digit == digits[one.id]) for digit in range(10)))
        for one in runs
    ]


def test_many_weak_models_do_not_outvote_three_good_ones() -> None:
    weak = [run(recipe, 0.9, framework) for recipe in WEAK for framework in FRAMEWORKS]
    good = [run(recipe, 0.99 + 0.002 * at) for at, recipe in enumerate(STRONG)]
    assert (len(weak), len(good)) == (21, 3)
    assert voters(weak + good) == tuple(reversed(good))
    every, chosen = consensus(sevens_and(1, weak + good)), consensus(sevens_and(1, good))
    assert every is not None
    assert chosen is not None
    assert (every.label, chosen.label, chosen.headline) == (1, 7, "All three models agree")


def test_a_network_has_one_vote_however_often_it_was_trained() -> None:
    often = [run("robust", 0.993 + seed / 10_000, name=f"seed {seed}") for seed in range(5)]
    other = run("record", 0.9931)
    assert [one.id for one in voters([*often, other])] == ["seed 4", "record pytorch"]
    assert [one.id for one in voters([run("robust", 0.99, "keras"), run("robust", 0.99)])] == [
        "robust keras"
    ]


def test_at_most_five_networks_within_a_percentage_point_vote() -> None:
    runs = [run(recipe, 0.99 - at / 2000) for at, recipe in enumerate(list(RECIPES)[:8])]
    assert voters(runs) == tuple(runs[:MOST_VOTES])
    assert len(voters([run("robust", 0.99), run("record", 0.98)])) == 2
    assert len(voters([run("robust", 0.99), run("record", 0.9799)])) == 1


def test_accuracies_on_other_images_do_not_compare() -> None:
    easy, mnist = run("record", 1.0, dataset="builtin"), run("robust", 0.99)
    assert voters([easy, mnist]) == (mnist,)
    assert most_accurate([easy, mnist]) is mnist
    assert voters([easy]) == (easy,)


def test_without_accuracies_the_newest_of_each_network_votes() -> None:
    newer, older = run("robust", None, name="newer"), run("robust", None, name="older")
    assert voters([newer, older]) == (newer,)
    assert voters([]) == ()
    assert most_accurate([]) is None


def test_models_of_the_same_accuracy_share_the_first_place() -> None:
    numpy, pytorch = run("mlp-128", 0.9731, "numpy"), run("mlp-128", 0.973101, "pytorch")
    others = run("mlp-128", 0.9730, "keras"), run("small-cnn", 0.9731, dataset="builtin")
    assert equally_accurate((numpy, pytorch, *others), numpy) == (numpy, pytorch)
    assert equally_accurate(others, others[0]) == others[:1]


def test_only_models_with_the_same_classes_vote_together() -> None:
    digits = run("robust", 0.99)
    spec = run_spec(RECIPES["robust"], tuple("ABC"))
    letters = dataclasses.replace(digits, id="letters", spec=spec)
    other = replace(spec, class_names=tuple("ABD"))
    others = dataclasses.replace(digits, id="others", spec=other)
    assert voters([letters, digits, others]) == (digits,)
    assert voters([letters, digits, others], tuple("ABC")) == (letters,)
    assert voters([letters]) == (letters,)
