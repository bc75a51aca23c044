"""The picture of a network in which activations flow while one draws."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QPainter

from mnist_studio.analysis.network_picture import LIVE, TEXT_SIZE, NetworkLayout
from mnist_studio.gui.common.network.living_image import LivingScene
from mnist_studio.gui.common.network.picture import NetworkPicture
from mnist_studio.gui.theme.theme import Theme

if TYPE_CHECKING:
    from mnist_studio.explanation.live import LiveFrame


class LivingPicture(NetworkPicture):
    """Shows the activations in front of each block, and the probabilities as bars.

    Signals:
        frame_painted: new activations are on the screen.
    """

    frame_painted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, LIVE)
        self._frame: LiveFrame | None = None
        self._is_new = False
        self._scene: tuple[object, LivingScene] | None = None
        # An image, and what it was painted with.
        self._painted: tuple[LivingScene, QImage] | None = None

    @property
    def frame(self) -> "LiveFrame | None":
        """The activations that are shown."""
        return self._frame

    def painter(self) -> "FramePainter":
        """Paints frames for the present size and colors, on any thread."""
        return FramePainter(self._present_scene(self.picture) if self.picture else None)

    def show_frame(
        self, frame: "LiveFrame | None", painted: tuple[LivingScene, QImage] | None = None
    ) -> None:
        """Shows activations.

        Args:
            frame: the activations; None shows the network alone.
            painted: what ``painter`` has made of them, so that they need not be painted here.
        """
        self._frame, self._painted = frame, painted
        self._is_new = frame is not None
        self.update()

    def paint(self, painter: QPainter, layout: NetworkLayout) -> None:
        """Shows the image of the frame. It is painted here only if size or colors have changed."""
        scene = self._present_scene(layout)
        if self._painted is None or self._painted[0] is not scene:
            self._painted = scene, scene.image(self._frame)
        painter.save()
        painter.resetTransform()
        painter.drawImage(0, 0, self._painted[1])
        painter.restore()
        if self._is_new:
            self._is_new = False
            self.frame_painted.emit()

    def _present_scene(self, layout: NetworkLayout) -> LivingScene:
        density = self.devicePixelRatioF()
        key = (id(layout), self.size(), self.scale, density, self.theme.palette)
        if self._scene is None or self._scene[0] != key:
            font, palette = self.theme.font(TEXT_SIZE), self.theme.palette
            scene = LivingScene(layout, self.size(), self.scale, density, palette, font)
            self._scene = (key, scene)
        return self._scene[1]


class FramePainter:
    """Paints frames with the scene of one moment."""

    def __init__(self, scene: LivingScene | None) -> None:
        """Paints nothing without a scene."""
        self._scene = scene

    def __call__(self, frame: "LiveFrame") -> tuple[LivingScene, QImage] | None:
        """The scene and the image; None without a scene."""
        return (self._scene, self._scene.image(frame)) if self._scene else None
