from collections.abc import Iterable
from itertools import groupby

import pytest
from msgspec.structs import replace

from mnist_studio.errors import UnknownName
from mnist_studio.spec.experiment import (
    MOST_RUNS,
    ExperimentError,
    ExperimentSpec,
    Grid,
    RecipePair,
    expand_cells,
    largest,
)
from mnist_studio.spec.ready_made import EXPERIMENTS, SEEDS, ready_made
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec

GRID = ExperimentSpec(
    title="all axes",
    grid=Grid(
        recipes=("mlp-128", "sgd-mlp"),
        frameworks=("numpy", "pytorch", "keras"),
        batch_sizes=(32, 64, 128),
        learning_rates=(0.1, 0.01),
    ),
    seeds=(1, 2, 3),
    datasets=("mnist", "builtin"),
    epochs=2,
    threads=1,
)


def frameworks(runs: Iterable[RunSpec]) -> list[str]:
    return [run.framework for run in runs]


def test_a_grid_has_every_combination_once() -> None:
    runs = expand_cells(GRID)
    assert len(runs) == len(set(runs)) == largest(GRID) == 2 * 3 * 3 * 2 * 3 * 2
    assert {run.recipe for run in runs} == {"mlp-128", "sgd-mlp"}
    assert {run.training.batch_size for run in runs} == {32, 64, 128}
    assert {run.training.optimizer.learning_rate for run in runs} == {0.1, 0.01}
    assert {run.dataset for run in runs} == {"mnist", "builtin"}
    assert {run.training.epochs for run in runs} == {2}
    assert {run.threads for run in runs} == {1}


def test_frameworks_take_turns_and_seeds_are_outermost() -> None:
    runs = expand_cells(GRID)
    assert [seed for seed, _ in groupby(run.training.seed for run in runs)] == [1, 2, 3]
    assert frameworks(runs) == ["numpy", "pytorch", "keras"] * (len(runs) // 3)
    # A turn trains the same thing in every framework.
    for first, second, third in zip(runs[::3], runs[1::3], runs[2::3], strict=True):
        assert replace(second, framework="numpy") == first == replace(third, framework="numpy")


def test_the_order_is_always_the_same() -> None:
    assert expand_cells(GRID) == expand_cells(GRID)


def test_an_empty_axis_is_the_recipes_own_value() -> None:
    experiment = ExperimentSpec(title="own", grid=Grid(recipes=("tiny-gd", "wide-cnn")))
    own = {run_spec(RECIPES["tiny-gd"]), run_spec(RECIPES["wide-cnn"])}
    assert set(expand_cells(experiment)) == own


def test_repeated_values_are_one_cell() -> None:
    experiment = ExperimentSpec(
        title="twice", grid=Grid(recipes=("mlp-128", "mlp-128"), batch_sizes=(64, 32)), seeds=(1, 1)
    )
    assert largest(experiment) == 8
    assert [run.training.batch_size for run in expand_cells(experiment)] == [64, 32]


def test_pairs_interleave_even_if_they_are_listed_in_blocks() -> None:
    pairs = [
        RecipePair(recipe, name) for name in ("keras", "numpy") for recipe in ("mlp-128", "fnn-3")
    ]
    runs = expand_cells(ExperimentSpec(title="blocks", pairs=tuple(pairs), seeds=(1, 2)))
    assert frameworks(runs) == ["keras", "numpy"] * 4
    assert [run.recipe for run in runs[:4]] == ["mlp-128", "mlp-128", "fnn-3", "fnn-3"]


def test_pairs_may_have_the_faults_of_their_source() -> None:
    bug = RecipePair("wide-cnn", "pytorch", known_bugs=("double-softmax",))
    runs = expand_cells(
        ExperimentSpec(title="what it costs", pairs=(RecipePair("wide-cnn", "pytorch"), bug))
    )
    assert [run.known_bugs for run in runs] == [(), ("double-softmax",)]


def test_a_framework_without_the_device_uses_the_cpu() -> None:
    grid = Grid(recipes=("mlp-128",), frameworks=("numpy", "pytorch", "keras"))
    runs = expand_cells(ExperimentSpec(title="gpu", grid=grid, device="cuda", style="native"))
    assert [run.device for run in runs] == ["cpu", "cuda", "cuda"]
    assert {run.style for run in runs} == {"native"}


ONE = ExperimentSpec(title="one", grid=Grid(recipes=("mlp-128", "fnn-3")))


@pytest.mark.parametrize(
    ("experiment", "path", "why"),
    [
        (ExperimentSpec(title="nothing"), ("grid", "recipes"), "has no runs"),
        (replace(ONE, grid=Grid(())), ("grid", "recipes"), "has no runs"),
        (replace(ONE, pairs=(RecipePair("fnn-3", "numpy"),)), ("pairs", 0), "a grid and pairs"),
        (replace(ONE, title="  "), ("title",), "0 characters"),
        (replace(ONE, title="x" * 81), ("title",), "got 81"),
        (replace(ONE, threshold=0.0), ("threshold",), "got 0"),
        (replace(ONE, threshold=float("nan")), ("threshold",), "got nan"),
        (replace(ONE, threshold=0.6), ("threshold",), "got 0.6"),
        (replace(ONE, epochs=-1), ("epochs",), "epochs must be"),
        (replace(ONE, threads=-1), ("threads",), "threads must be"),
        (replace(ONE, seeds=(1, -1)), ("seeds", 1), "Seed must be"),
        (replace(ONE, grid=Grid(("mlp-128", "mlp-182"))), ("grid", "recipes", 1), "mlp-182"),
        (replace(ONE, grid=Grid(("fnn-3",), (), (0,))), ("grid", "batch_sizes", 0), "size must be"),
        (
            replace(ONE, grid=Grid(("fnn-3",), learning_rates=(0.1, -1.0))),
            ("grid", "learning_rates", 1), "rate must be",
        ),
        (
            ExperimentSpec(
                title="x", pairs=(RecipePair("fnn-3", "numpy"), RecipePair("fnn", "numpy"))
            ),
            ("pairs", 1, "recipe"), "“fnn”",
        ),
        (
            ExperimentSpec(title="x", pairs=(RecipePair("fnn-3", "numpy", ("batch-decay",)),)),
            ("pairs", 0), "has no effect in this run",
        ),
        (replace(ONE, seeds=tuple(range(MOST_RUNS))), ("grid",), "got 20,000"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_told_with_its_place(
    experiment: ExperimentSpec, path: tuple[str | int, ...], why: str
) -> None:
    with pytest.raises(ExperimentError, match=why) as raised:
        expand_cells(experiment)
    assert raised.value.path == path
    assert raised.value.remedy


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_ready_made_experiment_can_be_run(name: str) -> None:
    found = ready_made(name)
    runs = expand_cells(found.experiment)
    assert len(runs) == len(SEEDS) * len({replace_seed(run) for run in runs})
    assert found.source
    assert found.experiment.question


def replace_seed(run: RunSpec) -> RunSpec:
    return replace(run, training=replace(run.training, seed=0))


@pytest.mark.parametrize(
    ("name", "source", "pairs"),
    [
        ("image-classification", "MNIST Image Classification",
         {("mlp-128", "keras"), ("small-cnn", "pytorch"), ("fnn-3", "pytorch")}),
        ("implementations", "Comparative implementations",
         {("wide-cnn", "pytorch"), ("wide-cnn", "keras")}),
        ("digit-recognition", "MNIST Digit Recognition",
         {("compact-cnn", "pytorch"), ("compact-cnn", "keras"), ("sgd-mlp", "numpy")}),
        ("from-scratch", "From scratch: PyTorch vs. NumPy",
         {("bobnet", "pytorch"), ("bobnet", "numpy")}),
        ("neural-network", "MNIST Neural Network Project",
         {("tiny-gd", "numpy"), ("tiny-10", "keras")}),
    ],
)  # fmt: skip
def test_the_five_sources_compare_what_they_compared(
    name: str, source: str, pairs: set[tuple[str, str]]
) -> None:
    found = ready_made(name)
    assert found.source.name == source
    assert {(run.recipe, run.framework) for run in expand_cells(found.experiment)} == pairs


def test_an_unknown_experiment_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean from-scratch"):
        ready_made("from-scrach")
