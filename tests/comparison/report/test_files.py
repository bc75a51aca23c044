"""Reports and exports as files, drawn by a child."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.report import files as writing
from mnist_studio.comparison.report.marks import families
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import CancelledByUser, DataError, UnknownName, UsageError
from tests import small_experiment

FEW = ("final-accuracy", "confusion", "shared-native")
VOID = {"meta", "path", "use", "br"}


class _Tags(HTMLParser):
    """Fails on tags that are not closed in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def page(path: Path) -> tuple[str, _Tags]:
    text = path.read_text("utf-8")
    tags = _Tags()
    tags.feed(text)
    assert not tags.open
    return text, tags


def test_a_page_has_everything_and_needs_nothing(run_data: RunData, tmp_path: Path) -> None:
    told: list[float] = []
    path = tmp_path / "new" / "report.html"
    writing.write_report(run_data.selection, path, progress=told.append)
    text, tags = page(path)
    for name in catalog.VIEWS:
        title = catalog.view_entry(name).title
        assert title in text, title
    assert small_experiment.STUDY.question in text
    assert "mnist-studio experiment experiment.toml" in text
    assert "Machine and versions" in text
    models = {run.spec.model for run in run_data.selection.runs}
    assert text.count('aria-label="Picture of ') == len(models)
    outside = [v for _, given in tags.seen for k, v in given.items() if k in ("src", "href")]
    assert all(value is not None and value.startswith("#") for value in outside)
    assert not re.search(r"<script|@import|url\((?!#)", text)
    ids = [given["id"] for _, given in tags.seen if "id" in given]
    assert len(ids) == len(set(ids))
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.usefixtures("in_process")
def test_figures_of_the_page_are_those_of_the_view(run_data: RunData, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    writing.write_report(run_data.selection, path, FEW)
    text, tags = page(path)
    view = catalog.compute("final-accuracy", run_data, ViewOptions())
    for row in view.table.rows:
        accuracy = row.cells[1]
        assert isinstance(accuracy, float)
        assert f"{100 * accuracy:.2f} %" in text
    # Of networks, their maps, accuracies, and confusions a model.
    assert text.count("<svg") == 2 + 2 + 1 + 4
    assert "Native script or shared loop: No recipe was trained both" in text
    assert sum(tag == "details" for tag, _ in tags.seen) == 5
    labels = [given["aria-label"] for tag, given in tags.seen if tag == "figure"]
    networks, maps, views = labels[:2], labels[2:4], labels[4:]
    assert all(label and label.startswith("Picture of ") for label in networks)
    assert all(label and label.startswith("Map of images of ") for label in maps)
    assert views
    assert all(label and "table below" in label for label in views)


@pytest.mark.usefixtures("in_process")
def test_titles_cannot_break_the_page(run_data: RunData, tmp_path: Path) -> None:
    import dataclasses

    nasty = "<script>alert(1)</script> & $x$ _"
    runs = (dataclasses.replace(run_data.runs[0], title=nasty), *run_data.runs[1:])
    chosen = dataclasses.replace(run_data.selection, runs=runs, question=nasty, title=nasty)
    path = tmp_path / "report.html"
    writing.write_report(chosen, path, ("time-breakdown", "confusion"))
    text, _ = page(path)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.usefixtures("in_process")
def test_a_report_as_pdf(run_data: RunData, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    writing.write_report(run_data.selection, path, FEW)
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    # The three views, the discussion, and the settings fill two pages, not more than three.
    assert 2 <= content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") <= 3


def test_views_are_exported_as_pictures_and_tables(run_data: RunData, tmp_path: Path) -> None:
    views = [
        catalog.compute(name, run_data, ViewOptions()) for name in ("final-accuracy", "curves-loss")
    ]
    files = writing.export(views, families(run_data.selection), tmp_path / "out")
    assert sorted(file.name for file in files) == [
        "curves-loss-1.png", "curves-loss-1.svg", "curves-loss-2.png", "curves-loss-2.svg",
        "curves-loss.csv", "final-accuracy.csv", "final-accuracy.png", "final-accuracy.svg",
    ]  # fmt: skip
    assert all(file.stat().st_size > 300 for file in files)


def test_bad_files_and_names_are_refused_before_anything_is_computed(
    run_data: RunData, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="neither an HTML nor a PDF"):
        writing.write_report(run_data.selection, tmp_path / "report.doc")
    with pytest.raises(UnknownName):
        writing.write_report(run_data.selection, tmp_path / "report.html", ("never",))
    file = tmp_path / "file"
    file.write_text("a file, not a folder")
    with pytest.raises(DataError):
        writing.write_report(run_data.selection, file / "report.html")
    with pytest.raises(DataError):
        writing.export([], {}, file)


def test_a_cancelled_report_leaves_nothing(run_data: RunData, tmp_path: Path) -> None:
    with pytest.raises(CancelledByUser):
        writing.write_report(
            run_data.selection, tmp_path / "report.html", is_cancelled=lambda: True
        )
    assert not list(tmp_path.iterdir())


def test_the_parent_loads_nothing_that_draws() -> None:
    code = (
        "import sys, mnist_studio.comparison.report.files, mnist_studio.comparison.worker\n"
        "print([one for one in sys.modules if one.startswith(('matplotlib', 'scipy',\n"
        "    'PIL.ImageDraw', 'mnist_studio.comparison.report.drawing'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
