from dataclasses import replace

import pytest

from mnist_studio.errors import SpecError
from mnist_studio.gui.experiments.search_form import (
    SearchForm,
    first_settings,
    offered,
    run_of,
    search_experiment,
    setting,
    size,
    suggestion,
)
from mnist_studio.spec.search import SearchSetting

FORM = SearchForm(
    recipe="tiny-10",
    framework="numpy",
    dataset="builtin",
    settings=(("optimizer.learning_rate", "0.001 to 0.1 log"), ("batch_size", "32, 64")),
    validation=500,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.001 to 0.1 log", SearchSetting("x", 0.001, 0.1, log=True)),
        ("1e-3 to 1, LOG", SearchSetting("x", 0.001, 1, log=True)),
        ("16 to 128 step 16", SearchSetting("x", 16, 128, step=16)),
        ("0 to 0.9", SearchSetting("x", 0, 0.9)),
        ("32; 64,128", SearchSetting("x", choices=(32, 64, 128))),
        ("true, false", SearchSetting("x", choices=(True, False))),
        ("same, valid", SearchSetting("x", choices=("same", "valid"))),
    ],
)
def test_values_are_read_as_people_write_them(text: str, expected: SearchSetting) -> None:
    assert setting("x", text) == expected


@pytest.mark.parametrize("text", ["", " , ", "one to two"])
def test_what_are_no_values_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="must be a range or a list"):
        setting("x", text)


def test_a_form_makes_a_search() -> None:
    experiment = search_experiment(FORM)
    assert experiment.title == "Search: MLP 10 with Adam"
    assert experiment.search is not None
    assert (experiment.search.trials, experiment.search.pruner) == (20, "median")
    assert size(experiment) == "20 trials, then the best settings with three other seeds."
    with pytest.raises(SpecError, match=r"has 1,297 images, so a search cannot hold out 1,297"):
        search_experiment(replace(FORM, validation=1297))
    with pytest.raises(SpecError, match="validation set"):
        search_experiment(replace(FORM, validation=0))


def test_every_setting_has_a_suggestion_that_can_be_searched() -> None:
    run = run_of("tiny-10")
    assert first_settings(run) == (
        ("optimizer.learning_rate", "0.0001 to 0.01 log"), ("batch_size", "32, 64, 128")
    )  # fmt: skip
    assert suggestion(run, "layers.2.units") == "2 to 40"
    assert suggestion(run, "layers.2.bias") == "true, false"


def test_what_another_choice_has_is_offered_with_its_condition() -> None:
    run = run_of("mlp-128")
    assert {"optimizer.kind", "optimizer.momentum"} <= set(offered(run))
    values = suggestion(run, "optimizer.momentum")
    assert values.endswith("when optimizer.kind=sgd")
    assert suggestion(run, "schedule.kind") == "constant, exponential"
    assert suggestion(run, "schedule.patience").endswith("when schedule.kind=plateau")
    made = setting("optimizer.momentum", values)
    assert made.when == "optimizer.kind=sgd"
    assert made.low is not None
