"""The picture of a network with zoom, scrolling, and a button that saves it."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QFont, QImage, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QStyle, QWidget

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_picture import TEXT_SIZE
from mnist_studio.analysis.network_svg import network_svg
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.gui.common.basics import IconButton, button, column, label, row
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.layouts import Scroll
from mnist_studio.gui.common.network.painting import picture_image
from mnist_studio.gui.common.network.picture import ZOOMS, NetworkPicture
from mnist_studio.gui.common.text_files import file_name
from mnist_studio.gui.common.written_file import written
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.palette import LIGHT
from mnist_studio.spec.model import ModelSpec

FILE_WIDTH = 1000.0
"""Of a saved picture, at which its lines end; its text has a size of 11."""

DENSITY = 2.0
"""Pixels per unit of a saved image."""


class NetworkView(QWidget):
    """A picture of a network that scrolls. Ctrl and the wheel, +, - and 0 change its size.

    Attributes:
        picture: of the network.
        tools: zoom and save buttons, on the right of the line above it.
    """

    def __init__(self, studio: Studio, picture: NetworkPicture) -> None:
        super().__init__()
        self._studio, self.picture = studio, picture
        self._title = "network"
        self._fits = False
        self.summary = label("", "secondary", wrap=True)
        theme = studio.theme
        self.save_button = button(
            "Save picture…", self.ask_to_save, "Saves the picture as an SVG or PNG file", quiet=True
        )
        self.tools = row(
            self.summary,
            IconButton(theme, "minus", "Smaller (-)", self.zoom_out),
            IconButton(theme, "plus", "Larger (+)", self.zoom_in),
            IconButton(theme, "expand", "Fit the whole network (0)", self.fit),
            self.save_button,
            gap=4,
        )
        self.tools.setStretch(0, 1)
        self.area = Scroll(picture)
        # Where lines end must not depend on the scroll bar: a narrower picture can be lower, so
        # that the bar would come and go forever.
        self.area.setWidgetResizable(False)
        self.area.viewport().installEventFilter(self)
        studio.theme.changed.connect(self._arrange)
        whole = column(self.tools, gap=8)
        whole.addWidget(self.area, 1)
        self.setLayout(whole)

    def show_model(self, model: ModelSpec, title: str) -> None:
        """Draws a network.

        Args:
            model: the network.
            title: proposed as the name of a file.

        Raises:
            SpecError: it is not valid; the former picture stays.
        """
        self.picture.show_model(model)
        self._title = title
        self._place()
        layout = self.picture.picture
        self.summary.setText(layout.summary if layout else "")
        if self._fits:
            self.fit()

    @Slot()
    def zoom_in(self) -> None:
        """Draws larger."""
        self._zoom(next((one for one in ZOOMS if one > self.picture.zoom), ZOOMS[-1]))

    @Slot()
    def zoom_out(self) -> None:
        """Draws smaller."""
        self._zoom(next((one for one in reversed(ZOOMS) if one < self.picture.zoom), ZOOMS[0]))

    def _zoom(self, zoom: float) -> None:
        self._fits = False
        self.picture.set_zoom(zoom)
        self._place()

    @Slot()
    def fit(self) -> None:
        """Draws as large as all of the network fits, at most in the size of text."""
        self._fits = True
        self.picture.set_zoom(self.picture.fitting_zoom(self._room()))
        self._place()

    def _room(self) -> QSize:
        """The room for the picture next to a scroll bar."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        return self.area.maximumViewportSize() - QSize(bar, 0)

    def _place(self) -> None:
        """Gives the picture its width and the height that follows from it."""
        width = max(self._room().width(), self.picture.minimumSizeHint().width())
        self.picture.resize(width, self.picture.heightForWidth(width))

    def show_layer(self, layer: int) -> None:
        """Scrolls to a layer and outlines it."""
        self.picture.select(layer)
        place = self.picture.rectangle_of(layer)
        self.area.ensureVisible(
            place.center().x(), place.center().y(), place.width() // 2, place.height() // 2
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arranges the picture in another room."""
        super().resizeEvent(event)
        # When the layout has given the scroll area its new size.
        QTimer.singleShot(0, self, self._arrange)

    @Slot()
    def _arrange(self) -> None:
        if self._fits:
            self.fit()
        else:
            self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Changes the size."""
        actions = {"+": self.zoom_in, "=": self.zoom_in, "-": self.zoom_out, "0": self.fit}
        if action := actions.get(event.text()):
            action()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Changes the size with Ctrl and the wheel."""
        if isinstance(event, QWheelEvent) and event.modifiers() & _CONTROL:
            (self.zoom_in if event.angleDelta().y() > 0 else self.zoom_out)()
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def ask_to_save(self) -> None:
        """Asks for a file, and saves the picture."""
        dialog = FileDialog(self, "Save picture")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["SVG picture (*.svg)", "PNG picture (*.png)"])
        dialog.setDefaultSuffix("svg")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix("png" if "png" in chosen else "svg")
        )
        dialog.selectFile(f"{file_name(self._title)}.svg")
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, file: Path) -> None:
        """Writes the picture on a worker thread, in the colors of paper."""
        model, title = self.picture.model, self._title
        font = QFont(self._studio.theme.font(TEXT_SIZE))
        if model is None:
            return

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            write_bytes(file, picture_file(model, title, file.suffix.lower(), font))
            return file

        self._studio.background.start(work, self._saved, self._studio.complain)

    @Slot(object)
    def _saved(self, file: Path) -> None:
        self._studio.outcome.emit(written(self._studio, "The picture is saved", file))


def picture_file(model: ModelSpec, title: str, suffix: str, font: QFont) -> bytes:
    """The content of a file with the picture of a network. Any thread may call it.

    Raises:
        UsageError: another kind of file than SVG or PNG.
    """
    layout = network_layout(model, FILE_WIDTH)
    if suffix == ".svg":
        return network_svg(layout, title).encode()
    if suffix != ".png":
        raise UsageError(
            f"A picture cannot be saved as a {suffix} file.", "Name it network.svg or network.png."
        )
    return _png(picture_image(layout, font, LIGHT, DENSITY))


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Qt's stubs want bytes for the format, and PySide takes text, too.
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


_CONTROL = Qt.KeyboardModifier.ControlModifier
