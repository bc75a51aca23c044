"""The first steps along the top of the Draw page, until they are dismissed."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from mnist_studio.gui.common.basics import IconButton, button, label, row
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.icons import icon
from mnist_studio.settings import Step

_TEXTS: Mapping[Step, tuple[str, str]] = MappingProxyType(
    {
        "draw": ("1  Draw", "Draw a digit on the canvas and see the prediction"),
        "train": ("2  Train", "Train a network of your own on the Train page"),
        "compare": ("3  Compare", "Compare trained networks on the Compare page"),
    }
)


class StepsBar(QWidget):
    """Three links to pages, each marked once it is done.

    Attributes:
        buttons: of the steps.
        dismiss_button: hides the bar for good.
    """

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        # Shown without a parent, it would be a window of its own for a moment.
        super().__init__(parent)
        self._studio = studio
        self.setAccessibleName("First steps")
        self.buttons: dict[Step, QPushButton] = {
            step: button(text, partial(studio.page_requested.emit, step), quiet=True)
            for step, (text, _) in _TEXTS.items()
        }
        self.dismiss_button = IconButton(
            studio.theme, "cross", "Hide the first steps", studio.first_steps.hide
        )
        steps = list(self.buttons.values())
        arrows = [label("›", "secondary") for _ in steps[1:]]
        first = label("First steps", "secondary")
        self.setLayout(
            row(first, steps[0], arrows[0], steps[1], arrows[1], steps[2], 1, self.dismiss_button,
                gap=8)
        )  # fmt: skip
        studio.first_steps.changed.connect(self._show)
        studio.theme.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        steps, theme = self._studio.first_steps, self._studio.theme
        self.setVisible(not steps.hidden)
        size = theme.pixels(16)
        for step, made in self.buttons.items():
            done = step in steps.done
            name = "check" if done else "circle"
            color = theme.palette.good if done else theme.palette.secondary
            made.setIcon(icon(name, color, size))
            made.setIconSize(QSize(size, size))
            made.setToolTip(f"{_TEXTS[step][1]}{' (done)' if done else ''}")
            made.setAccessibleName(f"{_TEXTS[step][0]}{', done' if done else ''}")
