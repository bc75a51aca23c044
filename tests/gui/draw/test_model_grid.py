from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.formatting import NOTHING
from mnist_studio.gui.draw.model_card import ModelCard
from mnist_studio.gui.draw.model_grid import MOST_SPARE, ModelGrid
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.state import Prediction
from tests.gui.stored import fill


@pytest.fixture
def rows(home: Path, studio: Studio, qtbot: QtBot) -> list[RunRow]:
    fill()
    studio.library.refresh()
    qtbot.waitUntil(lambda: len(studio.library.rows) == 11)
    return list(studio.library.rows)


@pytest.fixture
def grid(qtbot: QtBot, theme: Theme) -> ModelGrid:
    made = ModelGrid(theme)
    qtbot.addWidget(made)
    return made


def of(framework: str, rows: list[RunRow]) -> list[RunRow]:
    return [row for row in rows if row.framework == framework]


def test_a_card_without_a_model_shows_the_next_one_of_its_framework(
    grid: ModelGrid, rows: list[RunRow]
) -> None:
    old, new, *_ = of("numpy", rows)
    grid.show_rows([old])
    card = grid.cards[old.id]
    seven = (*[0.0] * 7, 1.0, 0.0, 0.0)
    card.show_prediction(Prediction(1, old.id, "numpy", "numpy", seven, milliseconds=1.0))
    card.compare([3])
    grid.choose(old.id)
    assert card.digit.text() == "7"
    assert card.property("differs")
    grid.show_rows([new])
    assert grid.cards == {new.id: card}
    assert card.run == new.id
    assert card.accessibleName() == new.title
    assert card.digit.text() == NOTHING
    assert not card.property("differs")
    assert not card.property("chosen")


def test_models_of_another_framework_get_cards_of_their_own(
    grid: ModelGrid, rows: list[RunRow]
) -> None:
    numpy, pytorch = of("numpy", rows), of("pytorch", rows)
    grid.show_rows(numpy[:2])
    former = set(grid.cards.values())
    grid.show_rows([pytorch[0], numpy[2]])
    assert [card.framework for card in grid.cards.values()] == ["pytorch", "numpy"]
    assert grid.cards[pytorch[0].id] not in former
    assert grid.cards[numpy[2].id] in former


def test_the_card_of_a_run_that_trains_is_kept_for_the_next_one(
    grid: ModelGrid, rows: list[RunRow]
) -> None:
    first, second, *_ = of("numpy", rows)
    grid.show_rows([first, second])
    card = grid.cards[second.id]
    grid.show_rows([first])
    assert card.isHidden()
    grid.show_rows([second, first])
    assert grid.cards[second.id] is card
    assert not card.isHidden()


def test_only_a_few_cards_are_kept(grid: ModelGrid, rows: list[RunRow], qtbot: QtBot) -> None:
    grid.show_rows(rows)
    assert len(grid.findChildren(ModelCard)) == 11
    grid.show_rows(rows[:1])
    qtbot.waitUntil(lambda: len(grid.findChildren(ModelCard)) == 1 + MOST_SPARE)
