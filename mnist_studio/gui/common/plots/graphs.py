"""pyqtgraph, whatever of it is imported already."""

from mnist_studio.gui.common.plots import slices

slices.finish()

import pyqtgraph as pg  # noqa: E402 - only after the line above

__all__ = ["pg"]
