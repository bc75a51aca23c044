"""Titles of runs."""

import time

import pytest
from msgspec.structs import replace

from mnist_studio.errors import StoreError
from mnist_studio.spec.changes import changed, parse
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.schedules import OneCycle
from mnist_studio.store import titles
from mnist_studio.store.runs import RunStore

MLP = replace(run_spec(RECIPES["mlp-128"]), framework="pytorch")
TRAINING = MLP.training
FAST = replace(TRAINING.optimizer, learning_rate=0.01)
STARTED = time.mktime((2025, 3, 14, 14, 3, 25, 0, 0, -1)) + 0.75


@pytest.mark.parametrize(
    ("spec", "title"),
    [
        (MLP, "MLP 128 · PyTorch"),
        (
            replace(MLP, training=replace(TRAINING, optimizer=FAST, seed=3)),
            "MLP 128 · PyTorch · lr 0.01, seed 3",
        ),
        (
            replace(MLP, training=replace(TRAINING, batch_size=32, epochs=1, precision="float64")),
            "MLP 128 · PyTorch · batch 32, 1 epoch, float64",
        ),
        (replace(MLP, style="native", threads=2), "MLP 128 · PyTorch, native script · 2 threads"),
        (replace(MLP, dataset="builtin"), "MLP 128 · PyTorch · built-in digits"),
        (
            replace(MLP, known_bugs=("double-softmax",)),
            "MLP 128 · PyTorch · softmax applied twice",
        ),
        (
            replace(MLP, training=replace(TRAINING, schedule=OneCycle())),
            "MLP 128 · PyTorch · one-cycle schedule",
        ),
        (replace(MLP, recipe="mine", device="cpu"), "mine · PyTorch"),
    ],
)
def test_a_title_names_the_differences_from_the_recipe(spec: RunSpec, title: str) -> None:
    assert titles.of(spec) == title


def test_a_title_leaves_out_what_does_not_fit() -> None:
    bugs = ("double-softmax", "unshuffled", "bias-gradients", "zero-initial")
    title = titles.of(replace(MLP, known_bugs=bugs, dataset="builtin", threads=2))
    assert len(title) <= titles.LONGEST
    assert title.endswith("…")
    assert len(titles.of(replace(MLP, recipe="x" * 100))) == titles.LONGEST


def test_runs_with_the_same_settings_differ_in_their_time_of_start() -> None:
    taken: list[str] = []
    for _ in range(5):
        taken.append(titles.unique(MLP, STARTED, taken))
    plain = "MLP 128 · PyTorch"
    assert taken == [
        plain,
        f"{plain} · 14:03",
        f"{plain} · 14:03:25",
        f"{plain} · 2025-03-14 14:03:25",
        f"{plain} · 2025-03-14 14:03:25.750",
    ]
    other = replace(MLP, training=replace(TRAINING, seed=3))
    assert titles.unique(other, STARTED, [titles.of(other)]) == f"{plain} · seed 3, 14:03"


def test_a_seed_that_did_not_fit_comes_before_the_time() -> None:
    settings = "layers.2.units=256 optimizer.learning_rate=0.000930662 batch_size=256 epochs=2"
    long = changed(MLP, [parse(setting) for setting in settings.split()])
    titled: list[str] = []
    for seed in (5, 6, 7):
        spec = replace(long, training=replace(long.training, seed=seed, validation=5000))
        titled.append(titles.unique(spec, STARTED, titled))
    assert titled[0].endswith("…")
    assert [title.rpartition(", ")[2] for title in titled[1:]] == ["seed 6", "seed 7"]


@pytest.mark.parametrize(
    "title", ["Größe ‚7‘ — 手書き数字", "👩‍🔬 مرحبا", "x" * 80, "'; DROP TABLE runs; --"]
)
def test_any_title_of_80_characters_is_stored(store: RunStore, spec: RunSpec, title: str) -> None:
    run = store.create(spec).id
    store.rename(run, title)
    assert store.run(run).title == title


def test_a_title_is_one_tidy_line(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.rename(run, "  two\n words\t\udcff ")
    assert store.run(run).title == "two words ?"


@pytest.mark.parametrize("title", ["", "   \n", "x" * 81])
def test_a_title_of_impossible_length_is_refused(
    store: RunStore, spec: RunSpec, title: str
) -> None:
    run = store.create(spec)
    with pytest.raises(StoreError, match="title must have 1 to 80 characters"):
        store.rename(run.id, title)
    assert store.run(run.id).title == run.title


def test_no_two_new_runs_of_a_store_have_the_same_title(store: RunStore, spec: RunSpec) -> None:
    found = [store.create(spec).title for _ in range(3)]
    assert len(set(found)) == 3
    assert all(title.startswith(found[0]) for title in found)


def test_a_title_loses_its_last_label_before_it_is_cut() -> None:
    title = "x" * 70
    assert titles._fitted(title, ("a long label",)) == f"{title} · …"
    assert titles._fitted(title[:65], ("seed 3", "a long label"), "14:03").endswith("x · …, 14:03")
    assert titles._fitted(title, ("lr 0.1",)) == f"{title} · lr 0.1"


def test_each_refusal_of_a_title_says_what_to_do() -> None:
    for title, remedy in (
        ("", "Enter a title."), ("x" * 81, "Enter a shorter title."),
        ("a\x1bb", "Use letters, digits, and punctuation."),
    ):  # fmt: skip
        with pytest.raises(StoreError) as raised:
            titles.tidy(title)
        assert raised.value.remedy == remedy
    with pytest.raises(StoreError, match="got 81"):
        titles.tidy("x" * 81)


def test_the_name_of_a_run_has_its_known_bugs_once() -> None:
    one = replace(MLP, known_bugs=("double-softmax",))
    two = replace(MLP, known_bugs=("double-softmax", "unshuffled"))
    assert titles.name("Mine", MLP) == "Mine"
    assert titles.name("Mine", one) == "Mine · with known bug: softmax applied twice"
    assert titles.name("Mine", two) == "Mine · with two known bugs"
    assert titles.name(titles.of(one), one) == titles.of(one)
    name, bugs = next(
        (name, bugs) for name, recipe in RECIPES.items() if (bugs := recipe.source_bugs("numpy"))
    )
    spec = replace(MLP, recipe=name, framework="numpy", known_bugs=tuple(reversed(bugs)))
    assert titles.name("Mine", spec) == "Mine · with the source's bugs"
    assert titles.name("Mine", replace(one, recipe="gone")).startswith("Mine · with known bug: ")


def test_an_imported_title_is_free_and_fits() -> None:
    assert titles.free("Mine", []) == "Mine"
    taken = ["Mine"]
    for _ in range(3):
        taken.append(titles.free("Mine", taken))
    assert taken[1:] == ["Mine · imported", "Mine · imported 2", "Mine · imported 3"]
    longest = "x" * titles.LONGEST
    assert titles.free(longest, []) == longest
    found = titles.free(longest, [longest])
    assert found == f"{'x' * (titles.LONGEST - 11)} · imported"
    assert len(found) == titles.LONGEST
