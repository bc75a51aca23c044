"""Shows the network editor instead of the form, and keeps what was not used until it is opened."""

import logging

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.errors import SpecError
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.editor.editor import EMPTY, NetworkEditor
from mnist_studio.gui.train.form import preview_run
from mnist_studio.gui.train.settings_panel import SettingsPanel
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec

_LOG = logging.getLogger(__name__)

_SUSPENDED = "The editor keeps the network that you were changing. Click Change… to continue."


class EditorSwitch(QObject):
    """Opens and closes the editor of a page. It is made when it is first needed.

    Attributes:
        editor: the editor, once there is one.

    Signals:
        made: the editor, to be placed and connected.
        opened: it is to be shown instead of the form.
        closed: the form is to be shown again.
        suspended: a sentence; the editor keeps a network that was not used.
    """

    made = Signal(object)
    opened = Signal()
    closed = Signal()
    suspended = Signal(str)

    def __init__(self, studio: Studio, settings: SettingsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._studio, self._settings = studio, settings
        self.editor: NetworkEditor | None = None
        self._is_suspended = False

    @property
    def editing(self) -> NetworkEditor | None:
        """The editor while it is open."""
        return None if self.editor is None or self.editor.isHidden() else self.editor

    @property
    def kept(self) -> NetworkEditor | None:
        """The editor while it is open, or keeps a network that was not used."""
        return self.editor if self._is_suspended else self.editing

    @Slot()
    def edit_network(self) -> None:
        """Opens the editor with the network and the training of the page, or as it was left."""
        if self.editing:
            return
        suspended, editor = self._is_suspended, self._open()
        if not suspended:
            editor.open(preview_run(self._settings.form))

    @Slot()
    def edit_new_network(self) -> None:
        """Opens the editor with an empty network, which can be undone in an open editor."""
        if self.editing or self._is_suspended:
            self._open().start_from(EMPTY)
        else:
            self._open().open_new(preview_run(self._settings.form))

    def restore(self, saved: str) -> None:
        """Opens the editor with the network that was being edited when the window was closed."""
        if not saved:
            return
        try:
            draft = codec.parse(saved)
        except SpecError as error:
            _LOG.info("the network that was being edited is not restored: %s", error)
            return
        self._open().open(preview_run(self._settings.form), draft)

    def suspend(self) -> None:
        """Shows the form instead of the editor, which keeps its changes until it is opened."""
        editor = self.editing
        if editor is not None:
            self._close()
            self._is_suspended = editor.draft.is_changed
            if self._is_suspended:
                self.suspended.emit(_SUSPENDED)

    def _open(self) -> NetworkEditor:
        if self.editor is None:
            self.editor = NetworkEditor(self._studio)
            self.editor.used.connect(self._use)
            self.editor.left.connect(self._close)
            sizes = self._studio.saved_settings.train_page.editor
            if len(sizes) == self.editor.columns.count():
                self.editor.columns.setSizes(list(sizes))
            self.made.emit(self.editor)
        self._is_suspended = False
        self.editor.saving.frameworks = self._settings.form.frameworks
        self.opened.emit()
        self.editor.show()
        return self.editor

    @Slot(object)
    def _use(self, run: RunSpec) -> None:
        """Shows an edited network and its training."""
        self._settings.show_edited(run)
        self._close()

    @Slot()
    def _close(self) -> None:
        if self.editor is not None:
            self.editor.hide()
        self.closed.emit()
