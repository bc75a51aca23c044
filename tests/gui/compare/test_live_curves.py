"""The table of live curves says what may have made a run slower, and its axis seldom grows."""

from dataclasses import replace

from msgspec.structs import replace as changed

from mnist_studio.analysis.time_breakdown import TRAINING_TIME
from mnist_studio.analysis.view import Lines
from mnist_studio.events import Finished
from mnist_studio.gui.compare.live_curves import TIMING, live_view
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.gui.stored import fill


def rows() -> tuple[RunRow, ...]:
    fill()
    with RunStore() as store:
        runs = [run for run in store.runs() if store.epochs(run.id)][:2]
        return tuple(RunRow(run, store.epochs(run.id)) for run in runs)


def busy(run: Run) -> Run:
    """The run, as if other programs had used all processors."""
    end = run.terminal
    assert isinstance(end, Finished)
    assert end.measures is not None
    machine = changed(
        end.measures.machine, others_processors=float(end.measures.machine.processors)
    )
    return replace(run, terminal=changed(end, measures=changed(end.measures, machine=machine)))


def test_busy_runs_are_marked_in_the_table(home: object) -> None:
    idle, other = rows()
    calm = live_view((idle, other), "accuracy", "epochs")
    assert TIMING not in [column.title for column in calm.table.columns]
    marked = live_view((idle, replace(other, run=busy(other.run))), "accuracy", "epochs")
    assert [column.title for column in marked.table.columns][-2:] == ["Test accuracy", TIMING]
    assert {row.key: row.cells[-1] for row in marked.table.rows} == {
        idle.id: "", other.id: "busy",
    }  # fmt: skip


def test_the_axis_of_seconds_is_round_while_a_run_trains(home: object) -> None:
    ended, other = rows()
    training = replace(other, run=replace(other.run, status="running", terminal=None))
    chart = live_view((ended, training), "accuracy", "seconds").charts[0]
    assert isinstance(chart, Lines)
    last = max(line.x[-1] for line in chart.lines if line.x)
    assert chart.x.title == TRAINING_TIME
    assert chart.x.low == 0
    assert chart.x.high is not None
    assert last <= chart.x.high <= 1.6 * last
    alone = live_view((ended,), "accuracy", "seconds").charts[0]
    assert isinstance(alone, Lines)
    assert alone.x.high is None
