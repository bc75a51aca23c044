"""What the Runs page says of one run and of several."""

import dataclasses
from pathlib import Path

from msgspec.structs import replace

from mnist_studio.events import Machine, Measures, Stopped
from mnist_studio.gui.runs.details import RunDetails, differing, lines_of
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.rows import Run


def row(number: int, spec: RunSpec) -> RunRow:
    run = Run(str(number), f"Run {number}", spec, "failed", 0.0, Path("none"), None, False)
    return RunRow(run, ())


def test_details_have_measures_and_doubts_about_timing() -> None:
    machine = Machine(processors=2, others_processors=1.6)
    measures = Measures(
        wall_seconds=12.5, earlier_seconds=0.0, train_images_per_second=2828.0,
        peak_memory_bytes=302_000_000, machine=machine,
    )  # fmt: skip
    stopped = Stopped(
        run="1", framework="numpy", epochs=0, step=3, test_accuracy=None, test_loss=None,
        seconds={"build": 1.0, "compile": 0.5, "data": 0.5, "train": 9.0},
        device="CPU", measures=measures,
    )  # fmt: skip
    made = row(1, replace(run_spec(RECIPES["mlp-128"]), framework="numpy"))
    told = lines_of(RunRow(dataclasses.replace(made.run, terminal=stopped), ()))
    assert ("Training time", "11.0 s") in told
    assert ("Time: training steps", "9.00 s") in told
    assert ("Time: compiling", "0.50 s") in told
    assert ("Training speed", "2,828 images/s") in told
    assert ("Peak memory", "302 MB") in told
    assert ("Note", "Other programs used 1.6 of 2 processors.") in told


def test_several_runs_show_their_differences(theme: Theme) -> None:
    plain = replace(run_spec(RECIPES["mlp-128"]), framework="numpy")
    other = replace(plain, framework="keras", known_bugs=("unshuffled",))
    rows = [row(1, plain), row(2, other), row(3, plain)]
    assert differing(rows) == [("Framework", "NumPy, Keras"), ("Known bugs", "–, unshuffled")]
    details = RunDetails(theme)
    details.show_rows(rows)
    assert details._name.text() == "These three runs differ in:"
    details.show_rows([rows[0], rows[2]])
    assert details._name.text() == "These two runs have the same settings."
    assert differing([rows[0], rows[2]]) == []
    details.deleteLater()
