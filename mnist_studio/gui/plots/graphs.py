"""pyqtgraph without widgets that no page uses and that load much.

``pyqtgraph`` imports all of its widgets. ``RawImageWidget`` imports CUDA where it is installed, ten
megabytes and a tenth of a second; the others bring trees of parameters, a fifth of the rest.
"""

import sys
from types import ModuleType

_UNUSED = ("RawImageWidget", "ColorMapWidget", "DataFilterWidget", "ScatterPlotWidget")

for _name in (f"pyqtgraph.widgets.{widget}" for widget in _UNUSED):
    sys.modules.setdefault(_name, ModuleType(_name))

import pyqtgraph as pg  # noqa: E402 - only after the line above

__all__ = ["pg"]
