"""pyqtgraph imported statement by statement, so that the event loop can turn in between.

Python imports a package as a whole: its ``__init__`` runs to its end, here for 80 ms. Now each
statement of it is a step of its own. Whoever needs the package before all are done gets the rest
at once.

Widgets that no page uses are left out: ``RawImageWidget`` imports CUDA where it is installed, ten
megabytes and a tenth of a second; the others bring trees of parameters, a fifth of the rest.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.abc import InspectLoader
from importlib.util import find_spec, module_from_spec
from types import CodeType, ModuleType

PACKAGE = "pyqtgraph"
_UNUSED = ("RawImageWidget", "ColorMapWidget", "DataFilterWidget", "ScatterPlotWidget")

_begun: dict[str, Iterator[None]] = {}


def steps(package: str = PACKAGE) -> Iterator[None]:
    """Imports the package, a step each turn; nothing where its source is not there.

    Raises:
        ImportError: it is broken; it can be tried again.
    """
    if package not in _begun and package not in sys.modules:
        _leave_out()
        _begun[package] = _executed(package)
    yield from _begun.get(package, ())
    _begun.pop(package, None)


def finish(package: str = PACKAGE) -> None:
    """Takes all steps that are left, so that the package can be imported as any other.

    Raises:
        ImportError: it is broken.
    """
    _leave_out()
    for _ in _begun.pop(package, ()):
        pass


def _leave_out() -> None:
    for name in (f"{PACKAGE}.widgets.{widget}" for widget in _UNUSED):
        sys.modules.setdefault(name, ModuleType(name))


def _executed(package: str) -> Iterator[None]:
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
        # As the import statement does: half a package must not be taken for the whole.
        sys.modules.pop(package, None)
        _begun.pop(package, None)
        raise


def _statements(source: str, file: str) -> list[CodeType]:
    """Each statement of a module, ready to be executed."""
    return [
        compile(ast.Module([statement], []), file, "exec")
        for statement in ast.parse(source, file).body
    ]
