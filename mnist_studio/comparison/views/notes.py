"""What a reader of runs must know."""

from collections.abc import Callable, Sequence

from mnist_studio.comparison.run_data import RunData
from mnist_studio.events import Machine
from mnist_studio.formatting import count, counted, listed
from mnist_studio.store.rows import Run

BUSY = 0.25
"""Processors that others kept busy: more than this is felt."""

SLOW = 0.7
"""Of the highest clock: less than this for a whole run is throttling."""

MOST_NAMES = 3

FEW_OWN = 100
"""Of fewer digits an accuracy of 95 % is known to 5 points at best."""


def of_all(run_data: RunData) -> tuple[str, ...]:
    """What holds for every view: runs that are not at their end, and different digits."""
    digits = _own(run_data) if run_data.own_images else _datasets(run_data)
    return tuple(filter(None, (_unfinished(run_data), digits)))


def of_clocks(run_data: RunData) -> tuple[str, ...]:
    """Which clocks cannot be compared, and why."""
    came = [run for run in run_data.runs if run.bundled]
    again = [run for run in run_data.runs if _earlier(run)]
    beside = [
        run for run in run_data.runs if not run_data.timing_comparable(run) and run not in came
    ]
    told = (
        (came, "came with the studio: such seconds are another machine's"),
        (
            again,
            "went on from a checkpoint: Clocks tells of the last process, training times "
            "elsewhere are those of all",
        ),
        (beside, "trained beside other runs or on another machine: such seconds are not honest"),
        (_where(run_data, _busy), "had to share the processors with other programs"),
        (_where(run_data, _slow), "ran while the processors' clock was low"),
        (_where(run_data, _hot), "ran while a processor was slowed down by heat"),
        (_where(run_data, lambda m: bool(m.on_battery)), "ran on battery"),
    )
    found = tuple(f"{who(run_data, runs)} {words}." for runs, words in told if runs)
    return found + _devices(run_data)


def machine(run: Run) -> Machine | None:
    """What the machine did beside a run."""
    return run.ended.measures.machine if run.ended and run.ended.measures else None


def _where(run_data: RunData, holds: Callable[[Machine], bool]) -> list[Run]:
    return [run for run in run_data.runs if (of := machine(run)) is not None and holds(of)]


def _earlier(run: Run) -> float:
    """Seconds of training in earlier processes."""
    return run.ended.measures.earlier_seconds if run.ended and run.ended.measures else 0.0


def _busy(of: Machine) -> bool:
    return of.others_processors is not None and of.others_processors > BUSY


def _slow(of: Machine) -> bool:
    return of.frequency_fraction is not None and of.frequency_fraction < SLOW


def _hot(of: Machine) -> bool:
    return bool(of.throttle_count)


def _devices(run_data: RunData) -> tuple[str, ...]:
    devices = dict.fromkeys(run.ended.device for run in run_data.runs if run.ended)
    if len(devices) < 2:
        return ()
    return (f"The runs used different devices: {listed(list(devices))}.",)


def _unfinished(run_data: RunData) -> str:
    early = [run for run in run_data.runs if run.status != "finished"]
    waiting = run_data.selection.waiting
    left = f"{counted(waiting, 'run')} of the experiment did not begin yet." if waiting else ""
    if not early:
        return left[:1].upper() + left[1:]
    return f"{who(run_data, early)} did not come to the end. {left}".strip()


def _datasets(run_data: RunData) -> str:
    names = list(dict.fromkeys(run.spec.dataset for run in run_data.runs))
    if len(names) < 2:
        return ""
    return f"The runs were tested on different digits, {listed(names)}: not comparable."


def _own(run_data: RunData) -> str:
    """How many of the user's own digits predictions are of."""
    assert run_data.own is not None
    digits, out = len(run_data.own.images), run_data.own.left_out
    least = " (few digits: intervals are wide)" if digits < FEW_OWN else ""
    apart = f"; {count(out)} that a run learnt from are left out" if out else ""
    return (
        f"Predictions are of {count(digits)} of your own digits{least}{apart}; NumPy answers for "
        "all frameworks."
    )


def who(run_data: RunData, runs: Sequence[Run]) -> str:
    """Some of the runs in words."""
    if len(runs) == len(run_data.runs) > 1:
        return "All runs"
    if len(runs) > MOST_NAMES:
        return f"{len(runs)} of {len(run_data.runs)} runs"
    return listed([run_data.titles[run.id] for run in runs])
