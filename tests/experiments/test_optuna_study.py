"""Trials whose settings depend on each other."""

import pytest

from mnist_studio.experiments import optuna_study
from mnist_studio.experiments.search_messages import Trial
from mnist_studio.spec.search import Search, SearchSetting

pytest.importorskip("optuna")

SEARCH = Search(
    "mlp-128",
    (
        SearchSetting("optimizer.kind", choices=("sgd", "adam")),
        SearchSetting("optimizer.learning_rate", 0.001, 0.1, log=True),
        SearchSetting("optimizer.beta1", 0.8, 0.99, when="optimizer.kind=adam"),
        SearchSetting("optimizer.momentum", 0.0, 0.95, when="optimizer.kind=sgd"),
    ),
)
OWN = {"sgd": "optimizer.momentum", "adam": "optimizer.beta1"}


def test_a_trial_has_the_settings_of_its_kind_and_the_next_one_learns_from_it() -> None:
    trials: list[Trial] = []
    for number in range(14):
        values = optuna_study.next_values(SEARCH, (), trials)
        kind = str(values["optimizer.kind"])
        assert list(values) == ["optimizer.kind", "optimizer.learning_rate", OWN[kind]]
        score = 0.5 + number / 100
        trials.append(Trial(values, ((1, score),), "finished", score))
    assert {trial.values["optimizer.kind"] for trial in trials} == {"sgd", "adam"}
    running = Trial(trials[0].values, ((1, 0.1),), "running", None)
    assert optuna_study.is_hopeless(SEARCH, (), [*trials, running])
