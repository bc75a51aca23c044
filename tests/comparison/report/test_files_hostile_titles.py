"""Titles with control characters, as a damaged or foreign database may have them."""

import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Matrix, Row, Table, View
from mnist_studio.comparison.report import files as writing
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import select_runs
from mnist_studio.errors import SpecError, StoreError
from mnist_studio.spec import files, run_checks
from mnist_studio.spec.experiment import ExperimentSpec, RecipePair, check_experiment
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import titles
from mnist_studio.store.runs import RunStore

HOSTILE = "a\x1b]0;x\x07\x0b\nb\u202ec\ufffe<&>--"


def _is_clean(text: str) -> bool:
    return all(letter.isprintable() or letter in "\n\r\t" for letter in text)


@pytest.mark.usefixtures("in_process")
def test_every_picture_and_table_of_a_view_is_well_formed(tmp_path: Path) -> None:
    axis = AxisSpec(HOSTILE)
    charts = (
        Bars(value=axis, bars=(Bar("a", HOSTILE, 1.0, group=HOSTILE),)),
        Matrix("a", HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,), ((1.0,),)),
    )
    table = Table((Column(HOSTILE),), (Row("a", (HOSTILE,)),))
    view = View("view", HOSTILE, HOSTILE, charts, table, (HOSTILE,), HOSTILE)
    written = writing.export((view,), {}, tmp_path)
    assert {path.suffix for path in written} == {".png", ".svg", ".csv"}
    for path in written:
        if path.suffix == ".svg":
            ET.fromstring(path.read_bytes())
        if path.suffix != ".png":
            assert _is_clean(path.read_text("utf-8-sig"))


@pytest.mark.usefixtures("in_process")
def test_a_report_of_such_runs_is_clean(run_data: RunData, tmp_path: Path) -> None:
    with sqlite3.connect(paths.database()) as database:
        database.execute("UPDATE runs SET title = ? || substr(id, -4)", (HOSTILE,))
    database.close()
    with RunStore() as store:
        chosen = store.runs()
        selection = select_runs(store, [one.id for one in chosen])
    assert all(one.title.startswith("a\ufffd]0;x\ufffd b") for one in chosen)
    for name in ("report.html", "report.pdf"):
        writing.write_report(
            selection, tmp_path / name, ("final-accuracy", "curves-loss", "confusion")
        )
    text = (tmp_path / "report.html").read_text("utf-8")
    assert _is_clean(text)
    assert "a\ufffd]0;x\ufffd b" in text
    for svg in text.split("<svg")[1:]:
        ET.fromstring(f"<svg{svg.split('</svg>')[0]}</svg>")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_such_titles_and_names_are_refused() -> None:
    with pytest.raises(StoreError, match="control characters"):
        titles.tidy("a\x1bb")
    spec = replace(run_spec(RECIPES["tiny-10"]), recipe="a\nb")
    with pytest.raises(SpecError, match="“a b” contains control characters or line breaks"):
        run_checks.check(spec)
    with pytest.raises(SpecError, match="control characters"):
        files.read(files.write([spec]))
    experiment = ExperimentSpec(title="a\nb", pairs=(RecipePair("tiny-10", "numpy"),))
    with pytest.raises(SpecError, match="control characters"):
        check_experiment(experiment)
