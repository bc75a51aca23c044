"""The main window: the frame first, then the studio and its pages."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QMimeData, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMainWindow

from mnist_studio import settings
from mnist_studio.gui.app import actions
from mnist_studio.gui.app.actions import ask_theme
from mnist_studio.gui.app.dropped import found_in
from mnist_studio.gui.app.frame import Frame
from mnist_studio.gui.app.shortcuts import ShortcutsOverlay
from mnist_studio.gui.theme.theme import Theme

if TYPE_CHECKING:
    from mnist_studio.gui.app.close_guard import CloseGuard
    from mnist_studio.gui.common.page import MessageKind, Page
    from mnist_studio.gui.services.studio import Studio

QUIET_MS = 150
"""So long after a page is shown its plots are built."""


class MainWindow(QMainWindow):
    """The window. Its first paint needs little; ``furnish`` brings all else.

    Signals:
        painted: the first frame is on the screen.
        usable: the first page can be worked with.
    """

    painted = Signal()
    usable = Signal()

    def __init__(self, theme: Theme, loaded: tuple[settings.Settings, str] | None = None) -> None:
        """A window without a studio.

        Args:
            theme: its colors.
            loaded: what ``settings.load`` gave; it is called where that was not done yet.
        """
        super().__init__()
        self.setWindowTitle("MNIST Studio")
        self.setAcceptDrops(True)
        self.theme = theme
        self.overlay = ShortcutsOverlay(self)
        self.frame = Frame(theme)
        self.leaving: CloseGuard | None = None
        self._loaded = loaded
        self._studio: Studio | None = None
        self._plots_here = False
        self._pages: dict[str, Page] = {}
        self._shown = "train"
        self._painted = False
        self.setCentralWidget(self.frame)
        self.frame.theme_tool.clicked.connect(self._ask_theme)
        self.frame.python_tool.clicked.connect(self._open_pythons)
        self.frame.keys_tool.clicked.connect(self.overlay.open)
        self.frame.navigation.chosen.connect(self.go)
        self.frame.navigation.show_page("train")
        self.frame.stack.installEventFilter(self)
        actions.install(self)
        self.resize(1280, 800)
        self.setMinimumSize(880, 600)
        # The keyboard starts at the window: no control looks chosen before anyone chose it.
        self.setFocus()

    @property
    def studio(self) -> "Studio":
        """What all pages share; made when it is first asked for."""
        self.furnish()
        assert self._studio is not None
        return self._studio

    @property
    def shown(self) -> str:
        """The key of the page that is shown."""
        return self._shown

    def furnish(self) -> None:
        """Makes the studio and the page that is shown; does so once."""
        if self._studio is not None:
            return
        from mnist_studio.gui.app.close_guard import CloseGuard
        from mnist_studio.gui.services.studio import Studio

        self._studio = studio = Studio(self.theme, self._loaded)
        studio.going.connect(self.go)
        studio.told.connect(self.tell)
        self.leaving = CloseGuard(self, studio)
        for news in (
            studio.queue.changed, studio.queue.told, studio.digits.changed,
            studio.predictions.state_changed, studio.experiment.changed, studio.experiment.renewed,
            studio.occupied,
        ):  # fmt: skip
            news.connect(self._update_status)
        self.go(self._shown)
        studio.open()
        self.usable.emit()
        self._look_ahead()

    @Slot()
    def shut_down(self) -> None:
        """Ends everything that runs and waits for it."""
        if self._studio is not None:
            self._studio.close()

    def page(self, key: str) -> "Page":
        """A page, built when it is first asked for."""
        from mnist_studio.gui.app.pages import make

        if key not in self._pages:
            self._pages[key] = make(key, self.studio)
            self.frame.stack.addWidget(self._pages[key])
        return self._pages[key]

    @Slot(str)
    def go(self, key: str) -> None:
        """Shows a page."""
        page = self.page(key)
        self._shown = key
        self.frame.stack.setCurrentWidget(page)
        self.frame.top.show_page(page.title, page.sentence, page.buttons)
        self.frame.navigation.show_page(key)
        page.enter()
        if self._plots_here:
            QTimer.singleShot(QUIET_MS, page.prepare)

    @Slot(str, str)
    def tell(self, text: str, kind: str) -> None:
        """Tells the user something over the page that is shown."""
        self.page(self._shown).notice.show_message(text, cast("MessageKind", kind))

    def train(self) -> None:
        """Trains with what the Train page is set to."""
        self.go("train")
        self.studio.training_asked.emit()

    def choose_picture(self) -> None:
        """Lets the user choose a picture for the pad."""
        self.go("draw")
        self.studio.picture_asked.emit()

    def toggle_full_screen(self) -> None:
        """Fills the screen, or gives it back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def close_overlays(self) -> None:
        """Closes what lies over the page."""
        self.overlay.hide()
        self.page(self._shown).notice.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The first paint starts what may take longer than a frame."""
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._stand)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The overlay covers the window at any size."""
        super().resizeEvent(event)
        self.overlay.setGeometry(self.rect())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes files and pictures."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Settings dropped anywhere go to the Train page, pictures to the Draw page."""
        self._take(event.mimeData())
        event.acceptProposedAction()

    def paste(self) -> None:
        """Opens the picture, or the file, that was copied."""
        self._take(QGuiApplication.clipboard().mimeData())

    def _take(self, mime: QMimeData) -> None:
        """Opens what was dropped or pasted; of what is neither file nor picture it says so."""
        from mnist_studio.spec.files import SUFFIX

        match found_in(mime):
            case str(problem):
                self.tell(problem, "bad")
            case Path(suffix=suffix) as file if suffix.lower() == SUFFIX:
                self.go("train")
                self.studio.settings_dropped.emit(file)
            case picture:
                self.go("draw")
                self.studio.open_picture(picture)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks what shall become of a training."""
        if self.leaving and self.studio.busy:
            event.ignore()
            self.leaving.ask()
        else:
            event.accept()

    @Slot()
    def _stand(self) -> None:
        self.painted.emit()
        self.furnish()

    def _look_ahead(self) -> None:
        from mnist_studio.gui.app import preload
        from mnist_studio.gui.services.idle import IdleScheduler

        turns = IdleScheduler(preload.steps(), self)
        turns.done.connect(self._build_plots)
        QTimer.singleShot(QUIET_MS, turns, turns.start)

    @Slot()
    def _build_plots(self) -> None:
        self._plots_here = True
        self.page(self._shown).prepare()

    @Slot()
    def _update_status(self) -> None:
        from mnist_studio.gui.app.status import status_of

        status = status_of(self.studio)
        self.frame.status.show_work(status.what, status.fraction, status.left)
        self.frame.status.show_aside(status.aside)

    @Slot()
    def _ask_theme(self) -> None:
        tool = self.frame.theme_tool
        ask_theme(tool, self.theme.choice, self.studio.choose_theme)

    @Slot()
    def _open_pythons(self) -> None:
        from mnist_studio.gui.app.environments import EnvironmentsDialog

        EnvironmentsDialog(self, self.studio.background).open()
