"""The results behind docs/recipes.md keep the threads and the processor that rounded them."""

from pathlib import Path

import pytest

from benchmarks import recipes
from benchmarks.cells import SEEDS, cells, known_bug_cells
from benchmarks.recipes import Result, digest


def test_results_keep_their_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "STORED", tmp_path / "recipes.csv")
    first, second, *_ = cells()[0].specs()
    written = {first: Result(0.97, "1", "P"), second: Result(0.96, "", "")}
    recipes._save(written)
    found = recipes._from_file()
    assert found == {digest(spec): result for spec, result in written.items()}


def test_a_file_of_an_earlier_version_has_no_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipes, "STORED", tmp_path / "recipes.csv")
    lines = (
        "digest,recipe,framework,seed,epochs,known_bugs,accuracy\nabc,mlp-128,numpy,42,5,,0.9744\n"
    )
    recipes.STORED.write_text(lines, encoding="utf-8")
    assert recipes._from_file() == {"abc": Result(0.9744, "", "")}


def test_the_file_wins_over_this_machine(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (spec, *_) = cells()[0].specs()
    here = {digest(spec): Result(0.5, "2", "Q")}
    there = {digest(spec): Result(0.6, "1", "P")}
    monkeypatch.setattr(recipes, "_from_store", lambda: here)
    monkeypatch.setattr(recipes, "_from_file", lambda: there)
    assert recipes.results(cells()[:1]) == {spec: Result(0.6, "1", "P")}


def test_every_cost_has_five_seeds_where_they_are_trained() -> None:
    assert len(SEEDS) == 5
    assert all(cell.seeds == SEEDS for cell in known_bug_cells())


def test_the_page_is_that_of_the_stored_results(home: Path) -> None:
    assert recipes.TARGET.read_text("utf-8") == recipes.page(recipes.results(recipes.every_cell()))
