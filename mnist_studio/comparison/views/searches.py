"""Views of runs whose settings vary, such as the trials of a search."""

from collections.abc import Mapping, Sequence

from mnist_studio.analysis import ranking
from mnist_studio.analysis.varied_settings import VariedSetting, varied_settings
from mnist_studio.analysis.view import (
    AxisSpec,
    Bar,
    Bars,
    CellValue,
    Column,
    Parallel,
    ParallelAxis,
    ParallelLine,
    Row,
    Table,
    ViewContent,
)
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.errors import JobError, SpecError
from mnist_studio.events import DIVERGED_STATE, PRUNED
from mnist_studio.experiments import optuna_study
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.experiments.search_messages import Trial
from mnist_studio.experiments.search_result import final_epoch, result_sentences, search_result
from mnist_studio.formatting import counted, listed, number, percent, word
from mnist_studio.spec import experiment_files
from mnist_studio.spec.search import Search, SearchSetting, choice_title, setting_title
from mnist_studio.store.rows import Run

MOST_AXES = 12
"""More axes cannot be read side by side; the table has all settings."""

LEAST_RUNS = 20
"""PED-ANOVA compares the best tenth with all of them. One run alone would be no distribution."""

_SCORE = "Validation accuracy"


def parallel_coordinates(run_data: RunData, options: ViewOptions) -> ViewContent:
    """One line a run across its settings, colored by its validation accuracy."""
    runs, settings = _compared(run_data)
    scores = [_score(run_data, run) for run in runs]
    axes = (*map(_axis, settings[:MOST_AXES]), ParallelAxis(_SCORE, "fraction"))
    lines = tuple(
        ParallelLine(
            run.id, run_data.titles[run.id],
            (*(_place(one, at) for one in settings[:MOST_AXES]), scores[at]),
        )
        for at, run in enumerate(runs)
    )  # fmt: skip
    columns = (
        Column("Rank", "count"), Column("Model"),
        *(Column(setting_title(one.path).capitalize()) for one in settings),
        Column(_SCORE, "fraction"),
    )  # fmt: skip
    order = sorted(range(len(runs)), key=lambda at: -scores[at])
    rows = tuple(
        Row(
            runs[at].id,
            (rank, run_data.titles[runs[at].id], *(_cell(one, at) for one in settings), scores[at]),
        )
        for rank, at in zip(_ranks([scores[at] for at in order]), order, strict=True)
    )
    return ViewContent(
        _sentence(run_data, runs, settings, scores),
        (Parallel(axes, lines),),
        Table(columns, rows),
        (
            "The stronger the color of a line, the better its validation accuracy. Runs that ended "
            "early count with their last epoch.",
            *_left_out(run_data, runs),
        ),
    )


def importance(run_data: RunData, options: ViewOptions) -> ViewContent:
    """How much each setting decides the validation accuracy, by PED-ANOVA."""
    runs, _ = _compared(run_data)
    seed = max({run.spec.training.seed for run in runs}, key=lambda one: _with_seed(runs, one))
    ended = [run for run in runs if _is_result(run) and run.spec.training.seed == seed]
    settings = varied_settings([run.spec for run in ended])
    if len(ended) < LEAST_RUNS or not settings:
        raise NotComparable(
            f"The importance of settings needs {counted(LEAST_RUNS, 'run')} or more of "
            f"one seed with different settings, got {counted(len(ended), 'run')}.",
            "Run a search with more trials on the Experiments page.",
        )
    shares = _shares(run_data, ended, settings)
    named = sorted(
        ((setting_title(path), share) for path, share in shares.items()), key=lambda one: -one[1]
    )
    value = AxisSpec("Importance", "fraction", low=0.0)
    bars = tuple(Bar("", title.capitalize(), share) for title, share in named)
    table = Table(
        (Column("Setting"), Column("Importance", "fraction")),
        tuple(Row("", (title.capitalize(), share)) for title, share in named),
    )
    return ViewContent(
        _importance_sentence(dict(named), len(ended)),
        (Bars(value, bars),),
        table,
        (
            "Importance by PED-ANOVA of Optuna (Watanabe et al. 2023): how differently the values "
            "of a setting are distributed in the best tenth of the runs and in all of them. The "
            "shares add up to 100 %. Effects of settings on each other are not shown.",
            "Trials of a Bayesian search are not spread evenly, so these shares are approximate. "
            "Runs that were pruned or diverged count with their last epoch.",
            *_left_out(run_data, ended),
        ),
    )


def _importance_sentence(shares: Mapping[str, float], runs: int) -> str:
    """The setting with the largest share in what makes runs good, or that they are equal."""
    first = ranking.best(shares, "fraction")
    share, good = percent(shares[first[0]]), f"in what makes these {counted(runs, 'run')} good."
    names = listed([f"the {title}" for title in first])
    if len(first) == 1:
        return f"{ranking.sentence_start(names)} has the largest share, {share}, {good}"
    largest = "same" if len(first) == len(shares) else "largest"
    return f"{ranking.sentence_start(names)} each have the {largest} share, {share}, {good}"


def _with_seed(runs: Sequence[Run], seed: int) -> tuple[int, int]:
    return sum(run.spec.training.seed == seed for run in runs), -seed


def _compared(run_data: RunData) -> tuple[list[Run], tuple[VariedSetting, ...]]:
    """The runs with a validation accuracy, and the settings in which they differ.

    Raises:
        NotComparable: there are fewer than two, or they do not differ.
    """
    runs = [run for run in run_data.runs if _has_score(run_data, run)]
    if len(runs) < 2:
        raise NotComparable(
            "Fewer than two of these runs have a validation accuracy.",
            "Run a search on the Experiments page, or train with a validation set.",
        )
    settings = varied_settings([run.spec for run in runs])
    if not settings:
        raise NotComparable(
            "These runs differ only in their seed.", "Select runs with different settings."
        )
    return runs, settings


def _is_result(run: Run) -> bool:
    """Whether a run shows how good its settings are: it finished, was pruned, or diverged.

    One that was stopped or failed for another reason would look worse than its settings are.
    """
    return run.tested is not None or run.state in (PRUNED, DIVERGED_STATE)


def _has_score(run_data: RunData, run: Run) -> bool:
    epoch = final_epoch(run.spec, run_data.epochs(run))
    return epoch is not None and epoch.validation_accuracy is not None


def _score(run_data: RunData, run: Run) -> float:
    epoch = final_epoch(run.spec, run_data.epochs(run))
    assert epoch is not None
    assert epoch.validation_accuracy is not None
    return epoch.validation_accuracy


def _axis(setting: VariedSetting) -> ParallelAxis:
    title = setting_title(setting.path).capitalize()
    if setting.is_number:
        return ParallelAxis(title, log=setting.is_logarithmic)
    return ParallelAxis(title, names=_choices(setting))


def _place(setting: VariedSetting, at: int) -> float:
    """The value of a run on its axis: a number, or the place of its choice."""
    if setting.is_number:
        return setting.numbers[at]
    return float(setting.choices.index(setting.values[at]))


def _cell(setting: VariedSetting, at: int) -> CellValue:
    value = setting.values[at]
    if isinstance(value, str):
        return choice_title(setting.path, value)
    return _text(value) if isinstance(value, bool) else value


def _choices(setting: VariedSetting) -> tuple[str, ...]:
    return tuple(choice_title(setting.path, _text(choice)) for choice in setting.choices)


def _text(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ranks(descending: Sequence[float]) -> list[int]:
    """The place of every score; scores that look equal share the first of their places."""
    texts = [percent(score) for score in descending]
    return [texts.index(text) + 1 for text in texts]


def _sentence(
    run_data: RunData,
    runs: Sequence[Run],
    settings: Sequence[VariedSetting],
    scores: Sequence[float],
) -> str:
    """The best finished run, or, of a whole search, its result with the luck of its winner."""
    if found := _search_sentences(run_data):
        return " ".join(found)
    finished = {at: scores[at] for at, run in enumerate(runs) if run.tested}
    if not finished:
        return "None of these runs has finished."
    leaders = ranking.best(finished, "fraction")
    score = percent(finished[leaders[0]])
    several = counted(len(finished), "finished run")
    if len(leaders) == len(finished) > 1:
        return f"All {several} have the same validation accuracy, {score}."
    if len(leaders) > 1:
        return (
            f"{word(len(leaders)).capitalize()} of {several} share the highest validation "
            f"accuracy, {score}."
        )
    values = ", ".join(
        f"{setting_title(one.path)} {_number_text(_cell(one, leaders[0]))}"
        for one in settings[:MOST_AXES]
    )
    if len(finished) == 1:
        return f"The finished run has {score} validation accuracy with {values}."
    return f"The best of {several} has {score} validation accuracy with {values}."


def _number_text(value: CellValue) -> str:
    return number(value) if isinstance(value, float) else _text(value)


def _search_sentences(run_data: RunData) -> tuple[str, ...]:
    """The result of the search whose runs are selected; empty for other runs."""
    if not run_data.selection.text:
        return ()
    try:
        experiment = experiment_files.read(run_data.selection.text)
    except SpecError:
        return ()
    if experiment.search is None:
        return ()
    cells = [
        ExperimentCell(at, run.spec, "finished", run.id)
        for at, run in enumerate(run_data.runs)
        if run.finished and _has_score(run_data, run)
    ]
    by_number = {cell.number: run_data.by_id[cell.run] for cell in cells}
    found = {at: final_epoch(run.spec, run_data.epochs(run)) for at, run in by_number.items()}
    finals = {at: epoch for at, epoch in found.items() if epoch}
    result = search_result(experiment, cells, finals)
    return result_sentences(result) if result else ()


def _shares(
    run_data: RunData, runs: Sequence[Run], settings: Sequence[VariedSetting]
) -> dict[str, float]:
    """The importance of each setting.

    Raises:
        NotComparable: Optuna is not installed.
    """
    search = Search("", tuple(map(_searched, settings)))
    whole = tuple(one.path for one in settings if all(type(value) is int for value in one.values))
    trials = [
        Trial({one.path: _trial_value(one, at) for one in settings}, value=_score(run_data, run))
        for at, run in enumerate(runs)
    ]
    try:
        return optuna_study.importances(search, whole, trials)
    except JobError as error:
        raise NotComparable(error.problem, error.remedy) from error


def _searched(setting: VariedSetting) -> SearchSetting:
    if not setting.is_number:
        return SearchSetting(setting.path, choices=tuple(map(_text, setting.choices)))
    low, high = min(setting.numbers), max(setting.numbers)
    return SearchSetting(setting.path, low, high, setting.is_logarithmic)


def _trial_value(setting: VariedSetting, at: int) -> int | float | str:
    value = setting.values[at]
    return value if setting.is_number and isinstance(value, int | float) else _text(value)


def _left_out(run_data: RunData, shown: Sequence[Run]) -> tuple[str, ...]:
    known = {run.id for run in shown}
    if out := [run for run in run_data.runs if run.id not in known]:
        return (f"Not shown: {counted(len(out), 'run')} without a validation accuracy, of another "
                "seed, or unfinished.",)  # fmt: skip
    return ()
