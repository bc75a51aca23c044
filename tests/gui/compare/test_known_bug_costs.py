"""Faults are told wherever a run is named, and what they cost where runs can be paired."""

from pathlib import Path

from msgspec.structs import asdict, replace
from pytestqt.qtbot import QtBot

from mnist_studio.events import Epoch, Finished, Stopped
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.known_bug_costs import NOTHING, KnownBugCostCard
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import KnownBugName, RunSpec
from mnist_studio.store import titles
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import Status


def spec(seed: int = 42, *bugs: KnownBugName) -> RunSpec:
    plain = run_spec(RECIPES["mlp-128"])
    training = replace(plain.training, seed=seed, epochs=2, optimizer=Sgd(0.1))
    return replace(
        plain, training=training, known_bugs=bugs, dataset="builtin", framework="numpy",
        device="cpu", threads=1,
    )  # fmt: skip


def row(
    number: int, made: RunSpec, accuracy: float, whole: bool = True, loss: float = 0.1
) -> RunRow:
    end: Finished | Stopped = Stopped(
        run=str(number), framework="numpy", epochs=2, step=42, test_accuracy=accuracy,
        test_loss=loss, seconds={}, device="CPU",
    )  # fmt: skip
    if whole:
        shared = {name: value for name, value in asdict(end).items() if name != "reason"}
        end = Finished(**shared, latency_ms=1.0)
    status: Status = "finished" if whole else "stopped"
    run = Run(str(number), f"Run {number}", made, status, 0.0, Path("none"), end, True)
    epoch = Epoch(
        run=str(number), framework="numpy", epoch=1, step=21, train_loss=0.5, train_accuracy=0.9,
        validation_loss=None, validation_accuracy=None, test_loss=0.4, test_accuracy=accuracy,
        learning_rate=0.1, train_seconds=1.0,
    )  # fmt: skip
    return RunRow(run, (epoch,))


def test_titles_name_known_bugs() -> None:
    assert row(1, spec(), 0.9).title == "Run 1"
    assert row(1, spec(42, "unshuffled"), 0.9).title == "Run 1 · with known bug: no shuffling"
    recipe = next(recipe for recipe in RECIPES.values() if "double-softmax" in recipe.known_bugs)
    run = run_spec(recipe)
    published = replace(run, known_bugs=recipe.source_bugs(run.framework))
    assert titles.name("Mine", published) == "Mine · with the source's bugs"
    assert LiveRun(published).title.endswith(" · with the source's bugs")
    # No source has all of them in one framework.
    assert (
        titles.name("Mine", replace(run, known_bugs=recipe.known_bugs))
        == "Mine · with four known bugs"
    )
    assert (
        LiveRun(spec(1, "unshuffled"), name="Mine").title == "Mine · with known bug: no shuffling"
    )


def test_the_card_has_the_mean_of_pairs(theme: Theme, qtbot: QtBot) -> None:
    card = KnownBugCostCard()
    qtbot.addWidget(card)
    rows = [row(1, spec(1), 0.97), row(2, spec(1, "unshuffled"), 0.95, loss=0.2)]
    card.show_rows(rows)
    assert card.sentences.text() == (
        "MLP 128 in NumPy, no shuffling: test accuracy 2.00 pp lower, test loss "
        "+0.1000 (one seed, undecided)."
    )
    assert card.explanations.text() == f"No shuffling: {KNOWN_BUGS['unshuffled'].explanation}"
    card.show_rows([*rows, row(3, spec(2), 0.96), row(4, spec(2, "unshuffled"), 0.95)])
    assert (
        "test accuracy 1.50 pp lower, test loss +0.0500 (two seeds, undecided)"
        in card.sentences.text()
    )
    card.show_rows([rows[0], row(5, spec(1, "unshuffled"), 0.5, whole=False)])
    assert card.sentences.text() == NOTHING
    assert card.explanations.isHidden()
    bugs: tuple[KnownBugName, ...] = (
        "unshuffled", "double-softmax", "full-batch", "bias-gradients", "own-scaling", "own-initial"
    )  # fmt: skip
    with_bugs = (row(place, spec(1, name), 0.9) for place, name in enumerate(bugs, start=6))
    card.show_rows([rows[0], *with_bugs])
    assert len(card.sentences.text().splitlines()) == 6
    many = [row(place, spec(place, "unshuffled"), 0.9) for place in range(20, 40)]
    twins = [row(place + 40, spec(place), 0.9) for place in range(20, 40)]
    card.show_rows([*many, *twins])
    assert "(20 seeds, 95 % CI " in card.sentences.text()
    card.show_rows(())
    assert card.sentences.text() == NOTHING


def test_the_compare_page_shows_the_costs_of_the_selected_runs(window: MainWindow) -> None:
    window.go("compare")
    page = window.page("compare")
    assert isinstance(page, ComparePage)
    rows = (row(1, spec(1), 0.97), row(2, spec(1, "unshuffled"), 0.95))
    window.studio.library._rows = rows
    window.studio.library.changed.emit()
    live = page.views.live.view
    assert live is not None
    assert list(dict.fromkeys(row.cells[0] for row in live.table.rows)) == [
        "Run 1",
        "Run 2 · with known bug: no shuffling",
    ]
    page.list.choose("known-bugs")
    assert "test accuracy 2.00 pp lower" in page.views.known_bugs.sentences.text()
    page.runs.model.check(frozenset({"1"}))
    assert page.views.known_bugs.sentences.text() == NOTHING
