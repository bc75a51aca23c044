"""Parity checks in scripts and notebooks; ``tests/parity`` tests the checks themselves."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

import mnist_studio as studio
from mnist_studio.api.parity_checks import ParityResult
from mnist_studio.errors import UnknownName
from mnist_studio.parity import check as checking
from mnist_studio.parity.report import Check, ParityReport
from mnist_studio.spec.run import FrameworkName, RunSpec

CHECK = Check("pytorch", "numpy", "outputs", "float64", 1e-13, 1e-10, 1e-10, "passed", True)


def checked(
    run: RunSpec, frameworks: Sequence[FrameworkName], on_check: Callable[[Check], None], **_: Any
) -> ParityReport:
    """What a check of one quantity gives."""
    assert list(frameworks) == ["pytorch"]
    on_check(CHECK)
    return ParityReport(run, "built-in", 32, 640, 500, (CHECK,), (), (), 1.0, "cpu", True)


def test_the_name_of_the_package_is_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both before and after it has been imported as a package."""
    monkeypatch.setattr(checking, "check_parity", checked)
    lines: list[str] = []
    found = studio.parity("mlp-128", ["pytorch"], changes={"layers.2.units": 9}, show=lines.append)
    assert isinstance(found, ParityResult)
    assert found.passed
    assert found.report.run.recipe == "mlp-128"
    assert "units=9" in str(found.report.run.model)
    assert len(lines) == 1
    assert found.sentences[0] in found._repr_html_()
    with pytest.raises(UnknownName, match="Did you mean mlp-128"):
        studio.parity("mlp-12")
