"""Six training images as the network will see them: changed at random by the real pipeline."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.data.datasets import sources
from mnist_studio.data.pipeline.augmentation import augmented
from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.common.basics import column, label
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.augmentation import Augmentation, check
from mnist_studio.spec.run import DatasetName

SHOWN = 6
SIDE = 56
"""Of an image, in lengths of the design."""

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class ImageRequest:
    """What determines the images.

    Attributes:
        dataset: whose first training images are shown.
        augmentation: their changes; None for the images as they are.
        seed: of the run.
    """

    dataset: DatasetName
    augmentation: Augmentation | None
    seed: int


def images(request: ImageRequest, is_cancelled: IsCancelled) -> Images:
    """The first training images, (6, 28, 28), as in the first step without shuffling.

    Raises:
        DataError: the dataset is not on this computer.
        SpecError: a limit of the augmentation is not valid.
    """
    first = _first_images(request.dataset)
    if request.augmentation is None:
        return first
    check(request.augmentation)
    return augmented(first, request.augmentation, request.seed, step=0)


_LOADED: dict[DatasetName, Images] = {}
"""The first images of the datasets that were shown: reading MNIST takes a while."""


def _first_images(dataset: DatasetName) -> Images:
    if dataset not in _LOADED:
        _LOADED[dataset] = sources.load(dataset).train.images[:SHOWN].copy()
    return _LOADED[dataset]


class AugmentedImages(QWidget):
    """Shows six augmented images of the chosen dataset."""

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__()
        self.views = tuple(
            ImageView(theme, f"Augmented image {number}", SIDE) for number in range(1, SHOWN + 1)
        )
        self.caption = label("", "secondary", wrap=True)
        strip = QWidget()
        line = Flow(strip, 6)
        for view in self.views:
            line.addWidget(view)
        self.setLayout(column(strip, self.caption, gap=4))
        self._runner = LatestOnlyRunner[ImageRequest](background, images, self)
        self._runner.done.connect(self._show)
        self._runner.failed.connect(self._fail)
        self._request: ImageRequest | None = None

    def show_request(self, request: ImageRequest) -> None:
        """Computes other images in the background."""
        if request != self._request:
            self._request = request
            if self.views[0].empty:
                self.caption.setText("Loading six training images…")
            self._runner.submit(request)

    @Slot(object, object)
    def _show(self, request: ImageRequest, computed: Images) -> None:
        for view, image in zip(self.views, computed, strict=True):
            view.show_image(image)
        changed = request.augmentation is not None
        self.caption.setText(
            "Six training images after the random changes. Every epoch draws new ones."
            if changed
            else "Six training images, unchanged."
        )

    @Slot(object, object)
    def _fail(self, request: ImageRequest, error: Exception) -> None:
        for view in self.views:
            view.show_image(None)
        words = str(error) if isinstance(error, MnistStudioError) else repr(error)
        self.caption.setText(f"The images cannot be shown. {words}")
