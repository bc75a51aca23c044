"""Trials as a study of Optuna (Akiba et al. 2019), and what Optuna says about them.

Optuna is an optional extra. Only child processes and the views import this module. A study lives
for one request and stores nothing: the store has the trials, as runs.
"""

import warnings
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from mnist_studio.errors import JobError
from mnist_studio.experiments.search_messages import Trial
from mnist_studio.spec.search import Search, SearchSetting, Value, holds

STARTUP_TRIALS = 10
"""TPE chooses the first trials at random, at most half of all."""

PRUNER_STARTUP_TRIALS = 5
"""The median pruner waits for so many finished trials, at most a quarter of all."""


def _optuna() -> Any:
    """The library, quiet.

    Raises:
        JobError: it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise JobError(
            f"A search needs Optuna, which cannot be imported: {error}.",
            "Install it with: pip install mnist-studio[search]",
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def next_values(
    search: Search, whole: Sequence[str], trials: Sequence[Trial], attempt: int = 0
) -> dict[str, Value]:
    """The values of the next trial: a function of the search and its trials, so repeatable.

    Args:
        search: that is running.
        whole: settings whose range has whole numbers only.
        trials: so far, in order.
        attempt: another one gives other values.

    Raises:
        JobError: Optuna is not installed.
    """
    study = _study(search, whole, trials, _seed(search, len(trials), attempt))
    distributions = _distributions(search, whole)
    always = {one.setting: distributions[one.setting] for one in search.settings if not one.when}
    trial = study.ask(always)
    for one in search.settings:
        if one.when and holds(one, trial.params):
            _suggest(trial, one.setting, distributions[one.setting])
    values: dict[str, Value] = trial.params
    # Changes are made in this order: first the kind of an optimizer, then what only it has.
    return {one.setting: values[one.setting] for one in search.settings if one.setting in values}


def _suggest(trial: Any, name: str, distribution: Any) -> None:
    """Draws a value that only some trials have."""
    kinds = _optuna().distributions
    if isinstance(distribution, kinds.CategoricalDistribution):
        trial.suggest_categorical(name, distribution.choices)
        return
    suggest = (
        trial.suggest_int
        if isinstance(distribution, kinds.IntDistribution)
        else trial.suggest_float
    )
    suggest(name, distribution.low, distribution.high, step=distribution.step, log=distribution.log)


def is_hopeless(search: Search, whole: Sequence[str], trials: Sequence[Trial]) -> bool:
    """Whether the last of these trials, which is running, should end early.

    Raises:
        JobError: Optuna is not installed.
    """
    study = _study(search, whole, trials, search.seed)
    return bool(study.pruner.prune(study, study.trials[-1]))


def importances(search: Search, whole: Sequence[str], trials: Sequence[Trial]) -> dict[str, float]:
    """The share of each setting in what makes trials good, by PED-ANOVA (Watanabe et al. 2023).

    It compares how the values of the best tenth of the finished trials are distributed with how
    those of all of them are. The shares add up to 1.

    Raises:
        JobError: Optuna is not installed.
    """
    optuna = _optuna()
    study = _study(search, whole, trials, search.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        found: dict[str, float] = optuna.importance.get_param_importances(
            study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()
        )
    return found


def _study(search: Search, whole: Sequence[str], trials: Sequence[Trial], seed: int) -> Any:
    optuna = _optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = optuna.create_study(
            direction="maximize", sampler=_sampler(search, seed), pruner=_pruner(search)
        )
    distributions = _distributions(search, whole)
    for trial in trials:
        study.add_trial(_frozen(trial, distributions))
    return study


def _seed(search: Search, number: int, attempt: int) -> int:
    """Of the sampler for one trial, from 0 to 2^32 - 1."""
    return crc32(f"{search.seed}/{number}/{attempt}".encode())


def _sampler(search: Search, seed: int) -> Any:
    samplers = _optuna().samplers
    if search.sampler == "random":
        return samplers.RandomSampler(seed)
    first = min(STARTUP_TRIALS, max(1, search.trials // 2))
    # Parallel trials must not gather around one point: running ones count as bad.
    return samplers.TPESampler(
        seed=seed, multivariate=True, constant_liar=True, n_startup_trials=first
    )


def _pruner(search: Search) -> Any:
    pruners = _optuna().pruners
    if search.pruner == "none":
        return pruners.NopPruner()
    return pruners.MedianPruner(
        n_startup_trials=min(PRUNER_STARTUP_TRIALS, max(1, search.trials // 4))
    )


def _distributions(search: Search, whole: Sequence[str]) -> dict[str, Any]:
    return {one.setting: _distribution(one, one.setting in whole) for one in search.settings}


def _distribution(setting: SearchSetting, whole: bool) -> Any:
    distributions = _optuna().distributions
    if setting.choices:
        return distributions.CategoricalDistribution(setting.choices)
    assert setting.low is not None
    assert setting.high is not None
    if not whole:
        step = setting.step or None
        return distributions.FloatDistribution(setting.low, setting.high, setting.log, step)
    low, high, step = int(setting.low), int(setting.high), int(setting.step) or 1
    # Optuna warns if the range does not end with a step.
    return distributions.IntDistribution(low, high - (high - low) % step, setting.log, step)


def _frozen(trial: Trial, distributions: dict[str, Any]) -> Any:
    optuna = _optuna()
    states = optuna.trial.TrialState
    finished = trial.state == "finished" and trial.value is not None
    state = {
        "running": states.RUNNING, "pruned": states.PRUNED, "finished": states.COMPLETE,
        "failed": states.FAIL,
    }[trial.state if finished or trial.state != "finished" else "failed"]  # fmt: skip
    return optuna.trial.create_trial(
        state=state,
        value=trial.value if finished else None,
        params=trial.values,
        distributions={name: distributions[name] for name in trial.values},
        intermediate_values=dict(trial.reports),
    )
