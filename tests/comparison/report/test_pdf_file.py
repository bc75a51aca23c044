"""A report as a PDF of few pages."""

from mnist_studio.analysis.network_picture import Box
from mnist_studio.analysis.view import AxisSpec, Column, Line, Lines, Row, Table, View
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.report import charts, content, pdf_file
from mnist_studio.comparison.report.drawing.shapes import Clip, Stroke, texts
from mnist_studio.comparison.report.drawing.symbols import symbol_size
from mnist_studio.comparison.report.marks import marks
from mnist_studio.comparison.report.pdf_file import (
    OMITTED,
    joined_lists,
    shortened,
    two_columns,
)
from mnist_studio.comparison.report.pdf_pages import INNER, MONO_WIDTH, Pages
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import select_runs
from mnist_studio.comparison.views import catalog
from mnist_studio.palette import LIGHT
from mnist_studio.store.runs import RunStore
from tests.small_experiment import copied

MARKS = marks({"n": ("numpy", "n"), "p": ("pytorch", "p"), "k": ("keras", "k")})
CURVES = Lines(
    AxisSpec("Epoch"), AxisSpec("Loss"),
    tuple(Line(key, key, (1, 2, 3), (0.5, 0.4, 0.3)) for key in "npk"),
)  # fmt: skip


def test_the_heading_of_a_table_without_charts_is_on_the_page_of_the_table() -> None:
    table = Table((Column("Run"),), tuple(Row(key, (f"run {key}",)) for key in "abcd"))
    pages = Pages({})
    pages.line("above", 9)
    pages.skip(INNER[1] - 1.2)
    pdf_file._views(pages, (View("time", "Time to accuracy", "", (), table),), set())
    first, second = pages.finished()
    assert "Time to accuracy" not in {text.text for text in texts(first.shapes)}
    assert {"Time to accuracy", "run d"} <= {text.text.strip() for text in texts(second.shapes)}


def test_curves_that_coincide_have_different_widths_and_the_widest_is_drawn_first() -> None:
    shapes = list(charts.paint(CURVES, MARKS, Box(0, 0, 400, 300)))
    (inside,) = (shape for shape in shapes if isinstance(shape, Clip))
    lines = [shape for shape in inside.shapes if isinstance(shape, Stroke)]
    assert [line.color for line in lines] == [LIGHT.numpy, LIGHT.pytorch, LIGHT.keras]
    widths = [line.width for line in lines]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 3
    sizes = [symbol_size(MARKS[key]) for key in "npk"]
    assert sizes == sorted(sizes, reverse=True)


def test_settings_of_later_runs_are_only_those_that_differ() -> None:
    runs = "".join(f'\n[[run]]\nframework = "{name}"\nseed = 1\n' for name in ("numpy", "keras"))
    source = f"format = 4\n{runs}"
    lines = shortened(source)
    assert lines[:5] == ["format = 4", "[[run]]", 'framework = "numpy"', "seed = 1", "[[run]]"]
    assert lines[5] == 'framework = "keras"'
    assert lines[-1] == OMITTED
    assert shortened("") == []
    names = 'class_names = [\n    "0",\n    "a b",\n]\nlayers = [\n    { kind = "flatten" },\n]'
    assert joined_lists(names).splitlines()[0] == 'class_names = ["0", "a b"]'
    assert joined_lists(names).splitlines()[1:] == names.splitlines()[4:]
    columns = two_columns(["x" * 200, "y"])
    assert all(len(line) <= MONO_WIDTH for line in columns)
    assert sum(line.count("x") for line in columns) == 200


def test_three_runs_fill_few_pages(run_data: RunData) -> None:
    run = next(one for one in run_data.runs if one.spec.recipe == "mlp-128")
    with RunStore() as store:
        others = [copied(run, store, name, 2.0) for name in ("pytorch", "keras")]
        chosen = select_runs(store, [run.id, *(other.id for other in others)])
    report = content.report(RunData(chosen), catalog.VIEWS, ViewOptions(), lambda done: None)
    written = pdf_file.write(report)
    pages = written.count(b"/Type /Page\n") + written.count(b"/Type /Page ")
    # The map of images takes a third of a page.
    assert 5 <= pages <= 7
    assert report.subject.endswith("All runs have batch 32, 2 epochs, seed 1, built-in digits, "
                                   "CPU, and 1 thread.")  # fmt: skip
    titles = {str(row.cells[0]) for row in report.views[0].table.rows}
    assert titles == {"MLP 128 · NumPy", "MLP 128 · PyTorch", "MLP 128 · Keras"}
