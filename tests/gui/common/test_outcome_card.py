"""The card of what has ended has room of its own: it hides nothing of its page."""

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.outcome_card import OutcomeCard
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.theme.theme import Theme


def shown(qtbot: QtBot, theme: Theme) -> tuple[QWidget, QWidget, OutcomeCard]:
    """A page with some content, and its card below it."""
    page, content, card = QWidget(), QWidget(), OutcomeCard(theme)
    qtbot.addWidget(page)
    lines = QVBoxLayout(page)
    lines.addWidget(content, 1)
    lines.addWidget(card)
    page.resize(900, 500)
    page.show()
    return page, content, card


def test_card_covers_nothing_and_leaves_the_focus(qtbot: QtBot, theme: Theme) -> None:
    page, content, card = shown(qtbot, theme)
    field = QLineEdit(content)
    field.setFocus()
    before, focus = content.height(), page.focusWidget()
    went: list[str] = []
    steps = (NextStep("Open", "Opens it.", lambda: went.append("open")),)
    card.show_outcome(
        Outcome("It is done", ("A fact " * 40, "Another."), "A doubt.", "good", steps)
    )
    qtbot.waitUntil(lambda: content.height() < before)
    assert not content.geometry().intersects(card.geometry())
    assert page.focusWidget() == focus
    lines = card.text().split("\n")
    assert (lines[0], lines[-2:]) == ("It is done", ["Another.", "A doubt."])
    card.steps[0].click()
    assert went == ["open"]
    card.hide()
    qtbot.waitUntil(lambda: content.height() == before)
    page.hide()


def test_buttons_are_next_to_the_title_where_there_is_room(qtbot: QtBot, theme: Theme) -> None:
    page, _, card = shown(qtbot, theme)
    steps = (NextStep("Open", "Opens it.", lambda: None),)
    card.show_outcome(Outcome("Three facts", ("One.", "Two.", "Three."), "", "good", steps))
    qtbot.waitUntil(lambda: card.steps[0].mapTo(card, card.steps[0].rect().topLeft()).y() < 20)
    assert card.height() < theme.pixels(120)
    page.resize(320, 400)
    qtbot.waitUntil(lambda: card.steps[0].mapTo(card, card.steps[0].rect().topLeft()).y() > 60)
    assert page.rect().contains(card.geometry())
    card.show_outcome(Outcome("Nothing more"))
    assert card.text() == "Nothing more"
    assert card.steps == ()
    page.hide()


def test_a_brief_card_leaves_out_its_facts(qtbot: QtBot, theme: Theme) -> None:
    page, _, card = shown(qtbot, theme)
    card.show_outcome(Outcome("It is done", ("One.", "Two.", "Three."), "A doubt."))
    qtbot.waitUntil(lambda: card.height() > theme.pixels(80))
    whole = card.height()
    card.show_brief(True)
    qtbot.waitUntil(lambda: card.height() < whole)
    assert not card._facts.isVisible()
    assert card._doubt.isVisible()
    card.show_brief(False)
    qtbot.waitUntil(lambda: card.height() == whole)
    page.hide()
