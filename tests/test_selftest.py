import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio import paths, selftest
from mnist_studio.codegen import native_script
from mnist_studio.errors import DataError, JobError
from mnist_studio.events import Failed
from mnist_studio.frameworks import registry
from mnist_studio.selftest import Trained, train_native
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore


@pytest.fixture
def _only_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other frameworks take seconds to import; the program's own test has them."""
    version = registry.version
    monkeypatch.setattr(
        registry, "version", lambda name: version(name) if name == "numpy" else None
    )


@pytest.mark.usefixtures("_only_numpy")
def test_numpy_alone_trains_predicts_saves_and_exports(home: Path) -> None:
    with selftest.temporary_home() as temporary:
        results = {one.name: one for one in map(selftest.run_step, selftest.steps())}
        assert temporary.parent == home
    assert [name for name, one in results.items() if not one.passed] == []
    assert list(results) == [
        "NumPy",
        "PyTorch",
        "Keras",
        "native scripts",
        "drawing",
        "saved weights",
        "export",
    ]
    assert f"{registry.version('numpy')}: trained compact-cnn" in results["NumPy"].detail
    assert results["PyTorch"].detail == "skipped: PyTorch is not installed."
    assert results["native scripts"].detail.startswith("NumPy ")
    assert results["drawing"].detail == "one model in NumPy"
    assert results["export"].detail == ".npz, .safetensors"
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("_only_numpy")
def test_a_packaged_program_skips_frameworks_that_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One edition has none; ``.ci/package.py`` checks that the others have all."""
    monkeypatch.setattr(paths, "frozen", lambda: True)
    _, pytorch, *_ = selftest.steps()
    tried = selftest.run_step(pytorch)
    assert tried.passed
    assert tried.detail == "skipped: PyTorch is not installed."


def _failing(reason: str) -> type:
    class Failing:
        def __init__(self, spec: RunSpec) -> None:
            self._spec = spec
            self.id = ""

        def events(self) -> Iterator[Failed]:
            assert not native_script.problems(self._spec)
            with RunStore() as store:
                self.id = store.create(self._spec).id
                failed = Failed(run=self.id, framework=self._spec.framework, reason=reason)
                store.record(failed)
            yield failed

    return Failing


@pytest.mark.usefixtures("home")
def test_native_scripts_need_everything_but_torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = Trained(("numpy",))
    missing = "The native script needs torchvision, which is not installed."
    monkeypatch.setattr(selftest, "TrainingJob", _failing(missing))
    assert train_native(trained) == "NumPy skipped: torchvision is not installed"
    monkeypatch.setattr(selftest, "TrainingJob", _failing("torchvision::nms is missing."))
    with pytest.raises(JobError, match="failed: torchvision::nms is missing"):
        train_native(trained)
    with RunStore() as store:
        assert store.runs() == ()


def test_an_unexpected_error_is_a_result() -> None:
    def broken() -> str:
        raise ZeroDivisionError("by nothing")

    def refused() -> str:
        raise JobError("It cannot.", "Do this.")

    assert (
        selftest.run_step(("a", broken)).detail
        == "Unexpected error: ZeroDivisionError: by nothing."
    )
    assert selftest.run_step(("b", refused)).detail == "It cannot. Do this."
    assert not selftest.run_step(("b", refused)).passed


def test_the_users_home_is_restored(home: Path) -> None:
    with selftest.temporary_home() as temporary:
        assert paths.home() == temporary != home
    assert paths.home() == home
    assert not temporary.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_is_not_writable_is_reported(home: Path) -> None:
    home.chmod(0o500)
    with pytest.raises(DataError, match="is not writable"), selftest.temporary_home():
        pass


def test_a_home_that_is_a_file_is_reported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "file"
    file.write_text("")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(file))
    with pytest.raises(DataError, match="is not writable"), selftest.temporary_home():
        pass
