"""The frame: navigation, top bar, pages and status line."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import (
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from mnist_studio.gui.pages.page import Page
from mnist_studio.gui.status import status_of
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.theme.theme import Choice
from mnist_studio.gui.widgets.bars import StatusLine, TopBar
from mnist_studio.gui.widgets.navigation import Navigation
from mnist_studio.gui.widgets.question import ask
from mnist_studio.gui.widgets.shortcuts import ShortcutsOverlay

PAGES = (("train", "Train"), ("draw", "Draw"), ("compare", "Compare"), ("runs", "Runs"))


class MainWindow(QMainWindow):
    """The window. Builds a page when it is first gone to.

    Signals:
        painted: the first frame is on the screen.
        usable: the page that is shown has its plots.
    """

    painted = Signal()
    usable = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setWindowTitle("MNIST Studio")
        self.setAcceptDrops(True)
        self.studio = studio
        self._pages: dict[str, Page] = {}
        self._shown = ""
        self._stands = False
        self._leaving = False
        self._navigation = Navigation(studio.theme, PAGES)
        self._top = TopBar(studio.theme)
        self._stack = QStackedWidget()
        self.status = StatusLine(studio.theme)
        self._overlay = ShortcutsOverlay(self)
        self._build()
        self._connect()
        self._shortcuts()
        self.resize(1280, 800)
        self.setMinimumSize(880, 600)
        self.go("train")
        # The keyboard starts at the window: no control looks chosen before anyone chose it.
        self.setFocus()

    def _build(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._top)
        right.addWidget(self._stack, 1)
        right.addWidget(self.status)
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._navigation)
        whole.addLayout(right, 1)
        middle = QWidget()
        middle.setLayout(whole)
        self.setCentralWidget(middle)
        theme = self._navigation.add_tool("theme", "Theme", "Light, dark, or as the system")
        theme.clicked.connect(lambda: self._theme_menu(theme))
        keys = self._navigation.add_tool("keyboard", "Keys", "Keyboard shortcuts (Ctrl+/)")
        keys.clicked.connect(self._overlay.open)

    def _connect(self) -> None:
        self._navigation.chosen.connect(self.go)
        self.studio.going.connect(self.go)
        self.studio.told.connect(self._tell)
        self.studio.queue.changed.connect(self._update_status)
        self.studio.queue.told.connect(self._update_status)
        self.studio.queue.idle.connect(self._maybe_leave)
        self.studio.digits.changed.connect(self._update_status)
        self.studio.predictions.state_changed.connect(self._update_status)
        self._stack.installEventFilter(self)

    def _shortcuts(self) -> None:
        for place, (key, _) in enumerate(PAGES, start=1):
            self._shortcut(f"Ctrl+{place}", lambda key=key: self.go(key))  # type: ignore[misc]
        self._shortcut("F5", self._train)
        self._shortcut("F11", self._full_screen)
        self._shortcut("Ctrl+/", self._overlay.open)
        self._shortcut("Ctrl+O", self._open_picture)
        self._shortcut("Ctrl++", lambda: self.studio.theme.zoom(1))
        self._shortcut("Ctrl+=", lambda: self.studio.theme.zoom(1))
        self._shortcut("Ctrl+-", lambda: self.studio.theme.zoom(-1))
        self._shortcut("Ctrl+0", lambda: self.studio.theme.zoom(0))
        self._shortcut("Esc", self._escape)

    def _shortcut(self, keys: str, action: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(action)

    @Slot(str)
    def go(self, key: str) -> None:
        """Shows a page."""
        page = self.page(key)
        self._shown = key
        self._stack.setCurrentWidget(page)
        self._top.show_page(page.title, page.sentence, page.buttons)
        self._navigation.show_page(key)
        page.enter()
        if self._stands:
            QTimer.singleShot(0, page.prepare)

    def page(self, key: str) -> Page:
        """A page, built when it is first asked for."""
        if key not in self._pages:
            self._pages[key] = _make(key, self.studio)
            self._stack.addWidget(self._pages[key])
        return self._pages[key]

    @property
    def shown(self) -> str:
        """The key of the page that is shown."""
        return self._shown

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The first paint starts what may take longer than a frame."""
        if event.type() == QEvent.Type.Paint and not self._stands:
            self._stands = True
            QTimer.singleShot(0, self._stand)
        return super().eventFilter(watched, event)

    @Slot()
    def _stand(self) -> None:
        self.painted.emit()
        self.studio.open()
        self.page(self._shown).prepare()
        self.usable.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The overlay covers the window at any size."""
        super().resizeEvent(event)
        self._overlay.setGeometry(self.rect())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Takes files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """A picture dropped anywhere goes to the Draw page."""
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.go("draw")
            self.studio.open_picture(files[0])
            event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Asks what shall become of a training."""
        if not self.studio.queue.busy:
            event.accept()
            return
        event.ignore()
        ask(
            self,
            "A run is still training",
            "What shall become of it when the window closes?",
            (
                ("Keep training", lambda: None),
                ("Discard and close", lambda: self._leave(self.studio.queue.cancel)),
                ("Stop, keep and close", lambda: self._leave(self.studio.queue.stop)),
            ),
            primary=2,
            danger=1,
        )

    def _leave(self, end: Callable[[], None]) -> None:
        self._leaving = True
        end()
        self._maybe_leave()

    @Slot()
    def _maybe_leave(self) -> None:
        if self._leaving and not self.studio.queue.busy:
            self.close()

    @Slot(str, str)
    def _tell(self, text: str, kind: str) -> None:
        self.page(self._shown).notice.tell(text, "bad" if kind == "bad" else "good")

    @Slot()
    def _update_status(self) -> None:
        status = status_of(self.studio)
        self.status.show_work(status.what, status.fraction, status.left)
        self.status.show_aside(status.aside)

    def _train(self) -> None:
        self.go("train")
        self.studio.training_asked.emit()

    def _open_picture(self) -> None:
        self.go("draw")
        self.studio.picture_asked.emit()

    def _full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _escape(self) -> None:
        self._overlay.hide()
        self.page(self._shown).notice.hide()

    def _theme_menu(self, under: QWidget) -> None:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for choice, text in (("system", "As the system"), ("light", "Light"), ("dark", "Dark")):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self.studio.theme.choice == choice)
            action.triggered.connect(lambda _=False, choice=choice: self._choose(choice))
            group.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(under.mapToGlobal(under.rect().topRight()))

    def _choose(self, choice: Choice) -> None:
        self.studio.choose_theme(choice)


def _make(key: str, studio: Studio) -> Page:
    # Imported when first gone to: the first window need not wait for pages nobody sees yet.
    if key == "train":
        from mnist_studio.gui.pages.train import TrainPage

        return TrainPage(studio)
    if key == "draw":
        from mnist_studio.gui.pages.draw import DrawPage

        return DrawPage(studio)
    if key == "compare":
        from mnist_studio.gui.pages.compare import ComparePage

        return ComparePage(studio)
    from mnist_studio.gui.pages.runs import RunsPage

    return RunsPage(studio)
