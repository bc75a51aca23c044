"""Names for the completion of a shell come from database and folders alone."""

from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import completions
from mnist_studio.store.completions import names
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished

EXPERIMENT = ExperimentSpec(title="Which?", grid=Grid(("tiny-10",), ("numpy",)), seeds=(1, 2))


@pytest.fixture
def runs(store: RunStore, spec: RunSpec) -> tuple[str, str, str]:
    """Three runs, the last one in the trash."""
    found = []
    for number in range(3):
        run = store.create(spec)
        store.record(finished(run.id))
        store.release(run.id)
        store.rename(run.id, f"Run {number}")
        found.append(run.id)
    store.move_to_trash(found[2:])
    return found[0], found[1], found[2]


def test_runs_are_named_newest_first_and_those_in_the_trash_apart(
    runs: tuple[str, str, str], models: Path
) -> None:
    (models / "models.json").write_text('{"models": {"tiny": {}, "other": {}}}')
    bundled = [("bundled-tiny", "bundled model"), ("bundled-other", "bundled model")]
    assert list(names("run", "")) == [(runs[1], "Run 1"), (runs[0], "Run 0"), *bundled]
    assert list(names("run", runs[0])) == [(runs[0], "Run 0")]
    assert list(names("run", "bundled-t")) == bundled[:1]
    assert list(names("trashed", "")) == [(runs[2], "Run 2")]
    assert list(names("trashed", runs[0])) == []


def test_a_damaged_list_of_models_costs_only_itself(
    runs: tuple[str, str, str], models: Path
) -> None:
    assert [name for name, _ in names("run", "")] == [runs[1], runs[0]]
    for content in (b"{}", b"[]", b'{"models": 3}', b"{", b"\xff"):
        (models / "models.json").write_bytes(content)
        assert [name for name, _ in names("run", "")] == [runs[1], runs[0]]


def test_experiments_recipes_and_datasets_are_named(store: RunStore, home: Path) -> None:
    experiment = store.experiments.add(EXPERIMENT)
    assert list(names("experiment", "")) == [(experiment.id, experiment.title)]
    assert list(names("experiment", "x")) == []
    store.own_recipes.add(of_run(run_spec(RECIPES["mlp-128"]), "Mine"))
    for file, text in (("a.toml", "recipe = 3"), ("b.toml", "="), ("c.toml", "[recipe]\n")):
        (paths.own_recipes() / file).write_text(text)
    assert list(names("recipe", "M")) == [("Mine", "your recipe")]
    assert list(names("recipe", "m")) == []
    for folder in ("letters", "icons", ".trash"):
        (paths.own_datasets() / folder).mkdir(parents=True)
    (paths.own_datasets() / "a file").touch()
    assert [name for name, _ in names("dataset", "own/")] == ["own/icons", "own/letters"]
    assert list(names("dataset", "own/l")) == [("own/letters", "your dataset")]


def test_without_a_home_there_are_no_names(home: Path, models: Path) -> None:
    assert [list(names(kind, "")) for kind in completions.KINDS] == [[]] * 5
    assert not home.exists()


def test_a_shell_gets_a_limited_number(
    runs: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch, models: Path
) -> None:
    monkeypatch.setattr(completions, "MOST", 1)
    assert list(names("run", "")) == [(runs[1], "Run 1")]
    for folder in ("b", "a"):
        (paths.own_datasets() / folder).mkdir(parents=True)
    assert [name for name, _ in names("dataset", "")] == ["own/a"]
