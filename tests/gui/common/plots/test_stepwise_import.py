"""A package imported statement by statement."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio.gui.common.plots import stepwise_import

IN_STEPS = """
from mnist_studio.gui.common.plots import stepwise_import
steps = stepwise_import.steps()
for _ in range({taken}):
    next(steps)
from mnist_studio.gui.common.plots.axes import pg
assert pg.PlotWidget and pg.mkPen
assert next(steps, None) is None
import pyqtgraph
assert pyqtgraph is pg
print("pyqtgraph.widgets.RawImageWidget" in dir(pg))
"""


@pytest.mark.parametrize("taken", [0, 1, 30])
def test_an_early_import_runs_the_remaining_steps(taken: int) -> None:
    code = IN_STEPS.format(taken=taken)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "False\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "small_package"
    folder.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder / "__init__.py"
    sys.modules.pop("small_package", None)


def test_each_statement_is_a_step(package: Path) -> None:
    package.write_text("one = 1\ntwo = one + 1\n\ndef three():\n    return __name__\n")
    assert len(list(stepwise_import.steps("small_package"))) == 1 + 3
    module = sys.modules["small_package"]
    assert (module.two, module.three()) == (2, "small_package")
    assert list(stepwise_import.steps("small_package")) == []


def test_a_partly_imported_package_does_not_stay(package: Path) -> None:
    package.write_text("one = 1\nimport nothing_like_it\n")
    with pytest.raises(ModuleNotFoundError, match="nothing_like_it"):
        list(stepwise_import.steps("small_package"))
    assert "small_package" not in sys.modules
    package.write_text("one = 2\n")
    list(stepwise_import.steps("small_package"))
    assert sys.modules["small_package"].one == 2


def test_a_package_without_source_is_skipped() -> None:
    assert list(stepwise_import.steps("nowhere_at_all")) == []
    assert "nowhere_at_all" not in sys.modules
