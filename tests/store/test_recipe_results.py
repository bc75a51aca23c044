"""The measured results that come with MNIST Studio."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.store import recipe_results


def test_every_recipe_has_results_in_every_framework() -> None:
    rows = recipe_results.results()
    plain = {(row.recipe, row.framework) for row in rows if not row.known_bugs}
    assert plain == {(name, framework) for name in RECIPES for framework in FRAMEWORKS}
    assert all(0 < value <= 1 for row in rows for value in row.accuracies.values())


FRAMEWORKS = ("numpy", "pytorch", "keras")


def test_they_are_those_of_the_benchmark() -> None:
    from benchmarks import recipes

    wanted = recipes.every_cell()
    found = {
        spec: result for spec, result in recipes.results(wanted).items() if spec.recipe in RECIPES
    }
    assert recipes.bundled(wanted, found) == recipe_results.results()


def test_a_damaged_file_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    (tmp_path / recipe_results.FILE).write_text("[1]")
    recipe_results.results.cache_clear()
    with pytest.raises(StoreError, match="Reinstall"):
        recipe_results.results()
    recipe_results.results.cache_clear()


def test_written_results_come_back_one_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = recipe_results.results()[:3]
    odd = replace(rows[0], recipe="größe")
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    recipe_results.write([*rows, odd])
    lines = (tmp_path / recipe_results.FILE).read_text("utf-8").splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("[", "]", 6)
    recipe_results.results.cache_clear()
    assert recipe_results.results() == (*rows, odd)
    recipe_results.results.cache_clear()
