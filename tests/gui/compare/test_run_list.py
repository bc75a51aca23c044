import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare import run_list
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.compare.run_list import RunList
from mnist_studio.store.annotations import with_archived
from mnist_studio.store.runs import RunStore
from tests.gui.stored import STUDY, add, fill


@pytest.fixture
def runs(window: MainWindow, qtbot: QtBot) -> RunList:
    """The list of runs on the Compare page, with eleven runs of which six are selected."""
    fill()
    window.go("compare")
    page = window.page("compare")
    assert isinstance(page, ComparePage)
    window.studio.library.refresh()
    qtbot.waitUntil(lambda: len(page.runs.model.rows) == 11, timeout=30_000)
    # Runs that are read one by one are all selected.
    page.runs.model.check(frozenset(row.id for row in page.runs.model.rows[:6]))
    return page.runs


def test_a_filter_lists_and_selects_fewer_runs(runs: RunList) -> None:
    before = runs.model.checked_keys
    assert len(before) == 6
    runs.filter.set_text("framework:pytorch")
    assert len(runs.model.rows) == 5
    assert runs.model.checked_keys < before
    runs.filter.set_text("")
    assert runs.model.checked_keys == before


def test_a_cleared_selection_can_be_undone(runs: RunList, window: MainWindow, qtbot: QtBot) -> None:
    before = runs.model.checked_keys
    runs.none_button.click()
    assert not runs.model.checked_keys
    bar = window.undo_bar
    assert bar
    assert bar.text == "Cleared the selection of six runs."
    bar.undo()
    assert runs.model.checked_keys == before


def test_only_the_newest_runs_are_added_to_the_selection(
    runs: RunList, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_list, "MOST_ADDED", 3)
    chosen = runs.model.checked_keys
    # As by a click, if they were selected without one.
    runs.model.check(frozenset())
    runs.model.check(chosen)

    def train(seed: int) -> None:
        before = len(runs.model.rows)
        with RunStore() as store:
            add(store, replace(STUDY, title=f"Seed {seed}", seeds=(seed,)))
        window.studio.library.refresh()
        qtbot.waitUntil(lambda: len(runs.model.rows) == before + 2, timeout=30_000)

    train(21)
    first = runs.model.checked_keys - chosen
    assert first == {row.id for row in runs.model.rows[:2]}
    train(22)
    assert runs.model.checked_keys > chosen
    assert len(runs.model.checked_keys - chosen) == 3
    assert len(first & runs.model.checked_keys) == 1
    # Whoever selects runs keeps all of them.
    runs.model.check(runs.model.checked_keys | first)
    kept = runs.model.checked_keys
    train(23)
    assert runs.model.checked_keys > kept
    # All runs of an experiment stay, whose runs alone are listed.
    runs.show_experiment(window.studio.library.experiments[-1].id)
    assert len(runs.model.checked_keys) > 3


def test_archived_runs_are_compared_only_by_request(
    runs: RunList, window: MainWindow, qtbot: QtBot
) -> None:
    hidden = runs.model.rows[-1].id
    assert hidden not in runs.model.checked_keys
    window.studio.library.annotate((hidden,), with_archived(True))
    qtbot.waitUntil(lambda: len(runs.model.rows) == 10, timeout=30_000)
    runs.filter.set_text("is:archived")
    assert [row.id for row in runs.model.rows] == [hidden]
    assert not runs.model.checked_keys
    window.studio.compare([hidden])
    assert runs.filter.text == ""
    assert runs.model.checked_keys == {hidden}
