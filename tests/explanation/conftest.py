"""A network that has really learnt the built-in digits, for all tests of a module."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """An epoch of mlp-128 in NumPy, in a home of its own."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.HOME_VARIABLE, str(folder))
        patch.delenv(paths.DATA_VARIABLE, raising=False)
        spec = run_spec(RECIPES["mlp-128"])
        training = replace(spec.training, epochs=2)
        spec = replace(
            spec, training=training, dataset="builtin", framework="numpy", device="cpu", threads=1
        )
        (*_, end) = TrainingJob(spec).events()
        with RunStore() as store:
            yield store.run(end.run)
