"""The main window: the frame first, then the services and the pages."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QMainWindow

from mnist_studio import settings
from mnist_studio.errors import StoreError
from mnist_studio.gui.app.dropped import open_dropped, open_file
from mnist_studio.gui.app.frame import PAGE_TITLES, PAGES, Frame
from mnist_studio.gui.app.shortcuts import ShortcutsOverlay, TextFieldFilter, install_shortcuts
from mnist_studio.gui.theme.theme import Theme

if TYPE_CHECKING:
    from mnist_studio.gui.app.announcer import Announcer
    from mnist_studio.gui.app.close_guard import CloseGuard
    from mnist_studio.gui.app.memory import PageMemory
    from mnist_studio.gui.common.page import MessageKind, Page
    from mnist_studio.gui.common.undo_bar import UndoBar
    from mnist_studio.gui.services.outcome import Outcome
    from mnist_studio.gui.services.studio import Studio

LARGEST_PART = 0.95
"""Part of the screen that a new window takes at most, in each direction."""

FIRST_PAGE = "draw"
"""The page of the first start: it shows what the program does, without a wait."""

LEAST = (720, 480)
"""Smallest width and height of the window: 1366×768 pixels at scale 1.5 are 910×512."""

QUIET_MS = 150
"""How long after a page is shown its plots are built."""

IDLE_MS = 500
"""How long after everything is built frameworks are loaded for the next runs."""

_LOG = logging.getLogger(__name__)


class MainWindow(QMainWindow):
    """The window. Its first paint needs little; ``build_services`` adds the rest.

    Signals:
        painted: the first frame is on the screen.
        usable: the first page is usable.
    """

    painted = Signal()
    usable = Signal()

    def __init__(self, theme: Theme, loaded: tuple[settings.Settings, str] | None = None) -> None:
        """A window without services and pages.

        Args:
            theme: its colors.
            loaded: the result of ``settings.load``; it is called if this is None.
        """
        super().__init__()
        self.setWindowTitle("MNIST Studio")
        self.setAcceptDrops(True)
        self.theme = theme
        self.overlay = ShortcutsOverlay(self)
        self.frame = Frame(theme)
        self.close_guard: CloseGuard | None = None
        self.announcer: Announcer | None = None
        self.undo_bar: UndoBar | None = None
        self._loaded = loaded
        self._studio: Studio | None = None
        self._plots_imported = False
        self._pages: dict[str, Page] = {}
        self._shown = "train"
        self._memory: PageMemory | None = None
        self._painted = False
        self.setCentralWidget(self.frame)
        self.frame.search_tool.clicked.connect(self.search)
        self.frame.navigation.chosen.connect(self._go_by_navigation)
        self.frame.navigation.show_page("train")
        self.frame.stack.installEventFilter(self)
        install_shortcuts(self, self._shortcuts())
        TextFieldFilter(self, "Ctrl+K")
        self.resize(1280, 800)
        self.setMinimumSize(*LEAST)
        # The focus starts at the window, so that no control looks selected at first.
        self.setFocus()

    @property
    def studio(self) -> "Studio":
        """What all pages share; made at its first use."""
        self.build_services()
        assert self._studio is not None
        return self._studio

    @property
    def shown(self) -> str:
        """The key of the page that is shown."""
        return self._shown

    def restore(self, saved: settings.Settings) -> None:
        """Opens where and as the window was closed, within a screen; before it is first shown."""
        if not self.restoreGeometry(QByteArray.fromBase64(saved.geometry.encode())):
            free = self.screen().availableSize()
            self.resize(self.size().boundedTo(free * LARGEST_PART))
        self._shown = saved.page if saved.page in PAGE_TITLES else FIRST_PAGE
        self.frame.navigation.show_page(self._shown)

    def build_services(self) -> None:
        """Makes the services and the page that is shown, once."""
        if self._studio is not None:
            return
        from mnist_studio.gui.app.announcer import Announcer
        from mnist_studio.gui.app.close_guard import CloseGuard
        from mnist_studio.gui.common.undo_bar import UndoBar
        from mnist_studio.gui.services.studio import Studio

        self._studio = studio = Studio(self.theme, self._loaded)
        studio.page_requested.connect(self.go)
        studio.item_requested.connect(self.show_item)
        studio.message.connect(self.show_message)
        self.undo_bar = UndoBar(self.frame, self.frame.stack, self.theme)
        studio.undo_offered.connect(self.undo_bar.offer)
        studio.outcome.connect(self.show_outcome)
        studio.data_requested.connect(self._open_data)
        studio.environments_requested.connect(self._open_environments)
        studio.library.damaged.connect(self._offer_repair)
        studio.newest_version.changed.connect(self._show_news)
        self.close_guard = CloseGuard(self, studio)
        self.announcer = Announcer(self, studio)
        for signal in (
            studio.queue.changed, studio.queue.event_received, studio.datasets.changed,
            studio.predictions.state_changed, studio.experiment.changed, studio.experiment.renewed,
            studio.activity_changed,
        ):  # fmt: skip
            signal.connect(self._update_status)
        self.go(self._shown)
        studio.open()
        self.usable.emit()
        self._preload()

    @Slot()
    def shut_down(self) -> None:
        """Ends everything that runs, waits for it, and saves how the window was."""
        changed: dict[str, object] = {}
        if self._studio is not None:
            self._studio.close()
            changed |= self._studio.unsaved
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        changed |= {"geometry": geometry, "page": self._shown, "text_size": self.theme.scale}
        if self._memory is not None:
            changed["window"] = self._memory.state()
        try:
            settings.save(replace(settings.load()[0], **changed))
        except StoreError:
            # The window is closed, so only the log can report it.
            _LOG.exception("how the window was is not saved")

    def page(self, key: str) -> "Page":
        """A page, built at its first use."""
        from mnist_studio.gui.app.memory import PageMemory
        from mnist_studio.gui.app.pages import make

        if key not in self._pages:
            page = self._pages[key] = make(key, self.studio)
            self.frame.stack.addWidget(page)
            if self._memory is None:
                self._memory = PageMemory(self.studio.saved_settings.window)
            memory = self._memory
            memory.add(key, page)
            QTimer.singleShot(0, page, lambda: memory.restore_tab(key))
        return self._pages[key]

    @Slot(str)
    def go(self, key: str) -> None:
        """Shows a page."""
        page = self.page(key)
        self._shown = key
        self.frame.stack.setCurrentWidget(page)
        self.frame.top.show_page(page.title, page.sentence, page.buttons)
        self.frame.navigation.show_page(key)
        if self.undo_bar:
            # On the Draw page, Ctrl+Z is for the canvas.
            self.undo_bar.free_keys(key != "draw")
        page.enter()
        self.studio.page_shown.emit(key)
        QTimer.singleShot(QUIET_MS, page, partial(self._explain_terms, page))
        if self._plots_imported:
            QTimer.singleShot(QUIET_MS, page.prepare)

    def _explain_terms(self, page: "Page") -> None:
        from mnist_studio.gui.app.explained import explain_terms

        explain_terms(page)

    @Slot(str, str)
    def show_message(self, text: str, kind: str) -> None:
        """Shows a message over the page that is shown."""
        if self.undo_bar and self.undo_bar.text == text:
            # It is shown already, with a way back.
            return
        notice = self.page(self._shown).notice
        notice.show_message(text, cast("MessageKind", kind))
        if self.undo_bar:
            self.undo_bar.stay_above(notice)

    @Slot(object)
    def show_outcome(self, outcome: "Outcome") -> None:
        """Shows how something ended over the page that is shown."""
        self.page(self._shown).show_outcome(outcome)

    def train(self) -> None:
        """Trains with the settings of the Train page, and with a number that is still typed."""
        typed = QApplication.focusWidget()
        if isinstance(typed, QAbstractSpinBox):
            typed.interpretText()
        self.go("train")
        self.studio.training_requested.emit()

    def help(self) -> None:
        """Opens the help for the page that is shown."""
        from mnist_studio.gui.help.page import HelpPage

        page, shown = self.page("help"), self._shown
        assert isinstance(page, HelpPage)
        if shown != "help":
            page.come_from(shown)
            page.show_tab(shown)
        self.go("help")

    @Slot(str)
    def _go_by_navigation(self, key: str) -> None:
        """Shows a page; Help opens at the page that is shown."""
        if key == "help":
            self.help()
        else:
            self.go(key)

    def search(self) -> None:
        """Opens the command palette."""
        from mnist_studio.gui.app.commands import all_commands
        from mnist_studio.gui.app.search import SearchDialog

        SearchDialog(self, self.theme, all_commands(self)).open()

    @Slot(str, str)
    def show_item(self, page: str, key: str) -> None:
        """Goes to a page and shows one thing of it, such as a recipe or a run."""
        self.go(page)
        self.page(page).show_item(key)

    @property
    def built_pages(self) -> "Mapping[str, Page]":
        """The pages that were shown."""
        return self._pages

    def choose_picture(self) -> None:
        """Opens the dialog that chooses a picture for the canvas."""
        self.go("draw")
        self.studio.picture_requested.emit()

    def _shortcuts(self) -> dict[str, Callable[[], object]]:
        """The actions of the shortcuts that work on every page."""
        pages = {
            f"Ctrl+{number}": partial(self.go, key) for number, (key, _) in enumerate(PAGES, 1)
        }
        return pages | {
            "F5": self.train,
            "F11": self.toggle_full_screen,
            "F1": self.help,
            "Ctrl+K": self.search,
            "Ctrl+,": partial(self.go, "settings"),
            "Ctrl+/": self.overlay.open,
            "Ctrl+O": self.choose_picture,
            "Ctrl+V": self.paste,
            "Ctrl++": partial(self.theme.zoom, 1),
            "Ctrl+=": partial(self.theme.zoom, 1),
            "Ctrl+-": partial(self.theme.zoom, -1),
            "Ctrl+0": partial(self.theme.zoom, 0),
            "Esc": self.close_overlays,
        }

    def toggle_full_screen(self) -> None:
        """Switches between full screen and a normal window."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def close_overlays(self) -> None:
        """Closes everything that covers the page."""
        self.overlay.hide()
        self.page(self._shown).notice.hide()
        if self.undo_bar:
            self.undo_bar.hide()
        self.page(self._shown).outcome.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Starts what takes longer than a frame after the first paint."""
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._on_first_paint)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the overlay as large as the window."""
        super().resizeEvent(event)
        self.overlay.setGeometry(self.rect())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accepts files and pictures."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Settings go to the Train page, run files to the Runs page, pictures to the Draw page."""
        open_dropped(self, event.mimeData())
        event.acceptProposedAction()

    def paste(self) -> None:
        """Opens the picture, or the file, that was copied."""
        open_dropped(self, QGuiApplication.clipboard().mimeData())

    def open_file(self, file: Path) -> None:
        """Opens a file on the page for its kind."""
        open_file(self, file)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks first if something is still training."""
        if self.close_guard and self.studio.busy:
            event.ignore()
            self.close_guard.ask()
        else:
            event.accept()

    @Slot()
    def _on_first_paint(self) -> None:
        self.painted.emit()
        self.build_services()

    def _preload(self) -> None:
        from mnist_studio.gui.app.pages import preload_steps
        from mnist_studio.gui.services.background import IdleScheduler

        scheduler = IdleScheduler(preload_steps(), self)
        scheduler.done.connect(self._build_plots)
        QTimer.singleShot(QUIET_MS, scheduler, scheduler.start)

    @Slot()
    def _build_plots(self) -> None:
        self._plots_imported = True
        self.page(self._shown).prepare()
        QTimer.singleShot(IDLE_MS, self, self._prepare_frameworks)

    @Slot()
    def _prepare_frameworks(self) -> None:
        if self._studio is not None and self.isVisible():
            self._studio.prepare_frameworks()

    @Slot()
    def _update_status(self) -> None:
        from mnist_studio.gui.app.status import status_of

        status = status_of(self.studio)
        self.frame.status.show_work(status.activity, status.fraction, status.left)
        self.frame.status.show_engines(status.engines)

    @Slot()
    def _show_news(self) -> None:
        self.frame.status.show_news(self.studio.newest_version.sentence)

    @Slot()
    def _open_environments(self) -> None:
        from mnist_studio.gui.app.environments import EnvironmentsDialog

        dialog = EnvironmentsDialog(self, self.studio.background)
        dialog.changed.connect(self.studio.environments_changed)
        dialog.open()

    @Slot()
    def _open_data(self) -> None:
        from mnist_studio.gui.app.stored_data import StoredDataDialog

        StoredDataDialog(self, self.studio).open()

    @Slot(object)
    def _offer_repair(self, error: Exception) -> None:
        """Offers to rebuild or restore a database that cannot be opened."""
        from mnist_studio.gui.app.stored_data import StoredDataDialog

        StoredDataDialog(self, self.studio, error).open()
