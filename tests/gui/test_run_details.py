"""What the Runs page says of one run and of several."""

from pathlib import Path

from msgspec.structs import replace

from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.panels.run_details import RunDetails, differing
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import Run


def row(number: int, spec: RunSpec) -> RunRow:
    run = Run(str(number), f"Run {number}", spec, "failed", 0.0, Path("none"), None, False)
    return RunRow(run, ())


def test_several_runs_are_told_by_their_differences(theme: Theme) -> None:
    plain = replace(run_spec(RECIPES["mlp-128"]), framework="numpy")
    other = replace(plain, framework="keras", faults=("unshuffled",))
    rows = [row(1, plain), row(2, other), row(3, plain)]
    assert differing(rows) == [("Framework", "NumPy, Keras"), ("Faults", "–, unshuffled")]
    details = RunDetails(theme)
    details.show_rows(rows)
    assert details._name.text() == "These three runs differ in:"
    details.show_rows([rows[0], rows[2]])
    assert details._name.text() == "These two runs have the same settings."
    assert differing([rows[0], rows[2]]) == []
    details.deleteLater()
