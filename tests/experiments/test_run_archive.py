from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import JobError, StoreError
from mnist_studio.events import Failed, encode
from mnist_studio.experiments import run_archive
from mnist_studio.experiments.run_archive import RunArchive
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.experiments.conftest import members, run_events


@pytest.fixture
def run() -> Run:
    """A finished run."""
    run_events()
    return members()[0].run


def files(folder: Path) -> dict[str, bytes]:
    return {
        name: (folder / name).read_bytes() for name in run_archive.FILES if (folder / name).exists()
    }


def new(spec: RunSpec) -> Run:
    with RunStore() as store:
        return store.create(spec)


def test_an_archive_restores_what_was_packed(run: Run) -> None:
    assert run.terminal
    lines = [encode(run.terminal).decode()]
    received = run_archive.open_archive(run_archive.pack("host", lines, run.folder, ""))
    assert received == RunArchive("host", tuple(lines), files(run.folder))
    assert run_archive.recorded_events(received, run.spec) == (run.terminal,)
    target = new(run.spec)
    run_archive.unpack(received, target, run.terminal)
    assert files(target.folder) == files(run.folder)


def test_a_run_without_a_folder_has_events_only() -> None:
    failed = encode(Failed(run="r", framework="numpy", reason="x")).decode()
    received = run_archive.open_archive(run_archive.pack("host", [failed], None, "what it said"))
    assert received == RunArchive("host", (failed,), {}, "what it said")


def test_only_files_that_a_run_has_are_written(run: Run, tmp_path: Path) -> None:
    target = new(run.spec)
    before = set(target.folder.iterdir())
    odd = {"../escaped": b"x", str(tmp_path / "absolute"): b"x", "lock": b"x", "odd.py": b"x"}
    run_archive.unpack(RunArchive("host", (), odd), target, None)
    assert set(target.folder.iterdir()) == before
    assert not (target.folder.parent / "escaped").exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [artifacts.WEIGHTS, artifacts.TEST_LOGITS])
@pytest.mark.parametrize("content", [None, b"damaged"])
def test_a_finished_run_must_have_all_that_it_needs(
    run: Run, name: str, content: bytes | None
) -> None:
    sent = files(run.folder)
    if content is None:
        del sent[name]
    else:
        sent[name] = content
    with pytest.raises(StoreError, match=name):
        run_archive.unpack(RunArchive("host", (), sent), new(run.spec), run.terminal)


def test_the_weights_of_another_network_are_refused(run: Run) -> None:
    layers = (replace(run.spec.model.layers[1], units=11), *run.spec.model.layers[2:])
    model = replace(run.spec.model, layers=(run.spec.model.layers[0], *layers))
    other = new(replace(run.spec, model=model))
    with pytest.raises(StoreError, match="instead of"):
        run_archive.unpack(RunArchive("host", (), files(run.folder)), other, run.terminal)


def test_what_is_not_an_archive_is_reported() -> None:
    with pytest.raises(JobError, match="same version"):
        run_archive.open_archive(b"nonsense")
    with pytest.raises(JobError, match="same version"):
        run_archive.recorded_events(
            RunArchive("host", ("nonsense",), {}), run_spec(RECIPES["tiny-10"])
        )
