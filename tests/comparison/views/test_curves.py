"""Stars on the curves of runs that stopped early or chose their best epoch."""

from dataclasses import replace

from mnist_studio.analysis.view import Lines
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import curves
from tests.comparison.views.test_notes_endings import _ended


def test_a_star_is_on_the_epoch_whose_weights_a_run_has(run_data: RunData) -> None:
    runs = list(run_data.selection.runs)
    runs[0] = _ended(runs[0], 1)
    early = RunData(replace(run_data.selection, runs=tuple(runs)))
    chosen = next(epoch for epoch in early.epochs(runs[0]) if epoch.epoch == 1)
    content = curves.accuracies(early, ViewOptions())
    chart = content.charts[0]
    assert isinstance(chart, Lines)
    (star,) = chart.stars
    assert (star.key, star.x, star.y) == (runs[0].id, 1.0, chosen.test_accuracy)
    assert "Stopped early" in star.title
    assert any(note.startswith("A star is the epoch") for note in content.notes)
    plain = curves.accuracies(run_data, ViewOptions())
    assert all(isinstance(one, Lines) and not one.stars for one in plain.charts)
