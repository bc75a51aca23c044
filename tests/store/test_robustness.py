import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import artifacts, robustness
from mnist_studio.store.artifacts import ROBUSTNESS
from mnist_studio.store.robustness import Robustness, RobustnessCurve, load, save

CURVES = (
    RobustnessCurve("shift", (1.0, 2.0), (0.9, 0.5)),
    RobustnessCurve("noise", (0.1, 0.2), (0.95, 0.94)),
)
FEW = Robustness(step=938, digits=2000, engine="keras", accuracy=0.97, curves=CURVES)
ALL = replace(FEW, digits=10_000, accuracy=0.96)


def test_what_was_computed_is_known_for_these_weights_and_digits(tmp_path: Path) -> None:
    assert load(tmp_path, 938, 2000) is None
    save(tmp_path, FEW)
    save(tmp_path, ALL)
    assert load(tmp_path, 938, 2000) == FEW
    assert load(tmp_path, 938, 10_000) == ALL
    assert load(tmp_path, 938, 500) is None
    assert load(tmp_path, 1876, 2000) is None


def test_a_result_replaces_that_of_as_many_digits_and_those_of_older_weights(
    tmp_path: Path,
) -> None:
    for one in (FEW, ALL, better := replace(FEW, accuracy=0.99)):
        save(tmp_path, one)
    assert load(tmp_path, 938, 2000) == better
    assert load(tmp_path, 938, 10_000) == ALL
    save(tmp_path, replace(FEW, step=1876))
    assert load(tmp_path, 938, 10_000) is None


def test_what_another_version_left_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, FEW)
    monkeypatch.setattr(robustness, "VERSION", 2)
    assert load(tmp_path, 938, 2000) is None
    save(tmp_path, ALL)
    assert load(tmp_path, 938, 10_000) == ALL


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version":1,"results":[{"step":1}]}'])
def test_a_damaged_file_is_computed_again(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ROBUSTNESS).write_bytes(content)
    assert load(tmp_path, 938, 2000) is None
    save(tmp_path, FEW)
    assert load(tmp_path, 938, 2000) == FEW


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        save(tmp_path / "gone" / "run", FEW)


def test_it_is_discarded_with_what_the_run_had_learnt(tmp_path: Path) -> None:
    save(tmp_path, FEW)
    artifacts.discard(tmp_path)
    assert not (tmp_path / ROBUSTNESS).exists()


def test_results_of_a_bundled_model_are_stored_in_the_cache(
    models: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
    folder = models / "tiny"
    folder.mkdir()
    (folder / artifacts.WEIGHTS).write_bytes(b"some")
    save(folder, FEW)
    assert load(folder, 938, 2000) == FEW
    assert [path.name for path in folder.iterdir()] == [artifacts.WEIGHTS]
    assert [path.parent for path in (home / "cache").rglob("*.json")] == [paths.robustness_cache()]
    # A newer studio may come with others.
    (folder / artifacts.WEIGHTS).write_bytes(b"others")
    assert load(folder, 938, 2000) is None


def test_a_file_may_be_as_large_as_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert robustness.LARGEST == 10_000_000
    save(tmp_path, FEW)
    size = (tmp_path / ROBUSTNESS).stat().st_size
    monkeypatch.setattr(robustness, "LARGEST", size)
    assert load(tmp_path, 938, 2000) == FEW
    monkeypatch.setattr(robustness, "LARGEST", size - 1)
    assert load(tmp_path, 938, 2000) is None


def test_the_file_of_a_bundled_model_has_the_hash_of_its_weights(models: Path) -> None:
    folder = models / "tiny"
    folder.mkdir()
    (folder / artifacts.WEIGHTS).write_bytes(b"some")
    save(folder, FEW)
    (file,) = paths.robustness_cache().iterdir()
    assert file.name == f"tiny-{hashlib.sha256(b'some').hexdigest()[:16]}.json"
    (folder / artifacts.WEIGHTS).unlink()
    with pytest.raises(StoreError, match=rf"{artifacts.WEIGHTS} is missing"):
        load(folder, 938, 2000)


def test_a_deleted_run_does_not_come_back(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        save(tmp_path / "gone", FEW)
    assert (raised.value.problem, raised.value.remedy) == (
        f"The folder {tmp_path / 'gone'} no longer exists.", "Select another run.",
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_as_documented(tmp_path: Path) -> None:
    save(tmp_path, FEW)
    save(tmp_path, ALL)
    content = msgspec.json.decode((tmp_path / ROBUSTNESS).read_bytes())
    assert content["version"] == 1
    assert [one["digits"] for one in content["results"]] == [2000, 10_000]
