"""Digits in the handwriting styles of several countries: the switch, and a window with examples."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.data.ink import style_samples, styles
from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.gui.common.basics import button, column, label, row
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.dialog import ScrollDialog
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.theme.theme import Theme

ADDED = 6_000
"""Generated digits that the switch adds: a tenth of MNIST."""
EXAMPLES = 4
"""Shown of every style."""
SIDE = 56
"""Of an example, in lengths of the design."""

Images = NDArray[np.uint8]

_TIP = (
    f"Adds {ADDED:,} generated digits to the training set, such as a 1 with a long flag, a barred "
    "7, and a slashed 0 (default: off). MNIST was written by Americans, who do not use them."
)


def examples(seed: int, is_cancelled: IsCancelled) -> Images:
    """(styles, ``EXAMPLES``, 28, 28): examples of every style."""
    made = np.zeros((len(styles.STYLES), EXAMPLES, 28, 28), np.uint8)
    for place, style in enumerate(styles.STYLES):
        if is_cancelled():
            break
        for number in range(EXAMPLES):
            random = generator(seed, Purpose.HANDWRITING, number)
            made[place, number] = style_samples.image(style, random)
    return made


class HandwritingStyles(QWidget):
    """The switch of a training, with a button that shows all styles.

    Signals:
        chosen: how many generated digits a training gets.

    Attributes:
        box: the switch.
        show_button: opens the window with examples.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__()
        self._theme, self._background = theme, background
        self.box = CheckBox("Add handwriting styles", theme)
        self.box.setToolTip(_TIP)
        self.show_button = button(
            "Show…", self.show_styles, "Shows examples of all styles", quiet=True
        )
        self.setLayout(row(self.box, 1, self.show_button, gap=4))
        self.box.clicked.connect(self._choose)

    def show_count(self, count: int) -> None:
        """Shows how many generated digits a run has. Emits nothing."""
        self.box.setChecked(count > 0)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(ADDED if self.box.isChecked() else 0)

    def show_styles(self) -> "StylesDialog":
        """Opens the window with examples."""
        dialog = StylesDialog(self.window(), self._theme, self._background)
        dialog.open()
        return dialog


class StylesDialog(ScrollDialog):
    """Examples of every style, computed in the background.

    Attributes:
        views: ``EXAMPLES`` for every style.
    """

    def __init__(self, parent: QWidget, theme: Theme, background: Background) -> None:
        super().__init__(parent, "Handwriting styles", QSize(860, 640))
        self.views: list[tuple[ImageView, ...]] = []
        self.caption = label("Drawing examples…", "secondary", wrap=True)
        self.body.addWidget(self.caption)
        groups = QWidget()
        flow = Flow(groups, 16)
        for style in styles.STYLES:
            flow.addWidget(self._group(style, theme))
        self.body.addWidget(groups, 1)
        self.foot.addStretch(1)
        self.foot.addWidget(button("Close", self.accept))
        self._runner = LatestOnlyRunner[int](background, examples, self)
        self._runner.done.connect(self._show)
        self._runner.submit(1)

    def _group(self, style: styles.WritingStyle, theme: Theme) -> QWidget:
        views = tuple(
            ImageView(theme, f"Example {number} of {style.title}", SIDE)
            for number in range(1, EXAMPLES + 1)
        )
        self.views.append(views)
        group = QWidget()
        group.setLayout(column(label(style.title), row(*views, 1, gap=4), gap=4))
        return group

    @Slot(object, object)
    def _show(self, seed: int, computed: Images) -> None:
        for views, images in zip(self.views, computed, strict=True):
            for view, image in zip(views, images, strict=True):
                view.show_image(image)
        self.caption.setText(
            "Every training image of a style has its own proportions, slant, and pen width."
        )
