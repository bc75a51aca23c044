import re
import sys
from functools import partial

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio import __version__, paths
from mnist_studio.frameworks import registry
from mnist_studio.gui.app.frame import PAGE_TITLES
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.help.page import HelpPage
from mnist_studio.gui.help.topics import TOPICS, text_of


def _starts(page: HelpPage, title: str) -> bool:
    return page.text.toPlainText().startswith(title)


def _help(window: MainWindow) -> HelpPage:
    page = window.page("help")
    assert isinstance(page, HelpPage)
    return page


def test_f1_opens_the_help_of_the_page(window: MainWindow, qtbot: QtBot) -> None:
    page = _help(window)
    for key in PAGE_TITLES:
        if key == "help":
            continue
        window.go(key)
        QTest.keyClick(window, Qt.Key.Key_F1)
        assert window.shown == "help"
        assert page.tab == key
        title = text_of(key).splitlines()[0].removeprefix("# ")
        qtbot.waitUntil(partial(_starts, page, title), timeout=30_000)
        page.back_button.click()
        assert window.shown == key


def test_links_lead_to_pages_and_topics(window: MainWindow, qtbot: QtBot) -> None:
    window.go("help")
    page = _help(window)
    page.text.anchorClicked.emit(QUrl("glossary.md#Epoch"))
    qtbot.waitUntil(
        lambda: page.text.textCursor().selectedText().startswith("Epoch"), timeout=30_000
    )
    page.text.anchorClicked.emit(QUrl("page:train"))
    assert window.shown == "train"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_every_link_of_a_topic_exists(topic: object) -> None:
    text = text_of(getattr(topic, "key"))  # noqa: B009
    topics = {one.key for one in TOPICS}
    assert text.startswith("# ")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        kind, _, rest = target.partition(":")
        if kind == "page":
            assert rest in PAGE_TITLES
        elif kind == "topic":
            assert rest in topics
        else:
            assert target.partition("#")[0].removesuffix(".md") in topics


def test_about_shows_versions_and_places_without_importing_a_framework() -> None:
    before = set(sys.modules)
    text = text_of("about")
    assert __version__ in text
    for name in ("numpy", "pytorch"):
        assert (registry.version(name) or "not installed") in text
    assert str(paths.home()) in text
    assert not {"torch", "tensorflow", "keras"} & (set(sys.modules) - before)
