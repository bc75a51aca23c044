from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.outcome_card import MARGIN, OutcomeCard
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.theme.theme import Theme


def test_card_covers_a_corner_and_moves_nothing(qtbot: QtBot, theme: Theme) -> None:
    page, field = QWidget(), QLineEdit()
    qtbot.addWidget(page)
    QVBoxLayout(page).addWidget(field)
    card = OutcomeCard(theme, page)
    page.resize(900, 500)
    page.show()
    field.setFocus()
    before, focus = field.geometry(), page.focusWidget()
    went: list[str] = []
    steps = (NextStep("Open", "Opens it.", lambda: went.append("open")),)
    card.show_outcome(
        Outcome("It is done", ("A fact " * 40, "Another."), "A doubt.", "good", steps)
    )
    assert card.isVisible()
    assert (field.geometry(), page.focusWidget()) == (before, focus)
    assert card.geometry().bottomRight() == page.rect().bottomRight() - _margin(theme)
    lines = card.text().split("\n")
    assert (lines[0], lines[-2:]) == ("It is done", ["Another.", "A doubt."])
    card.steps[0].click()
    assert went == ["open"]
    page.resize(420, 400)
    assert page.rect().contains(card.geometry())
    page.resize(1200, 600)
    card.show_outcome(Outcome("Three facts", ("One.", "Two.", "Three."), "", "good", steps))
    qtbot.waitUntil(lambda: card.steps[0].x() > card.width() // 2)
    assert card.height() < theme.pixels(120)
    card.show_outcome(Outcome("Nothing more"))
    assert card.text() == "Nothing more"
    assert card.steps == ()
    page.hide()


def test_a_brief_card_leaves_out_its_facts(qtbot: QtBot, theme: Theme) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    card = OutcomeCard(theme, page)
    page.resize(900, 500)
    page.show()
    card.show_outcome(Outcome("It is done", ("One.", "Two.", "Three."), "A doubt."))
    whole = card.height()
    card.show_brief(True)
    assert card.height() < whole
    assert not card._facts.isVisible()
    assert card._doubt.isVisible()
    card.show_brief(False)
    assert card.height() == whole


def test_card_stays_above_a_part_where_there_is_room(qtbot: QtBot, theme: Theme) -> None:
    page, plots, runs = QWidget(), QWidget(), QWidget()
    qtbot.addWidget(page)
    lines = QVBoxLayout(page)
    lines.addWidget(plots, 1)
    lines.addWidget(runs)
    runs.setFixedHeight(theme.pixels(120))
    card = OutcomeCard(theme, page)
    card.keep_clear(runs)
    page.resize(900, 500)
    page.show()
    card.show_outcome(Outcome("It is done", ("A fact.",)))
    assert card.geometry().bottom() < runs.geometry().top()
    runs.setFixedHeight(theme.pixels(200))
    qtbot.waitUntil(lambda: card.geometry().bottom() < runs.geometry().top())
    # There it must cover something, and the page has nothing else.
    runs.setFixedHeight(theme.pixels(470))
    qtbot.waitUntil(lambda: card.geometry().bottom() > runs.geometry().top())
    page.hide()


def _margin(theme: Theme) -> QPoint:
    return QPoint(theme.pixels(MARGIN), theme.pixels(MARGIN))
