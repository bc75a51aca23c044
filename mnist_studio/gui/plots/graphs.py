"""pyqtgraph without the widget that would load OpenGL's widgets and CUDA's bindings.

``pyqtgraph`` imports all of its widgets, and ``RawImageWidget`` imports CUDA where it is
installed: ten megabytes and a tenth of a second for a widget that no page uses.
"""

import sys
from types import ModuleType

_UNUSED = "pyqtgraph.widgets.RawImageWidget"

if _UNUSED not in sys.modules:
    sys.modules[_UNUSED] = ModuleType(_UNUSED)

import pyqtgraph as pg  # noqa: E402 - only after the line above

__all__ = ["pg"]
