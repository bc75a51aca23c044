"""The record in a run's folder: exact, atomic, and distrusted when it was changed."""

import multiprocessing
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.events import Machine, Measures
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import hashed_json, run_record
from mnist_studio.store.run_record import Belongs, RunRecord, Steps
from tests.store.example_events import epoch, finished

RUN = "20260102-030405-abcd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / RUN
    made.mkdir()
    return made


@pytest.fixture
def record(spec: RunSpec) -> RunRecord:
    return RunRecord(run=RUN, title="Größe", spec=codec.encode(spec), created=1767322245.25)


def test_a_record_comes_back_as_it_was_written(
    folder: Path, record: RunRecord, spec: RunSpec
) -> None:
    full = replace(
        record,
        status="finished",
        terminal=finished(RUN),
        epochs=(epoch(RUN, 1), epoch(RUN, 2)),
        step=1876,
        seconds={"train": 12.5},
        device="cpu",
        steps=Steps(1876, "0" * 64),
        belongs=Belongs("20260102-030400-abcd", 2, "worker"),
    )
    for one in (record, full):
        run_record.write(folder, one)
        assert run_record.read(folder) == one
    assert full.run_spec() == spec


def test_progress_keeps_what_the_supervisor_wrote(folder: Path, record: RunRecord) -> None:
    run_record.write(folder, record)
    run_record.update(folder, lambda one: replace(one, title="mine"))
    run_record.add_progress(folder, [epoch(RUN)], 938, {"train": 1.5}, "cpu")
    run_record.add_progress(folder, [epoch(RUN), epoch(RUN, 2)], 1876, {"train": 3.0})
    stored = run_record.read(folder)
    assert (stored.title, stored.step, stored.device) == ("mine", 1876, "cpu")
    assert stored.epochs == (epoch(RUN), epoch(RUN, 2))
    assert stored.seconds == {"train": 3.0}


def test_progress_without_measures_keeps_the_known_ones(folder: Path, record: RunRecord) -> None:
    first, second = (
        Measures(
            wall_seconds=seconds, earlier_seconds=0.0, train_images_per_second=None,
            peak_memory_bytes=None, machine=Machine(processors=2),
        )
        for seconds in (1.0, 2.0)
    )  # fmt: skip
    run_record.write(folder, record)
    assert run_record.read(folder).measures is None
    for given, known in ((first, first), (None, first), (second, second)):
        run_record.add_progress(folder, [], 938, {}, measures=given)
        assert run_record.read(folder).measures == known


def test_a_folder_without_a_record_gets_none_by_progress(tmp_path: Path) -> None:
    run_record.add_progress(tmp_path, [epoch(RUN)], 938, {})
    assert list(tmp_path.iterdir()) == []


def test_every_flipped_bit_and_every_cut_is_noticed(folder: Path, record: RunRecord) -> None:
    run_record.write(folder, record)
    path = folder / run_record.RECORD
    content = path.read_bytes()
    # Spaces and line breaks outside of the record mean nothing.
    for at in range(len(content) - 1):
        changed = bytearray(content)
        changed[at] ^= 1 << at % 8
        path.write_bytes(changed)
        with pytest.raises(StoreError):
            run_record.read(folder)
    for size in range(0, len(content) - 1, 7):
        path.write_bytes(content[:size])
        with pytest.raises(StoreDamaged):
            run_record.read(folder)


def test_the_record_of_another_run_is_refused(tmp_path: Path, record: RunRecord) -> None:
    other = tmp_path / "20260102-030405-zzzz"
    other.mkdir()
    run_record.write(other, record)
    with pytest.raises(StoreDamaged, match=f"belongs to {RUN}"):
        run_record.read(other)


def test_a_record_of_a_newer_version_is_left_alone(folder: Path, record: RunRecord) -> None:
    run_record.write(folder, record)
    path = folder / run_record.RECORD
    file = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode(file | {"version": hashed_json.VERSION + 1}))
    with pytest.raises(StoreError, match="reads versions up to") as raised:
        run_record.read(folder)
    assert not isinstance(raised.value, StoreDamaged)


def test_a_deleted_folder_is_not_made_again(tmp_path: Path, record: RunRecord) -> None:
    with pytest.raises(StoreError, match="no longer exists"):
        run_record.write(tmp_path / RUN, record)
    assert list(tmp_path.iterdir()) == []


def _add(folder: str, number: int) -> None:
    for _ in range(number):
        run_record.update(Path(folder), lambda record: replace(record, step=record.step + 1))


def test_no_change_of_two_processes_is_lost(folder: Path, record: RunRecord) -> None:
    run_record.write(folder, record)
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=_add, args=(str(folder), 10)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert run_record.read(folder).step == 20
