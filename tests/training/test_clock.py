from mnist_studio.events import PhaseName
from mnist_studio.training.clock import CheckpointClock, PhaseClock


class _Watch:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_every_second_belongs_to_one_phase() -> None:
    watch = _Watch()
    clock = PhaseClock("import", watch)
    clock.add("start", 0.5)
    way: tuple[tuple[PhaseName, float], ...]
    way = (("train", 2.0), ("evaluate", 3.0), ("train", 1.0), ("save", 4.0))
    for phase, seconds in way:
        watch.now += seconds
        clock.enter(phase)
    watch.now += 0.25

    assert clock.phase == "save"
    assert clock.all_seconds() == {
        "evaluate": 1.0, "import": 2.0, "save": 0.25, "start": 0.5, "train": 7.0,
    }  # fmt: skip


def test_the_running_phase_counts_before_it_ends() -> None:
    watch = _Watch()
    clock = PhaseClock("train", watch)
    watch.now += 2.0
    assert clock.seconds("train") == 2.0
    assert clock.seconds("evaluate") == 0.0
    clock.enter("train")
    watch.now += 1.0
    assert clock.seconds("train") == 3.0


def test_seconds_that_are_added_twice_count_twice() -> None:
    clock = PhaseClock("import", _Watch())
    clock.add("start", 0.5)
    clock.add("start", 0.25)
    clock.add("train", 1.0)
    assert clock.all_seconds() == {"import": 0.0, "start": 0.75, "train": 1.0}


def test_a_real_clock_goes_forward() -> None:
    clock = PhaseClock("train")
    assert 0 <= clock.seconds("train") <= clock.seconds("train")


def test_a_checkpoint_is_due_after_its_interval_or_a_hundred_times_its_cost() -> None:
    seconds = [0.0]
    clock = CheckpointClock(60.0, now=lambda: seconds[0])

    def saved(cost: float) -> None:
        clock.begin()
        seconds[0] += cost
        clock.end()

    due = []
    for cost, wait in (
        (0.0, 59.9),
        (0.0, 0.1),
        (0.5, 59.9),
        (0.5, 60.0),
        (2.0, 199.0),
        (2.0, 200.0),
    ):
        saved(cost)
        seconds[0] += wait
        due.append(clock.due)
    assert due == [False, False, False, True, False, True]
