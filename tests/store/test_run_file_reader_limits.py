"""Limits of a run file: what is exactly at one is read, and one beyond it is refused."""

import json
import shutil
import stat
import struct
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from mnist_studio import __version__
from mnist_studio.errors import CancelledByUser, StoreError
from mnist_studio.formatting import memory
from mnist_studio.store import artifacts, hashed_json, run_file, run_file_reader, tensors
from mnist_studio.store.run_file import EXPERIMENT, MANIFEST, VERSION
from mnist_studio.store.run_file_reader import GET_AGAIN, _Meter, is_newer, refused
from mnist_studio.store.run_import import opened
from tests.store.made_run_files import contents, good_file, in_record, refusal, why, written

SELECT = "Select a .mnistrun file."
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run file of one run; to be copied, not changed."""
    return good_file(tmp_path_factory.mktemp("limits"))


def entries(path: Path) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(path) as archive:
        return archive.infolist()


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"PK\x05\x06" + bytes(17)])
def test_what_is_no_zip_asks_for_another_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mnistrun"
    path.write_bytes(content)
    assert why(path) == ("it is not a run file, or it is incomplete.", SELECT)


def test_a_zip_without_a_manifest_asks_for_another_file(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    with zipfile.ZipFile(path, "w"):
        pass
    assert why(path) == ("it is not a run file.", SELECT)


def test_the_last_end_of_a_directory_counts(good: Path, tmp_path: Path) -> None:
    """The first may be a part of a file in the zip, which has any bytes."""
    files = contents(good)
    (steps,) = (name for name in files if name.endswith("steps.f32"))
    files[steps] = b"PK\x05\x06" * 8
    in_record(files, lambda record: record.update(steps=None))
    path = written(tmp_path / "x.mnistrun", files)
    with opened(path) as unpacked:
        assert len(unpacked.runs) == 1
    # Nor does a comment at the end, which a zip may have.
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"c" * 65_535
    with opened(path) as unpacked:
        assert len(unpacked.runs) == 1


@pytest.mark.parametrize("limit", ["MOST_ENTRIES", "MOST_DIRECTORY"])
def test_a_directory_may_be_as_large_as_its_limit(
    good: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    end = good.read_bytes()[-22:]
    _, _, _, _, count, size, _, _ = struct.unpack("<4s4H2LH", end)
    exact = {"MOST_ENTRIES": count, "MOST_DIRECTORY": size}[limit]
    monkeypatch.setattr(run_file_reader, limit, exact)
    with opened(good):
        pass
    monkeypatch.setattr(run_file_reader, limit, exact - 1)
    assert why(good) == (f"it lists too many files: {count:,}.", GET_AGAIN)


def test_files_may_take_as_much_as_their_limit(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total, size = sum(info.file_size for info in entries(good)), good.stat().st_size
    monkeypatch.setattr(run_file_reader, "MOST_TOTAL", total)
    with opened(good):
        pass
    monkeypatch.setattr(run_file_reader, "MOST_TOTAL", total - 1)
    problem = f"it has {memory(size)}, but would take {memory(total)} when unpacked."
    assert why(good) == (problem, GET_AGAIN)


def test_files_may_be_as_many_times_larger_as_their_limit(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    infos = entries(good)
    total = sum(info.file_size for info in infos)
    monkeypatch.setattr(run_file_reader, "MOST_EXPANSION", 1)
    found = run_file_reader._checked_infos(good, infos, total)
    assert found == {info.filename: info for info in infos}
    with pytest.raises(StoreError, match="when unpacked"):
        run_file_reader._checked_infos(good, infos, total - 1)


def test_each_kind_of_file_has_its_own_limit() -> None:
    folder = "runs/20260101-000000-aaaa"
    limits = {
        MANIFEST: 64 << 20,
        EXPERIMENT: 8_000_000,
        f"{folder}/steps.f32": 1 << 30,
        f"{folder}/{artifacts.ROBUSTNESS}": 10_000_000,
        f"{folder}/record.json": hashed_json.LARGEST,
        f"{folder}/weights.safetensors": tensors.LARGEST,
        f"{folder}/epoch-0001-record.safetensors": tensors.LARGEST,
    }
    for name, most in limits.items():
        assert run_file_reader._most(name) == most, name
        info = zipfile.ZipInfo(name)
        info.file_size = most
        run_file_reader._check_info(Path("x"), info)
        info.file_size = most + 1
        with pytest.raises(StoreError) as raised:
            run_file_reader._check_info(Path("x"), info)
        assert raised.value.problem == (
            f"x cannot be imported: “{name}” has {memory(most + 1)}, which is too large."
        )


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [(0, True), (stat.S_IFREG, True), (stat.S_IFLNK, False), (stat.S_IFDIR, False),
     (stat.S_IFIFO, False)],
)  # fmt: skip
def test_only_plain_files_are_unpacked(kind: int, allowed: bool) -> None:
    info = zipfile.ZipInfo(MANIFEST)
    info.external_attr = (kind | 0o644) << 16
    if allowed:
        run_file_reader._check_info(Path("x"), info)
        return
    with pytest.raises(StoreError) as raised:
        run_file_reader._check_info(Path("x"), info)
    assert raised.value.problem == (
        f"x cannot be imported: “{MANIFEST}” is a link, or not a plain file."
    )


@pytest.mark.parametrize(("bits", "allowed"), [(0, True), (2, True), (1, False), (3, False)])
def test_only_the_bit_of_encryption_is_refused(bits: int, allowed: bool) -> None:
    info = zipfile.ZipInfo(MANIFEST)
    info.flag_bits = bits
    if allowed:
        run_file_reader._check_info(Path("x"), info)
    else:
        with pytest.raises(StoreError, match="is encrypted"):
            run_file_reader._check_info(Path("x"), info)


def test_a_strange_name_is_shown_up_to_100_characters_and_without_controls() -> None:
    info = zipfile.ZipInfo("\x1b" + "y" * 200)
    with pytest.raises(StoreError) as raised:
        run_file_reader._check_info(Path("x"), info)
    assert raised.value.problem == (
        f"x cannot be imported: it has an unexpected file “�{'y' * 99}”."
    )


def test_the_room_on_the_disk_must_hold_files_and_spare(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = sum(info.file_size for info in entries(good))
    free = needed + run_file_reader.SPARE
    assert run_file_reader.SPARE == 1 << 27
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, free))
    with opened(good):
        pass
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, free - 1))
    assert why(good) == (
        f"The import needs {memory(needed)}, but only {memory(free - 1)} are free.",
        "Free some space and try again.",
    )


def test_progress_never_passes_one() -> None:
    fractions: list[float] = []
    info = zipfile.ZipInfo("a")
    info.file_size = 4
    meter = _Meter({"a": info, "b": info}, fractions.append, lambda: False)
    for size in (2, 4, 2, 1):
        meter.add(size)
    assert fractions == [0.25, 0.75, 1.0, 1.0]
    fractions.clear()
    _Meter({}, fractions.append, lambda: False).add(1)
    assert fractions == [1.0]


def test_a_canceled_import_says_that_nothing_was_changed(good: Path) -> None:
    fractions: list[float] = []
    with pytest.raises(CancelledByUser) as raised, opened(
        good, None, fractions.append, lambda: len(fractions) == 2
    ):  # fmt: skip
        pass
    assert (raised.value.problem, raised.value.remedy) == (
        "The import was canceled.", "Nothing was changed.",
    )  # fmt: skip
    assert len(fractions) == 2


def test_all_files_are_counted_in_the_progress(good: Path) -> None:
    """All but the manifest, which is read first."""
    fractions: list[float] = []
    with opened(good, progress=fractions.append):
        pass
    infos = entries(good)
    whole = sum(info.file_size for info in infos)
    (manifest,) = (info.file_size for info in infos if info.filename == MANIFEST)
    assert fractions[-1] == pytest.approx((whole - manifest) / whole)
    assert len(fractions) == len(infos) - 1


def test_a_large_file_is_unpacked_block_by_block(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_file_reader, "_BLOCK", 1000)
    fractions: list[float] = []
    with opened(good, progress=fractions.append) as unpacked:
        (run,) = unpacked.runs
        weights = (unpacked.folder / run.run / artifacts.WEIGHTS).read_bytes()
    assert weights == next(
        content for name, content in contents(good).items() if name.endswith(artifacts.WEIGHTS)
    )
    assert len(fractions) > len(weights) // 1000
    assert fractions == sorted(fractions)


def test_unpacked_files_are_private(good: Path) -> None:
    with opened(good) as unpacked:
        modes = {stat.S_IMODE(path.stat().st_mode) for path in unpacked.folder.rglob("*.*")
                 if path.is_file()}  # fmt: skip
        folders = [unpacked.folder, *(p for p in unpacked.folder.iterdir() if p.is_dir())]
        assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert modes == {0o600}
    assert not unpacked.folder.exists()


@pytest.mark.parametrize(
    ("version", "newer"),
    [
        (__version__, False), ("", False), ("0.0.1", False), ("999.0.0", True), ("999", True),
        (f"{__version__}.1", False), ("dev", False), ("999.x", True),
    ],
)  # fmt: skip
def test_versions_are_compared_by_their_numbers(version: str, newer: bool) -> None:
    assert is_newer(version) == newer


def test_one_higher_in_any_place_is_newer() -> None:
    numbers = [int(part) for part in __version__.split(".")[:3]]
    for place in range(len(numbers)):
        higher = [*numbers[:place], numbers[place] + 1, *numbers[place + 1 :]]
        assert is_newer(".".join(map(str, higher)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"version": VERSION + 1, "written_by": "9.1"}, " by MNIST Studio 9.1"),
        ({"version": VERSION + 1, "written_by": ""}, ""),
        ({"version": VERSION + 1, "written_by": "9\x1b"}, " by MNIST Studio 9�"),
    ],
)
def test_a_newer_format_is_named_with_the_version_that_wrote_it(
    good: Path, tmp_path: Path, changes: dict[str, object], problem: str
) -> None:
    files = contents(good)
    files[MANIFEST] = json.dumps(json.loads(files[MANIFEST]) | changes).encode()
    path = written(tmp_path / "x.mnistrun", files)
    assert why(path) == (
        f"x.mnistrun was written{problem}, which is newer than this version, {__version__}.",
        "Update MNIST Studio.",
    )


def test_the_wrong_format_is_named_with_the_right_one(good: Path, tmp_path: Path) -> None:
    files = contents(good)
    files[MANIFEST] = b'{"format": "x", "version": 1}'
    problem, remedy = why(written(tmp_path / "x.mnistrun", files, listed=False))
    assert problem.startswith("its manifest.json is not valid: Invalid enum value 'x'")
    assert problem.endswith("(expected mnist-studio-runs).")
    assert remedy == GET_AGAIN


def test_files_that_are_not_listed_or_not_there_are_named(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    files = contents(good)
    manifest = json.loads(files[MANIFEST])
    (run,) = manifest["runs"]
    more = {**files, f"runs/{run}/robustness.json": b"{}"}
    problem = f"its manifest.json does not match: “runs/{run}/robustness.json”."
    assert why(written(path, more, listed=False)) == (problem, GET_AGAIN)
    name = f"runs/{run}/steps.f32"
    entry = manifest["files"][name]
    for change, problem in (
        ({"size": entry["size"] + 1}, f"“{name}” does not have the stated size."),
        ({"sha256": "0" * 64}, f"the hash of “{name}” does not match."),
    ):
        listed = manifest["files"] | {name: entry | change}
        files[MANIFEST] = json.dumps(manifest | {"files": listed}).encode()
        assert why(written(path, files, listed=False)) == (problem, GET_AGAIN)


def test_runs_and_records_must_be_the_same(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    files = contents(good)
    manifest = json.loads(files[MANIFEST])
    (run,) = manifest["runs"]
    other = "20200101-000000-aaaa"
    for runs, problem in (
        ([run, other], "a run lacks its record."),
        ([other], "a run lacks its record."),
        ([run, run], "it lists a run twice."),
    ):
        files[MANIFEST] = json.dumps(manifest | {"runs": runs}).encode()
        assert why(written(path, files)) == (problem, GET_AGAIN)
    files[MANIFEST] = json.dumps(manifest).encode()
    more = {**files, f"runs/{other}/record.json": files[f"runs/{run}/record.json"]}
    assert why(written(path, more)) == ("a run lacks its record.", GET_AGAIN)
    without = {name: text for name, text in files.items() if not name.endswith("record.json")}
    assert why(written(path, without)) == ("a run lacks its record.", GET_AGAIN)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_named(good: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "x.mnistrun", contents(good))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(MANIFEST, b"{}")
    assert why(path) == (f"it has two files “{MANIFEST}”.", GET_AGAIN)


def test_a_damaged_directory_is_damage_of_the_file(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    content = good.read_bytes()
    path.write_bytes(content.replace(b"PK\x01\x02", b"PK\x01\x00"))
    problem, remedy = why(path)
    assert problem.startswith("it is damaged (")
    assert remedy == GET_AGAIN
    with (
        pytest.raises(StoreError, match=r"it is damaged \(it ends early\)"),
        run_file_reader._explained(path),
    ):
        raise EOFError
    assert refused(path, "x").remedy == GET_AGAIN


def test_a_file_that_does_not_exist_may_be_misspelled(tmp_path: Path) -> None:
    path = tmp_path / "none.mnistrun"
    assert why(path) == (f"{path} does not exist.", "Check the spelling.")
    assert "does not exist" in refusal(path)


@pytest.mark.parametrize("more", [-1, 1])
def test_a_file_of_another_size_than_stated_is_damage(
    good: Path, tmp_path: Path, more: int
) -> None:
    with zipfile.ZipFile(good) as archive:
        info = next(each for each in archive.infolist() if each.filename.endswith("steps.f32"))
        entry = run_file.RunFileEntry(info.file_size + more, "0" * 64)
        meter = _Meter({}, lambda fraction: None, lambda: False)
        target = tmp_path / "steps.f32"
        with pytest.raises(zipfile.BadZipFile) as raised:
            run_file_reader._copied(archive, info.filename, entry, target, meter)
    assert str(raised.value) == f"{info.filename} does not have the stated size"
    assert target.stat().st_size <= entry.size
