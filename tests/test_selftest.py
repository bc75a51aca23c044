import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio import paths, selftest
from mnist_studio.codegen import native_script
from mnist_studio.errors import DataError, JobError
from mnist_studio.events import Failed
from mnist_studio.frameworks import registry
from mnist_studio.selftest import Bench, train_as_written
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
def test_numpy_alone_learns_answers_is_kept_and_exported(home: Path) -> None:
    with selftest.home_apart() as apart:
        made = {one.what: one for one in map(selftest.tried, selftest.steps())}
        assert apart.parent == home
    assert [name for name, one in made.items() if not one.good] == []
    assert list(made) == ["NumPy", "PyTorch", "Keras", "as written", "drawing", "kept", "export"]
    assert f"{registry.version('numpy')}: compact-cnn trained" in made["NumPy"].text
    assert made["PyTorch"].text == "left out: PyTorch is not installed."
    assert made["as written"].text.startswith("NumPy ")
    assert made["drawing"].text == "1 models answered by NumPy"
    assert made["export"].text == ".npz, .safetensors"
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("_only_numpy")
def test_what_was_shipped_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "frozen", lambda: True)
    _, pytorch, *_ = selftest.steps()
    tried = selftest.tried(pytorch)
    assert not tried.good
    assert tried.text.startswith("PyTorch is not installed.")


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
def test_as_written_only_torchvision_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(("numpy",))
    missing = "The native script needs torchvision, which isn't installed."
    monkeypatch.setattr(selftest, "TrainingJob", _failing(missing))
    assert train_as_written(bench) == "NumPy left out: torchvision is not here"
    monkeypatch.setattr(selftest, "TrainingJob", _failing("torchvision::nms is missing."))
    with pytest.raises(JobError, match="failed: torchvision::nms is missing"):
        train_as_written(bench)
    with RunStore() as store:
        assert store.runs() == ()


def test_an_error_that_nobody_foresaw_is_told_and_the_next_step_is_tried() -> None:
    def broken() -> str:
        raise ZeroDivisionError("by nothing")

    def refused() -> str:
        raise JobError("It cannot.", "Do this.")

    assert selftest.tried(("a", broken)).text == "Unexpected: ZeroDivisionError: by nothing."
    assert selftest.tried(("b", refused)).text == "It cannot. Do this."
    assert not selftest.tried(("b", refused)).good


def test_the_home_is_the_users_again_afterwards(home: Path) -> None:
    with selftest.home_apart() as apart:
        assert paths.home() == apart != home
    assert paths.home() == home
    assert not apart.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_is_told(home: Path) -> None:
    home.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"), selftest.home_apart():
        pass


def test_a_home_that_is_a_file_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "file"
    file.write_text("")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(file))
    with pytest.raises(DataError, match="cannot be written"), selftest.home_apart():
        pass
