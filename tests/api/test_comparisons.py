"""Comparisons of runs in scripts and notebooks."""

import pytest

import mnist_studio as studio
from mnist_studio.api import charts
from mnist_studio.errors import UnknownName, UsageError
from mnist_studio.store.rows import Run


def test_a_comparison_has_the_views_that_its_runs_have_the_data_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notebook of the tutorial draws some."""
    svg = b'<svg width="1" viewBox="0 0 1 1"></svg>'
    monkeypatch.setattr(charts, "drawn", lambda views, selection: (svg,) * len(views))
    comparison = studio.compare([run.id], ["final-accuracy", "significance"])
    assert [view.name for view in comparison] == ["final-accuracy"]
    view = comparison["final-accuracy"]
    found = studio.run(run.id)
    assert comparison.runs == (found,)
    assert found.accuracy in view.rows[0].cells
    assert found.accuracy in view.to_pandas().iloc[0].tolist()
    with pytest.raises(UsageError, match="two"):
        comparison["significance"]
    with pytest.raises(UsageError, match="was not computed"):
        comparison["confusion"]
    with pytest.raises(UnknownName, match="Did you mean confusion"):
        comparison["confusio"]
    shown = comparison._repr_html_()
    assert '<svg class="chart"' in shown
    assert comparison.unavailable[0].problem in shown
    assert "<script" not in shown


def test_what_cannot_be_compared_is_refused(run: Run) -> None:
    with pytest.raises(UsageError, match="no runs to compare"):
        studio.compare([])
    with pytest.raises(UsageError, match="not a valid axis"):
        studio.compare([run.id], axis="weeks")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="no view"):
        studio.compare([run.id], ["curve"])
    with pytest.raises(UsageError, match="target accuracy"):
        studio.compare([run.id], target=2.0)
    with pytest.raises(UnknownName, match="has not been started yet"):
        studio.compare("digit-recognition")
