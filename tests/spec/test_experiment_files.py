import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec import experiment_files, files
from mnist_studio.spec.experiment import ExperimentSpec, Grid, RecipePair
from mnist_studio.spec.ready_made import EXPERIMENTS
from mnist_studio.spec.recipes import RECIPES, run_spec
from tests.spec.test_experiment import GRID

BY_HAND = """\
format = 2

[experiment]
title = "Which is faster?"
seeds = [1, 2]
threshold = 0.002

[experiment.grid]
recipes = ["mlp-128", "fnn-3"]
frameworks = ["numpy", "keras"]
batch_sizes = [
    32,
    64,
]
"""

PAIRS = """\
format = 2

[experiment]
title = "pairs"

[[experiment.pairs]]
recipe = "mlp-128"
framework = "numpy"

[[experiment.pairs]]
recipe = "fnn-3"
framework = "keras"
"""


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_ready_made_experiment_comes_back_as_it_was(name: str) -> None:
    experiment = EXPERIMENTS[name].experiment
    assert experiment_files.read(experiment_files.write(experiment)) == experiment


def test_all_that_an_experiment_can_have_comes_back() -> None:
    grid = replace(GRID, question="Größer?\n“Yes”", device="cpu", style="native", threshold=0.01)
    pair = RecipePair("wide-cnn", "pytorch", ("double-softmax", "unshuffled"))
    for experiment in (grid, ExperimentSpec(title="faults", pairs=(pair,), seeds=(2**62,))):
        assert experiment_files.read(experiment_files.write(experiment)) == experiment


def test_a_file_by_hand_may_leave_out_what_is_default() -> None:
    assert experiment_files.read(BY_HAND) == ExperimentSpec(
        title="Which is faster?",
        grid=Grid(("mlp-128", "fnn-3"), ("numpy", "keras"), (32, 64)),
        seeds=(1, 2),
        threshold=0.002,
    )
    assert experiment_files.read(PAIRS).pairs == (
        RecipePair("mlp-128", "numpy"),
        RecipePair("fnn-3", "keras"),
    )


def line_of(text: str, part: str) -> int:
    return 1 + next(n for n, line in enumerate(text.splitlines()) if part in line)


@pytest.mark.parametrize(
    ("text", "good", "bad", "key", "why"),
    [
        (BY_HAND, "seeds = [1, 2]", 'seeds = "many"', "experiment.seeds", "expected a list"),
        (BY_HAND, "seeds = [1, 2]", "seeds = [1, -2]", "experiment.seeds[1]", "Seed must be"),
        (BY_HAND, "threshold", "treshold", "experiment.treshold", "unknown key"),
        (BY_HAND, '"keras"', '"jax"', "frameworks[1]", "one of keras, numpy, pytorch"),
        (BY_HAND, '"fnn-3"', '"fnn-33"', "recipes[1]", "no recipe called “fnn-33”"),
        (BY_HAND, "batch_sizes = [", "batch_sizes = [0,", "batch_sizes[0]", "Batch size must be"),
        (BY_HAND, "threshold = 0.002", "threshold = 2", "experiment.threshold", "got 2"),
        (BY_HAND, "threshold = 0.002", "epochs = -1", "experiment.epochs", "epochs must be"),
        (BY_HAND, "threshold = 0.002", 'device = "gpu"', "experiment.device", "one of auto, cpu"),
        (PAIRS, '"fnn-3"', '"fnn"', "pairs[1].recipe", "no recipe called “fnn”"),
        (PAIRS, 'framework = "keras"', "framework = 3", "pairs[1].framework", "expected text"),
    ],
)
def test_what_is_wrong_is_told_with_line_key_and_expectation(
    text: str, good: str, bad: str, key: str, why: str
) -> None:
    with pytest.raises(SpecError) as raised:
        experiment_files.read(text.replace(good, bad, 1))
    problem = raised.value.problem
    assert problem.startswith(f"Line {line_of(text, good)}, ")
    assert key in problem
    assert why in problem
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("format = \n", r"not TOML.*line 1"),
        ("a = 1", "has no format"),
        (
            "format = 99\nwhatever = 1",
            "uses format 99, but this version of MNIST Studio supports formats only up to 2",
        ),
        ("format = 1", "the key “experiment” is missing"),
        (
            "format = 1\n[experiment]\ntitle = 'x'\n[experiment.grid]\nrecipes = []",
            "Line 5.*has no runs",
        ),
        ("format = 1\n[experiment]\ntitle = 'x'\n", "Line 2, experiment.*has no runs"),
        (PAIRS + "\n[experiment.grid]\nrecipes = ['fnn-3']", "Line 6, .*a grid and pairs"),
        (files.write([run_spec(RECIPES["fnn-3"])]), "contains runs, not an experiment"),
        ("#" * (files.MOST_BYTES + 1), "but the limit is 1,000,000"),
    ],
)
def test_what_cannot_work_is_refused(text: str, why: str) -> None:
    with pytest.raises(SpecError, match=why) as raised:
        experiment_files.read(text)
    assert raised.value.remedy


def test_what_was_once_kept_stays_readable() -> None:
    gone = BY_HAND.replace("fnn-3", "a-recipe-that-is-gone")
    assert experiment_files.parse(gone).grid == Grid(
        ("mlp-128", "a-recipe-that-is-gone"), ("numpy", "keras"), (32, 64)
    )


def test_a_file_of_format_1_is_understood_for_ever() -> None:
    """What today's tables are called, in the words of then."""
    text = """
format = 1
[study]
title = "old"
style = "idiomatic"
[[study.pairs]]
recipe = "wide-cnn"
framework = "keras"
faults = ["double-softmax"]
"""
    pair = RecipePair("wide-cnn", "keras", ("double-softmax",))
    assert experiment_files.read(text) == ExperimentSpec(title="old", style="native", pairs=(pair,))


def test_a_ready_made_experiment_of_format_1_has_its_present_title() -> None:
    text = """
format = 1
[study]
title = "E: ten hidden units in NumPy and TensorFlow"
question = "Why does TensorFlow reach more than NumPy from scratch?"
seeds = [42, 43, 44, 45, 46]
[[study.pairs]]
recipe = "tiny-gd"
framework = "numpy"
[[study.pairs]]
recipe = "tiny-10"
framework = "keras"
"""
    assert experiment_files.read(text) == EXPERIMENTS["neural-network"].experiment
