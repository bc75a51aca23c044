"""Clocks of real runs: every second that the supervisor sees is in one phase."""

import multiprocessing
from time import perf_counter

import pytest
from msgspec.structs import replace

from mnist_studio.analysis.time_breakdown import training_time, training_time_after
from mnist_studio.events import AnyEvent, Finished, Measures, Phase, Progress, Started, Stopped
from mnist_studio.running import recording
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store.runs import RunStore
from mnist_studio.training.evaluation import SLICE
from tests.trained_runs import endless, small

RESOLUTION = 1e-6
"""Seconds; sums of floats beside clocks that count nanoseconds."""

Ended = Finished | Stopped


class Timed:
    """A run's last event, and the clock around it.

    Attributes:
        end: the last event.
        seconds: from the first event to the end of the job.
        before_end: from the launch of the process to the event before the last one.
    """

    def __init__(self, job: TrainingJob, stops: bool = False, pauses: bool = False) -> None:
        begun = 0.0
        arrived = [0.0]
        for event in job.events():
            arrived.append(perf_counter())
            if isinstance(event, Started):
                begun = perf_counter()
            if isinstance(event, Progress) and (stops or pauses):
                (job.pause if pauses else job.stop)()
            if isinstance(event, Phase) and event.phase == "paused":
                job.resume()
                job.stop()
        self.seconds = perf_counter() - begun
        self.before_end = arrived[-2] - job._launched
        self.end = _ended(event)


def _ended(event: AnyEvent) -> Ended:
    assert isinstance(event, Ended), event
    return event


def adds_up(timed: Timed) -> None:
    """The phases are the wall time that was measured around the run."""
    end = timed.end
    assert end.measures is not None
    assert all(seconds >= 0 for seconds in end.seconds.values())
    wall = end.measures.wall_seconds
    assert sum(end.seconds.values()) - end.measures.earlier_seconds == pytest.approx(
        wall, abs=RESOLUTION
    )
    # Around it are also the store, and the process after its last word. They have no upper bound
    # on a busy machine.
    assert timed.before_end < wall < timed.seconds
    # The way of the last message, which waits its turn on a busy machine.
    assert end.seconds["other"] < 5.0


@pytest.mark.parametrize("framework", ["numpy", "pytorch", "keras"])
@pytest.mark.parametrize("style", ["shared", "native"])
def test_the_phases_add_up_to_the_wall_time(framework: FrameworkName, style: str) -> None:
    spec = replace(small(framework), style=style)
    timed = Timed(TrainingJob(spec))
    end, measures = timed.end, timed.end.measures
    assert isinstance(end, Finished)
    assert measures is not None
    adds_up(timed)
    phases = {"start", "import", "data", "build", "train", "evaluate", "save", "other"}
    assert phases <= end.seconds.keys()
    assert measures.train_images_per_second == pytest.approx(1297 / end.seconds["train"])
    assert measures.peak_memory_bytes is not None
    assert 30e6 < measures.peak_memory_bytes < 3e9
    assert measures.throughput_batch == SLICE
    assert measures.throughput_images_per_second is not None
    # A batch takes no longer than its images alone.
    assert measures.throughput_images_per_second > 1000 / end.latency_ms
    with RunStore() as store:
        assert store.run(end.run).terminal == end


@pytest.mark.parametrize("style", ["shared", "native"])
def test_every_loop_is_timed_from_its_data_to_its_last_step(style: str) -> None:
    """What MNIST Studio prepares for a script, and reads to evaluate it, is not the script's."""
    job = TrainingJob(replace(small("numpy"), style=style))
    phases = [event.phase for event in job.events() if isinstance(event, Phase)]
    with RunStore() as store:
        (*_, last), end = store.epochs(job.id), store.run(job.id).ended
    assert end is not None
    first = {"shared": ["import", "data", "build"], "native": ["import", "build", "data"]}
    assert [one for one in phases if one != "start"][:3] == first[style]
    # After the last epoch, nothing more is prepared.
    assert training_time_after(last, None) == pytest.approx(training_time(end), abs=0.01)


def test_a_stopped_run_adds_up_too_and_so_does_the_one_that_goes_on() -> None:
    job = TrainingJob(spec := small(epochs=40))
    stopped = Timed(job, stops=True)
    assert isinstance(stopped.end, Stopped)
    adds_up(stopped)
    went_on = Timed(TrainingJob(spec, resume=job.id))
    adds_up(went_on)
    before, after = stopped.end.measures, went_on.end.measures
    assert before is not None
    assert after is not None
    assert before.earlier_seconds == 0.0
    assert 0 < after.earlier_seconds <= stopped.end.seconds["train"]
    assert before.throughput_images_per_second is None


def test_a_pause_is_in_its_phase() -> None:
    timed = Timed(TrainingJob(endless()), pauses=True)
    adds_up(timed)
    assert timed.end.seconds["paused"] > 0


def test_the_load_of_other_programs_is_reported() -> None:
    spinner = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    spinner.start()
    try:
        (*_, end) = TrainingJob(_long()).events()
    finally:
        spinner.kill()
        spinner.join()
    machine = _measures(end).machine
    assert machine.others_processors is not None
    assert 0.3 < machine.others_processors <= machine.processors


def test_events_without_measures_stay_unchanged() -> None:
    (*_, end) = TrainingJob(small()).events()
    old = replace(_ended(end), measures=None)
    assert recording.timed(old, 5.0) is old
    phase = Phase(run="run", framework="numpy", phase="train")
    assert recording.timed(phase, 5.0) is phase


def _long() -> RunSpec:
    return small(epochs=40)


def _measures(event: AnyEvent) -> Measures:
    measures = _ended(event).measures
    assert measures is not None
    return measures


def _spin() -> None:
    while True:
        pass
