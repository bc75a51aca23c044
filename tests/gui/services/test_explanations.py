"""Explanations in the background: the newest wish wins, and a child that nobody needs leaves."""

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio import paths
from mnist_studio.data.datasets import builtin
from mnist_studio.explanation.explainer import PartResult
from mnist_studio.explanation.messages import Options
from mnist_studio.gui.services.explanations import ExplanationRequest, Explanations
from mnist_studio.gui.services.studio import Studio
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

IMAGES = builtin.load().train.images
SHIPPED = paths.resources() / "models"
WAIT = 20_000


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A model that comes with the studio, by NumPy if its own framework is not here."""
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(SHIPPED))
    monkeypatch.setattr("mnist_studio.explanation.explainer.engine_for", lambda name: "numpy")
    with RunStore() as store:
        return store.run("bundled-fast-99")


def wish(run: Run, place: int) -> ExplanationRequest:
    return ExplanationRequest(run, IMAGES[place].tobytes(), "attribution", Options())


def test_only_the_newest_of_many_is_reported(studio: Studio, run: Run, qtbot: QtBot) -> None:
    explanations, told = studio.explanations, list[tuple[ExplanationRequest, object]]()
    explanations.replied.connect(lambda asked, found: told.append((asked, found)))
    explanations.failed.connect(lambda asked, error: told.append((asked, error)))
    for place in range(5):
        explanations.want(wish(run, place))
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    # What is being computed gives way to what is wanted now.
    for place in range(5, 9):
        explanations.want(wish(run, place))
        qtbot.wait(120)
    qtbot.waitUntil(lambda: told[-1][0] == wish(run, 8), timeout=WAIT)
    assert told[0][0] == wish(run, 4)
    assert all(isinstance(found, PartResult) for _, found in told)


def test_a_child_that_nobody_asks_leaves(studio: Studio, run: Run, qtbot: QtBot) -> None:
    explanations = studio.explanations
    with qtbot.waitSignal(explanations.replied, timeout=WAIT):
        explanations.want(wish(run, 0))
    assert _alive(explanations)
    explanations._idle.setInterval(10)
    explanations.forget()
    qtbot.waitUntil(lambda: not _alive(explanations), timeout=WAIT)
    with qtbot.waitSignal(explanations.replied, timeout=WAIT):
        explanations.want(wish(run, 1))
    # What goes on computing there ends with it.
    assert _alive(explanations)
    explanations.interrupt()
    qtbot.waitUntil(lambda: not _alive(explanations), timeout=WAIT)


def _alive(explanations: Explanations) -> bool:
    return explanations._explainer is not None and explanations._explainer.pid is not None
