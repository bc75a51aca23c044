"""The pyqtgraph package, including the part that ``stepwise_import`` has not imported yet."""

from mnist_studio.gui.common.plots import stepwise_import

stepwise_import.finish()

import pyqtgraph as pg  # noqa: E402 - only after the line above

__all__ = ["pg"]
