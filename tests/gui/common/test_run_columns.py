"""The columns and the settings of stored runs as text."""

from types import SimpleNamespace
from typing import cast

from msgspec.structs import replace

from mnist_studio.gui.common.run_columns import settings_of, title_in_lines
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
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


def test_the_last_part_of_a_title_has_a_line_of_its_own(theme: Theme) -> None:
    column = title_in_lines(theme)
    for title, lines in (
        ("MLP 128 · Keras · 1 epoch", "MLP 128 · Keras\n1 epoch"),
        ("Robust CNN for drawings · PyTorch, bundled", "Robust CNN for drawings\nPyTorch, bundled"),
        ("Imported", "Imported"),
    ):
        assert column.text(cast("RunRow", SimpleNamespace(title=title))) == lines
