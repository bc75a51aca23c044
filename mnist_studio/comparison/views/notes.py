"""Notes below views: caveats about runs, datasets and timing."""

from collections.abc import Callable, Sequence

from mnist_studio.analysis import time_breakdown
from mnist_studio.analysis.time_breakdown import SLOW, is_busy
from mnist_studio.analysis.view import Column, Row, Table
from mnist_studio.comparison.run_data import RunData
from mnist_studio.events import Machine, ending
from mnist_studio.formatting import count, counted, listed
from mnist_studio.frameworks.registry import framework_entry, framework_title
from mnist_studio.spec.labels import dataset_label
from mnist_studio.spec.run import FrameworkName, Style
from mnist_studio.store.rows import Run

MAX_NAMES = 3

WARM = (
    "trained in a process that had already loaded its framework, so building and compiling took "
    "less time"
)

SPEED = "Training speed counts training steps only."

PALER = "Curves of the less frequent dataset are paler, with hollow symbols."

FEW_OWN_IMAGES = 100
"""With fewer images, the CI of an accuracy of 95 % is wider than ±5 pp."""


def of_all(run_data: RunData) -> tuple[str, ...]:
    """Notes for every view: runs that do not count, and different datasets."""
    datasets = _own_images(run_data) if run_data.own_images else of_datasets(run_data.runs)
    own = (_unfinished(run_data), _repeated(run_data), _endings(run_data), datasets)
    return tuple(filter(None, own))


def of_timing(run_data: RunData) -> tuple[str, ...]:
    """Which times are not comparable, and why."""
    bundled = [run for run in run_data.runs if run.bundled]
    resumed = [run for run in run_data.runs if _earlier_seconds(run)]
    concurrent = [
        run for run in run_data.runs if not run_data.timing_comparable(run) and run not in bundled
    ]
    notes = (
        (bundled, "came with MNIST Studio, so the times are from another computer"),
        (
            resumed,
            "resumed from a checkpoint, so training times cover all processes, with the building "
            "and compiling of each, while their parts cover only the last process",
        ),
        (
            concurrent,
            "trained concurrently with other runs or on another computer, so the times are not "
            "comparable",
        ),
        (_warm_among_cold(run_data), WARM),
        (_where(run_data, is_busy), "shared the processors with other programs"),
        (_where(run_data, _slow), "ran while the processors' clock frequency was low"),
        (_where(run_data, _hot), "ran while a processor was throttled because of heat"),
        (_where(run_data, lambda m: bool(m.on_battery)), "ran on battery"),
    )
    found = tuple(f"{names(run_data, runs)} {text}." for runs, text in notes if runs)
    return (*found, *_devices(run_data), *_loops(run_data))


def of_losses(run_data: RunData) -> tuple[str, ...]:
    """Which training losses are not those of evaluation, and why."""
    smoothed = [run for run in run_data.runs if run.spec.training.label_smoothing]
    if not smoothed:
        return ()
    return (
        f"{names(run_data, smoothed)} trained with label smoothing, which makes the training loss "
        "larger than the test loss.",
    )


_TIME_UNITS = ("seconds", "milliseconds", "per second")


def with_timing_marks(run_data: RunData, table: Table) -> Table:
    """A table with a second column that names what makes the times of a row doubtful.

    The table stays as it is if it has no times, or if nothing is known against them.
    """
    if not any(column.unit in _TIME_UNITS for column in table.columns):
        return table
    groups = {group.key: group.runs for group in run_data.all_groups}
    runs = [groups.get(row.key, (row.key,)) for row in table.rows]
    marks = [dict.fromkeys(mark for run in of for mark in _marks(run_data, run)) for of in runs]
    if not any(marks):
        return table
    # Not the last one, which is out of sight in a wide table.
    rows = (
        Row(row.key, (row.cells[0], ", ".join(of), *row.cells[1:]))
        for row, of in zip(table.rows, marks, strict=True)
    )
    first, *others = table.columns
    return Table((first, Column("Timing"), *others), tuple(rows))


def _marks(run_data: RunData, run_id: str) -> tuple[str, ...]:
    """What makes the times of a run doubtful, in a word or two each."""
    run = run_data.by_id.get(run_id)
    if run is None:
        return ()
    comparable = run_data.timing_comparable(run)
    known = "other computer" if run.bundled else "" if comparable else "concurrent"
    return (*((known,) if known else ()), *time_breakdown.timing_marks(run.terminal))


def in_loop(framework: FrameworkName, style: Style) -> str:
    """A framework with the loop that trains in it: ``Keras in the shared loop``."""
    loop = "the shared loop" if style == "shared" else "its native script"
    return f"{framework_title(framework)} in {loop}"


def names(run_data: RunData, runs: Sequence[Run]) -> str:
    """Some of the runs as text: their titles if they are few, else their number."""
    if len(runs) == len(run_data.runs) > 1:
        return "All runs"
    if len(runs) > MAX_NAMES:
        return f"{len(runs)} of {len(run_data.runs)} runs"
    return listed([run_data.titles[run.id] for run in runs])


def _where(run_data: RunData, holds: Callable[[Machine], bool]) -> list[Run]:
    return [run for run in run_data.runs if (of := _machine(run)) is not None and holds(of)]


def _warm_among_cold(run_data: RunData) -> list[Run]:
    """The runs with a warm start, if others had none."""
    measured = [run for run in run_data.runs if run.ended and run.ended.measures]
    warm = [run for run in measured if _warm_start(run)]
    return warm if len(warm) < len(measured) else []


def _warm_start(run: Run) -> bool:
    return bool(run.ended and run.ended.measures and run.ended.measures.warm_start)


def _machine(run: Run) -> Machine | None:
    return run.ended.measures.machine if run.ended and run.ended.measures else None


def _earlier_seconds(run: Run) -> float:
    """Seconds of training in earlier processes."""
    return run.ended.measures.earlier_seconds if run.ended and run.ended.measures else 0.0


def _slow(of: Machine) -> bool:
    return of.frequency_fraction is not None and of.frequency_fraction < SLOW


def _hot(of: Machine) -> bool:
    return bool(of.throttle_count)


def _devices(run_data: RunData) -> tuple[str, ...]:
    devices = dict.fromkeys(run.ended.device for run in run_data.runs if run.ended)
    if len(devices) < 2:
        return ()
    return (f"The runs used different devices: {listed(list(devices))}.",)


def _loops(run_data: RunData) -> tuple[str, ...]:
    """What the times of the shared loop are times of."""
    shared = (run.spec.framework for run in run_data.runs if run.spec.style == "shared")
    texts = (framework_entry(name).shared_loop for name in dict.fromkeys(shared))
    return tuple(text for text in texts if text)


def _unfinished(run_data: RunData) -> str:
    early = run_data.unfinished
    waiting = run_data.selection.waiting
    verb = "has" if waiting == 1 else "have"
    not_started = f"{counted(waiting, 'run')} of the experiment {verb} not started yet."
    if not early:
        return not_started[:1].upper() + not_started[1:] if waiting else ""
    sentence = f"{_did_not_finish(run_data, early)} {_left_out(early)}"
    return f"{sentence} {not_started[:1].upper()}{not_started[1:]}" if waiting else sentence


def _did_not_finish(run_data: RunData, early: Sequence[Run]) -> str:
    if len(early) == len(run_data.runs) > 1:
        return "None of the runs has finished."
    return f"{names(run_data, early)} did not finish."


def _left_out(early: Sequence[Run]) -> str:
    return f"Means, intervals, and verdicts leave {'it' if len(early) == 1 else 'them'} out."


def uncounted(run_data: RunData) -> str:
    """How many runs a summary leaves out, as a sentence; empty if it has all of them."""
    early, repeated = len(run_data.unfinished), len(run_data.repeated)
    parts = (
        counted(early, "unfinished run") if early else "",
        counted(repeated, "repeated run") if repeated else "",
    )
    if not any(parts):
        return ""
    text = f"{listed(list(filter(None, parts)))} {'is' if early + repeated == 1 else 'are'}"
    return f"{text[:1].upper()}{text[1:]} not counted."


def _repeated(run_data: RunData) -> str:
    """Runs that do not count because another run has the same settings and seed."""
    again = run_data.repeated
    if not again:
        return ""
    repeat = "repeats" if len(again) == 1 else "repeat"
    return (
        f"{names(run_data, again)} {repeat} the settings and the seed of another run. "
        "Each seed counts once."
    )


def _endings(run_data: RunData) -> str:
    """Which runs stopped early, and whose figures are not those of their last epoch."""
    special: dict[str, list[Run]] = {}
    for run in run_data.runs:
        if text := ending(run.terminal):
            special.setdefault(text, []).append(run)
    if len(special) <= MAX_NAMES:
        return " ".join(f"{names(run_data, runs)}: {text}." for text, runs in special.items())
    ended = [run.finished for runs in special.values() for run in runs if run.finished]
    early, chosen = sum(e.stopped_early for e in ended), sum(bool(e.weights_epoch) for e in ended)
    of = f"of {len(run_data.runs)} runs"
    best = f"{chosen} {of} have the weights of their best epoch by the validation set."
    return " ".join((f"{early} {of} stopped early.",) * bool(early) + (best,) * bool(chosen))


def of_datasets(runs: Sequence[Run]) -> str:
    """That runs on different datasets are shown together; empty if all have the same one."""
    datasets = list(dict.fromkeys(dataset_label(run.spec.dataset) for run in runs))
    if len(datasets) < 2:
        return ""
    return (
        f"The runs were tested on different datasets, {listed(datasets)}, so they are not "
        "comparable."
    )


def _own_images(run_data: RunData) -> str:
    """The number of the user's own images that predictions are for."""
    assert run_data.own is not None
    images, left_out = len(run_data.own.images), run_data.own.left_out
    sentences = [f"Predictions are for {count(images)} of your images."]
    if images < FEW_OWN_IMAGES:
        sentences.append("With so few images, the confidence intervals are wide.")
    if left_out:
        verb = "was" if left_out == 1 else "were"
        sentences.append(f"{count(left_out)} {verb} left out because a run was trained on them.")
    return " ".join([*sentences, "NumPy computes the predictions for all frameworks."])
