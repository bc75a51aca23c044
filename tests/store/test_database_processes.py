import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore

SUPERVISOR = Path(__file__).parent / "supervisor.py"
ROOT = Path(__file__).parents[2]


def started(*words: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(SUPERVISOR), *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def said(process: "subprocess.Popen[str]") -> str:
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    return output


@contextmanager
def holding(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that supervises a run, and the run's id."""
    process = started("hold", home)
    assert process.stdout
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_two_supervisors_keep_everything_that_both_write(home: Path) -> None:
    supervisors = [started("train", home, 50) for _ in range(2)]
    for supervisor in supervisors:
        said(supervisor)

    with RunStore(home) as store:
        runs = store.runs()
        assert len(runs) == 100
        assert {run.status for run in runs} == {"finished"}
        assert all(len(store.epochs(run.id)) == 2 and run.folder.is_dir() for run in runs)
        assert store.recover() == ()


def test_the_first_opening_may_happen_in_several_processes_at_once(home: Path) -> None:
    openers = [started("race", home, 5) for _ in range(4)]
    (home.parent / "go").touch()
    for opener in openers:
        said(opener)
    with RunStore(home) as store:
        assert store.runs() == ()


def test_only_the_run_of_a_killed_supervisor_is_crashed(home: Path, spec: RunSpec) -> None:
    with (
        holding(home) as (killed, orphan),
        holding(home) as (_, alive),
        RunStore(home) as store,
    ):
        own = store.create(spec).id
        assert store.recover() == ()
        killed.kill()
        killed.wait()
        assert store.recover() == (orphan,)
        statuses = {run.id: run.status for run in store.runs()}
    assert statuses == {orphan: "crashed", alive: "running", own: "running"}


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files by RLIMIT_FSIZE")
def test_a_full_disk_is_reported_and_existing_data_survives(home: Path) -> None:
    said(started("train", home, 20))
    size = (home / "studio.sqlite").stat().st_size

    output = said(started("fill", home, size + 8192))

    assert "studio.sqlite" in output
    with RunStore(home) as store:
        runs = store.runs()
        assert [run.status for run in runs].count("finished") == 20
        assert {run.folder for run in runs} == set((home / "runs").iterdir())
        assert all(len(store.epochs(run.id)) == 2 for run in runs if run.trained)
        store.create(runs[0].spec)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files by RLIMIT_FSIZE")
def test_a_full_disk_keeps_the_former_artifact(tmp_path: Path) -> None:
    logits = np.arange(100, dtype=np.float32).reshape(10, 10)
    artifacts.save_test_logits(tmp_path, logits)

    output = said(started("fill_artifact", tmp_path, 4096))

    assert artifacts.TEST_LOGITS in output
    np.testing.assert_array_equal(artifacts.load_test_logits(tmp_path), logits)
    assert [file.name for file in tmp_path.iterdir()] == [artifacts.TEST_LOGITS]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_may_not_be_written_can_still_be_read(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec).id
    for path in (home / "studio.sqlite", home / "runs", home):
        path.chmod(0o555)
    try:
        with RunStore(home) as store:
            assert store.run(run).spec == spec
    finally:
        for path in (home, home / "runs", home / "studio.sqlite"):
            path.chmod(0o755)
