"""Imports pyqtgraph statement by statement, so that the event loop can run in between.

Python runs the ``__init__`` of a package as a whole, even when only a submodule is imported. For
pyqtgraph that takes about 60 ms after all its dependencies are loaded, and the event loop must not
pause for more than 50 ms. So every statement of the ``__init__`` is a step of its own; the longest
takes less than 20 ms. Whoever needs the package earlier runs the remaining steps at once.

Widgets that no page uses are left out: ``RawImageWidget`` imports CUDA where it is installed, ten
megabytes and a tenth of a second; the others import trees of parameters, a fifth of the rest.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.abc import InspectLoader
from importlib.util import find_spec, module_from_spec
from types import CodeType, ModuleType

PACKAGE = "pyqtgraph"
_UNUSED = ("RawImageWidget", "ColorMapWidget", "DataFilterWidget", "ScatterPlotWidget")

_started: dict[str, Iterator[None]] = {}


def steps(package: str = PACKAGE) -> Iterator[None]:
    """Imports the package in steps; does nothing if its source is not available.

    Raises:
        ImportError: the package is broken; the import can be tried again.
    """
    if package not in _started and package not in sys.modules:
        _leave_out()
        _started[package] = _execute(package)
    yield from _started.get(package, ())
    _started.pop(package, None)


def finish(package: str = PACKAGE) -> None:
    """Runs all remaining steps, so that the package can be imported as usual.

    Raises:
        ImportError: the package is broken.
    """
    _leave_out()
    for _ in _started.pop(package, ()):
        pass


def _leave_out() -> None:
    for name in (f"{PACKAGE}.widgets.{widget}" for widget in _UNUSED):
        sys.modules.setdefault(name, ModuleType(name))


def _execute(package: str) -> Iterator[None]:
    spec = find_spec(package)
    loader = spec.loader if spec else None
    source = loader.get_source(package) if isinstance(loader, InspectLoader) else None
    if spec is None or source is None:
        return
    codes = _statements(source, spec.origin or package)
    yield
    module = sys.modules[package] = module_from_spec(spec)
    try:
        for code in codes:
            exec(code, module.__dict__)
            yield
    except BaseException:
        # As the import statement does: a partly imported package must not stay.
        sys.modules.pop(package, None)
        _started.pop(package, None)
        raise


def _statements(source: str, file: str) -> list[CodeType]:
    """The compiled statements of a module."""
    return [
        compile(ast.Module([statement], []), file, "exec")
        for statement in ast.parse(source, file).body
    ]
