"""The switch for handwriting styles, and the window with examples."""

from pytestqt.qtbot import QtBot

from mnist_studio.data.ink import styles
from mnist_studio.gui.services.background import Background
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.handwriting_styles import ADDED, EXAMPLES, HandwritingStyles, examples


def switch(qtbot: QtBot, theme: Theme, background: Background) -> HandwritingStyles:
    made = HandwritingStyles(theme, background)
    qtbot.addWidget(made)
    return made


def test_the_switch_tells_how_many_digits_are_added(qtbot: QtBot, theme: Theme) -> None:
    background = Background()
    made = switch(qtbot, theme, background)
    told: list[int] = []
    made.chosen.connect(told.append)
    made.box.click()
    made.box.click()
    assert told == [ADDED, 0]
    made.show_count(300)
    assert made.box.isChecked()
    assert told == [ADDED, 0]
    background.close()


def test_the_window_shows_examples_of_every_style(qtbot: QtBot, theme: Theme) -> None:
    background = Background()
    dialog = switch(qtbot, theme, background).show_styles()
    qtbot.waitUntil(lambda: not dialog.views[-1][-1].empty, timeout=30_000)
    assert len(dialog.views) == len(styles.STYLES)
    assert {len(views) for views in dialog.views} == {EXAMPLES}
    dialog.accept()
    background.close()


def test_a_cancelled_request_ends_early() -> None:
    assert not examples(1, lambda: True).any()
