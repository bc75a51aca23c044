"""The Help page: a list of topics, and the text of the one that is chosen."""

from itertools import groupby

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTextBrowser

from mnist_studio.gui.common.basics import GAP, button
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.grouped_list import GroupedList, Item
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.help.layout import polish
from mnist_studio.gui.help.topics import TOPICS, text_of
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio

WIDEST = 760
"""Width of the text, in lengths of the design: a line stays readable."""

PAGE_LINK, TOPIC_LINK = "page", "topic"
"""Schemes of links to a page of the window and to a topic without a file, as ``page:train``."""


class HelpPage(Page):
    """Help that works offline; F1 opens the topic of the page that was shown."""

    title = "Help"
    sentence = "F1 opens the help for the page that you are on"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._came_from = "draw"
        self._anchor = ""
        self.back_button = button("Back", self._go_back, "Goes back to the page you came from")
        self.action_line.addWidget(self.back_button)
        self.list = GroupedList("Topics", studio.theme, 200)
        self.list.offer(
            [
                (group, [Item(topic.key, topic.title) for topic in topics])
                for group, topics in groupby(TOPICS, lambda topic: topic.group)
            ]
        )
        self.text = QTextBrowser()
        self.text.setAccessibleName("Help text")
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._open_link)
        self._lay_out()
        self.list.chosen.connect(self._read)
        studio.theme.changed.connect(lambda: self._read(self.list.choice))
        self.list.choose(TOPICS[0].key)

    def _lay_out(self) -> None:
        topics, text = Card(), Card()
        topics.setAccessibleName("Topics")
        topics.body.addWidget(self.list)
        topics.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        text.body.addWidget(self.text)
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addWidget(topics)
        line.addWidget(text, 1)
        self.body.addLayout(line, 1)
        self.fold(line, 620, (180, 420))

    @property
    def tab(self) -> str:
        """The topic that is shown."""
        return self.list.choice

    def show_tab(self, key: str) -> None:
        """Shows a topic, or a term of the glossary as in ``glossary#Epoch``."""
        topic, _, self._anchor = key.partition("#")
        if not self.list.has(topic):
            return
        if self.list.choice == topic:
            self._read(topic)
        else:
            self.list.choose(topic)

    def come_from(self, page: str) -> None:
        """Sets where *Back* leads to."""
        self._came_from = page

    @Slot(str)
    def _read(self, key: str) -> None:
        """Reads a topic in a thread and shows it."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[str, str]:
            return key, text_of(key)

        self.studio.background.start(work, self._show, self.studio.complain)

    @Slot(object)
    def _show(self, found: tuple[str, str]) -> None:
        key, text = found
        if key != self.list.choice:
            return  # Another topic was chosen in the meantime.
        self.text.document().setDefaultFont(self.studio.theme.font(13))
        self.text.setMarkdown(text)
        polish(self.text.document(), self.studio.theme)
        self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
        if self._anchor:
            # Whole terms only: “Step” isn't “Steps”, and “Epoch” isn't a part of “Best epoch”.
            exact = QTextDocument.FindFlag.FindCaseSensitively
            self.text.find(f"{self._anchor}:", exact) or self.text.find(self._anchor, exact)
            self._anchor = ""

    @Slot(QUrl)
    def _open_link(self, link: QUrl) -> None:
        """Goes to a page of the window, to another topic, or to the web."""
        if link.scheme() == PAGE_LINK:
            self.studio.page_requested.emit(link.path())
        elif link.scheme() == TOPIC_LINK:
            self.show_tab(link.path())
        elif link.isRelative():
            self.show_tab(link.toString().replace(".md", ""))
        else:
            QDesktopServices.openUrl(link)

    def _go_back(self) -> None:
        self.studio.page_requested.emit(self._came_from)

    def enter(self) -> None:
        """The keyboard starts at the text, which the arrow keys scroll."""
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)
