"""A home that is named is the one that is read and written, not that of the environment."""

from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import housekeeping
from mnist_studio.store.check import check
from mnist_studio.store.rebuild import rebuild
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished

EXPERIMENT = ExperimentSpec(title="Which?", grid=Grid(("tiny-10",), ("numpy",)), seeds=(1, 2))
STAGE = ".weights.safetensors.0123456789abcdef0123456789abcdef.part"


def test_a_store_elsewhere_is_checked_and_rebuilt_there(
    home: Path, tmp_path: Path, spec: RunSpec
) -> None:
    elsewhere = tmp_path / "elsewhere"
    with RunStore(elsewhere) as store:
        run = store.create(spec)
        store.record(finished(run.id))
        experiment = store.experiments.add(EXPERIMENT)
    (elsewhere / "recipes").mkdir(exist_ok=True)
    (elsewhere / "recipes" / "mine.toml").write_text("=")
    (elsewhere / "studio.sqlite").unlink()
    named = {problem.what for problem in check(elsewhere).problems}
    assert any("mine.toml" in what for what in named)
    result = rebuild(elsewhere)
    assert (result.runs, result.from_folders) == (1, 1)
    with RunStore(elsewhere) as store:
        assert [each.id for each in store.runs() if not each.bundled] == [run.id]
        (held,) = store.experiments.all()
        assert held.id == experiment.id
        store.experiments.hold(held)
        with pytest.raises(StoreError, match="running"):
            rebuild(elsewhere)
    assert not home.exists()


def test_caches_are_swept_only_with_the_home_that_they_belong_to(
    home: Path, tmp_path: Path
) -> None:
    stages = [
        paths.features_cache() / STAGE,
        home / "recipes" / "trash" / STAGE,
        home / "set-aside" / STAGE,
    ]
    for stage in stages:
        stage.parent.mkdir(parents=True, exist_ok=True)
        stage.touch()
    assert set(housekeeping._stages(home)) == set(stages)
    assert list(housekeeping._stages(tmp_path / "elsewhere")) == []
