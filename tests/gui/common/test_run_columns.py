"""The columns and the settings of stored runs as text."""

from msgspec.structs import replace

from mnist_studio.gui.common.run_columns import settings_of
from mnist_studio.spec.run import ContinuedFrom
from tests.gui.compare.test_known_bug_costs import row, spec


def test_the_settings_have_the_training_method_and_the_continued_run() -> None:
    made = replace(spec(), continued_from=ContinuedFrom("abc", "pytorch", 1_876), style="native")
    lines = settings_of(row(1, made, 0.9)).splitlines()
    assert "Continued from: abc, PyTorch, step 1,876" in lines
    assert any(line.startswith("Method: Trained by the native script") for line in lines)
    assert "Optimizer: SGD" in lines
    assert any(line.startswith("Schedule: constant") for line in lines)
    assert any(line.startswith("Input: standardized: ") for line in lines)
