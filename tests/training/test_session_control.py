from threading import Event, Thread

from mnist_studio.training.session import Control


def _waiting(control: Control) -> tuple[Thread, Event]:
    """A thread that waits as the loop does, and what it sets when it goes on."""
    went_on = Event()

    def wait() -> None:
        control.wait_while_paused()
        went_on.set()

    thread = Thread(target=wait)
    thread.start()
    return thread, went_on


def test_nothing_is_wanted_at_first() -> None:
    control = Control()
    control.wait_while_paused()
    assert (control.paused, control.stopped) == (False, False)


def test_a_pause_lasts_until_resume() -> None:
    control = Control()
    control.pause()
    thread, went_on = _waiting(control)
    assert control.paused
    assert not went_on.wait(0.05)
    control.resume()
    thread.join(5)
    assert went_on.is_set()
    assert not control.stopped


def test_a_stop_ends_a_pause() -> None:
    control = Control()
    control.pause()
    thread, went_on = _waiting(control)
    control.stop()
    thread.join(5)
    assert went_on.is_set()
    assert control.stopped


def test_a_stop_is_for_good() -> None:
    control = Control()
    control.stop()
    control.pause()
    control.wait_while_paused()
    control.resume()
    assert (control.paused, control.stopped) == (False, True)
