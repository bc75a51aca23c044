import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import (
    ExperimentError,
    ExperimentSpec,
    Grid,
    check_experiment,
    expand_cells,
    run_count,
    trial_spec,
)
from mnist_studio.spec.search import (
    Search,
    SearchSetting,
    Value,
    base_run,
    check_search,
    choice_title,
    holds,
    search_samples,
    setting_title,
    values_of,
    winner_specs,
    with_values,
)

RATE = SearchSetting("optimizer.learning_rate", low=1e-4, high=0.1, log=True)
SIZES = SearchSetting("batch_size", choices=(16, 32))
UNITS = SearchSetting("layers.2.units", low=8, high=64, step=8)
SEARCH = Search("tiny-10", (RATE, SIZES, UNITS), "numpy", trials=6)
EXPERIMENT = ExperimentSpec("a search", epochs=2, search=SEARCH)
VALUES = {"optimizer.learning_rate": 0.01, "batch_size": 32, "layers.2.units": 16}


def test_a_search_survives_its_file() -> None:
    assert experiment_files.read(experiment_files.write(EXPERIMENT)) == EXPERIMENT


def test_a_search_has_no_cells_before_it_runs() -> None:
    assert expand_cells(EXPERIMENT) == ()
    assert run_count(EXPERIMENT) == 9


def test_a_trial_has_the_values_and_the_validation_set() -> None:
    trial = trial_spec(EXPERIMENT, VALUES)
    assert trial.training.optimizer.learning_rate == 0.01
    assert (trial.training.batch_size, trial.training.epochs) == (32, 2)
    assert trial.training.validation == 5000
    assert trial.model.layers[1].units == 16  # type: ignore[union-attr]
    assert values_of(SEARCH, trial) == VALUES
    assert [spec.training.seed for spec in winner_specs(SEARCH, trial)] == [43, 44, 45]


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("optimizer.learning_rate", "learning rate"), ("batch_size", "batch size"),
        ("layers.2.units", "layer 2 units"), ("scaling.mean", "mean of scaling"),
        ("optimizer.kind", "optimizer"), ("schedule.kind", "schedule"),
    ],
)  # fmt: skip
def test_a_setting_has_a_readable_title(path: str, title: str) -> None:
    assert setting_title(path) == title


def test_choices_of_a_kind_are_written_as_its_title() -> None:
    assert choice_title("optimizer.kind", "sgd") == "SGD"
    assert choice_title("schedule.kind", "one_cycle") != "one_cycle"
    assert choice_title("loss", "mse") == "mse"


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"validation": 0}, ("search", "validation"), "needs a validation set"),
        ({"trials": 0}, ("search", "trials"), "Number of trials"),
        ({"winner_seeds": 2}, ("search", "winner_seeds"), "3 to 100"),
        ({"settings": ()}, ("search", "settings"), "must vary 1 to 20 settings"),
        ({"recipe": "tiny-11"}, ("search", "recipe"), "no recipe called"),
        ({"settings": (RATE, RATE)}, ("search", "settings", 1, "setting"), "twice"),
        (
            {"settings": (replace(SIZES, setting="seed"),)},
            ("search", "settings", 0, "setting"), "luckiest seed",
        ),
        (
            {"settings": (replace(SIZES, setting="validation"),)},
            ("search", "settings", 0, "setting"), "same set",
        ),
        (
            {"settings": (replace(UNITS, setting="layers.9.units"),)},
            ("search", "settings", 0, "setting"), "layers.9.units",
        ),
        (
            {"settings": (replace(UNITS, low=8.5),)},
            ("search", "settings", 0, "low"), "whole number",
        ),
        (
            {"settings": (replace(RATE, low=0.0),)},
            ("search", "settings", 0, "low"), "must be above 0",
        ),
        (
            {"settings": (replace(RATE, low=1.0),)},
            ("search", "settings", 0, "low"), "must ascend",
        ),
        (
            {"settings": (replace(RATE, high=5000.0),)},
            ("search", "settings", 0, "high"), "Learning rate must be",
        ),
        (
            {"settings": (replace(RATE, choices=(1.0, 2.0)),)},
            ("search", "settings", 0, "choices"), "both choices and a range",
        ),
        (
            {"settings": (replace(SIZES, choices=(16, 16)),)},
            ("search", "settings", 0, "choices"), "2 to 100 different choices",
        ),
        (
            {"settings": (replace(SIZES, choices=(16, 0)),)},
            ("search", "settings", 0, "choices", 1), "Batch size must be",
        ),
        (
            {"settings": (replace(RATE, step=0.01),)},
            ("search", "settings", 0, "step"), "logarithmic scale",
        ),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_at_its_place(
    changes: dict[str, object], path: tuple[str | int, ...], words: str
) -> None:
    experiment = replace(EXPERIMENT, search=replace(SEARCH, **changes))
    with pytest.raises(ExperimentError) as caught:
        check_experiment(experiment)
    assert words in str(caught.value)
    assert caught.value.path[: len(path)] == path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": (1,)}, "cannot have seeds"),
        (
            {"search": replace(SEARCH, settings=(SearchSetting("epochs", 1, 9),))},
            "but the experiment sets it too",
        ),
        ({"datasets": ("mnist", "builtin")}, "only one dataset"),
        ({"grid": Grid(("tiny-10",))}, "both a search and other runs"),
    ],
)
def test_what_only_other_experiments_have_is_refused(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ExperimentError, match=words):
        check_experiment(replace(EXPERIMENT, **changes))


def test_settings_that_do_not_fit_each_other_make_no_trial() -> None:
    with pytest.raises(SpecError, match="Number of epochs"):
        trial_spec(replace(EXPERIMENT, epochs=0), {"epochs": 0})


CONDITIONAL = Search(
    "mlp-128",
    (
        SearchSetting("optimizer.kind", choices=("sgd", "adam")),
        SearchSetting("optimizer.beta1", 0.8, 0.99, when="optimizer.kind=adam"),
        SearchSetting("optimizer.momentum", 0.0, 0.95, when="optimizer.kind=sgd"),
    ),
)


def test_a_setting_of_one_kind_exists_in_its_trials_only() -> None:
    check_search(CONDITIONAL)
    assert len(list(search_samples(CONDITIONAL))) == 6
    trial: dict[str, Value] = {"optimizer.kind": "sgd", "optimizer.momentum": 0.5}
    run = with_values(base_run(CONDITIONAL), trial)
    assert values_of(CONDITIONAL, run) == trial
    assert [holds(one, trial) for one in CONDITIONAL.settings] == [True, False, True]


def test_a_condition_names_a_choice_of_an_earlier_setting() -> None:
    later = replace(CONDITIONAL, settings=CONDITIONAL.settings[::-1])
    with pytest.raises(SpecError, match="no earlier setting of the search has as a choice"):
        check_search(later)
