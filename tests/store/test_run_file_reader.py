"""Hostile and damaged run files are refused with a sentence, and leave nothing behind."""

import json
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mnist_studio import paths
from mnist_studio.errors import CancelledByUser, StoreError
from mnist_studio.store import run_file_reader
from mnist_studio.store.run_import import opened
from tests.store.made_run_files import contents, good_file, in_record, refusal, written

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run file of one run; to be copied, not changed."""
    return good_file(tmp_path_factory.mktemp("good"))


def test_a_good_file_is_opened(good: Path) -> None:
    fractions: list[float] = []
    with opened(good, progress=fractions.append) as unpacked:
        (record,) = unpacked.runs
        assert record.title.startswith("Featherweight")
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt", "/etc/evil", "runs/../../evil", "C:/evil", "..\\evil", "evil.txt",
        "runs/20260101-000000-aaaa/../record.json", "runs/20260101-000000-aaaa/console.txt",
        "runs/20260101-000000-aaaa/script.py", "RUNS/20260101-000000-aaaa/record.json",
        "runs/20260101-000000-aaaa/Record.json", "runs/20260101-000000-aaaa/lock",
        "runs/con/record.json", "runs//record.json", "runs/20260101-000000-aaaa/",
        "runs/20260101-000000-aaaa/record.json/x",
    ],
)  # fmt: skip
def test_no_path_leaves_the_folder(good: Path, tmp_path: Path, name: str) -> None:
    files = contents(good) | {name: b"evil"}
    assert "an unexpected file" in refusal(written(tmp_path / "x.mnistrun", files))
    assert not list(tmp_path.rglob("*evil*"))


def test_links_are_refused(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents(good).items():
            info = zipfile.ZipInfo(name)
            if name.endswith("steps.f32"):
                info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
    assert "is a link" in refusal(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_a_name_are_refused(good: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "x.mnistrun", contents(good))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(archive.namelist()[0], b"{}")
    assert "two files" in refusal(path)


def test_a_bomb_is_refused_before_it_is_unpacked(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    files = contents(good)
    (name,) = (each for each in files if each.endswith("steps.f32"))
    files[name] = bytes(30 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for each, content in files.items():
            archive.writestr(each, content)
    assert path.stat().st_size < 300_000
    assert "when unpacked" in refusal(path)


def test_a_size_that_lies_is_noticed(good: Path, tmp_path: Path) -> None:
    """The directory says that a file is small, and its compressed bytes say otherwise."""
    files = contents(good)
    path = tmp_path / "x.mnistrun"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in files.items():
            archive.writestr(each, bytes(1000) if each.endswith("steps.f32") else content)
    content = path.read_bytes().replace(struct.pack("<L", 1000), struct.pack("<L", 24))
    path.write_bytes(content)
    assert refusal(path)


def test_too_many_files_and_too_large_ones_are_refused(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "x.mnistrun", contents(good))
    for limit, why in (
        ("MOST_ENTRIES", "too many files"), ("MOST_DIRECTORY", "too many files"),
        ("MOST_TOTAL", "when unpacked"), ("MOST_STEPS", "too large"),
        ("MOST_MANIFEST", "too large"),
    ):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(run_file_reader, limit, 1)
            assert why in refusal(path)
    monkeypatch.setattr(run_file_reader, "SPARE", 1 << 60)
    assert "are free" in refusal(path)


def test_a_wrong_hash_is_refused(good: Path, tmp_path: Path) -> None:
    files = contents(good)
    (name,) = (each for each in files if each.endswith("weights.safetensors"))
    files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])
    path = written(tmp_path / "x.mnistrun", files, listed=False)
    assert "hash" in refusal(path)
    assert "weights.safetensors" in refusal(path)
    # With the hash of the file it still lacks that of the arrays in it.
    assert "does not match" in refusal(written(path, files))


def test_files_and_manifest_must_agree(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"

    def refused_without(part: str) -> str:
        files = {name: text for name, text in contents(good).items() if not name.endswith(part)}
        return refusal(written(path, files, listed=False))

    assert "not a run file" in refused_without("manifest.json")
    assert "does not match" in refused_without("steps.f32")
    files = contents(good)
    manifest = json.loads(files["manifest.json"])
    for change in ({"runs": manifest["runs"] * 2}, {"runs": ["20260101-000000-aaaa"]}):
        files["manifest.json"] = json.dumps(manifest | change).encode()
        assert "a run" in refusal(written(path, files))
    changes: list[dict[str, object]] = [
        {"runs": []}, {"format": "another"}, {"version": "1"}, {"runs": ["../x"]},
    ]  # fmt: skip
    for wrong in changes:
        files["manifest.json"] = json.dumps(manifest | wrong).encode()
        assert "manifest.json is not valid" in refusal(written(path, files))


def test_newer_files_are_refused_with_the_version(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    files = contents(good)
    manifest = json.loads(files["manifest.json"])
    newer = {"version": 2, "written_by": "9.1.0", "runs": {"shape": "unknown"}}
    files["manifest.json"] = json.dumps(manifest | newer).encode()
    written(path, files)
    why = r"MNIST Studio 9\.1\.0, which is newer"
    with pytest.raises(StoreError, match=why) as caught, opened(path):
        pass
    assert caught.value.remedy == "Update MNIST Studio."


def test_a_run_of_a_newer_version_is_refused(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    files = contents(good)

    def unknown_setting(record: dict[str, Any]) -> None:
        spec = json.loads(record["spec"])
        spec["run"]["never_heard_of"] = 1
        record["spec"] = json.dumps(spec)

    in_record(files, unknown_setting)
    assert "is not valid" in refusal(written(path, files))
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"written_by": "9.1.0"}).encode()
    assert "newer than this version" in refusal(written(path, files))


def _change_first_epoch(record: dict[str, Any], change: dict[str, object]) -> None:
    record["epochs"][0].update(change)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"run": "20260101-000000-aaaa"}, "belongs to"),
        ({"status": "running"}, "not ended"),
        ({"status": "failed"}, "no outcome"),
        ({"status": "odd"}, "is not valid"),
        ({"title": "x" * 81}, "title"),
        ({"title": "\x1b[2J"}, "control characters"),
        ({"created": -1}, "is not valid"),
        ({"step": 2**60}, "impossible"),
        ({"terminal": None}, "no outcome"),
        ({"epochs": [7]}, "is not valid"),
        ({"steps": {"count": 9, "sha256": "0" * 64}}, "steps"),
        ({"spec": "{}"}, "is not valid"),
        ({"annotations": {"tags": ["a b"]}}, "contains a space"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(
    good: Path, tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    files = contents(good)
    in_record(files, lambda record: record.update(change))
    assert why in refusal(written(tmp_path / "x.mnistrun", files))


def test_epochs_and_events_of_another_run_are_refused(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    changes: list[dict[str, object]] = [
        {"epoch": 2}, {"run": "20260101-000000-aaaa"}, {"epoch": 0}, {"step": -1},
    ]  # fmt: skip
    for change in changes:
        files = contents(good)
        in_record(files, partial(_change_first_epoch, change=change))
        assert refusal(written(path, files))


def test_weights_must_fit_the_network(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    files = contents(good)
    (weights,) = (name for name in files if name.endswith("weights.safetensors"))
    (logits,) = (name for name in files if name.endswith("logits.safetensors"))
    assert "is damaged" in refusal(written(path, files | {weights: files[logits]}))
    assert "is damaged" in refusal(written(path, files | {weights: b"\xff" * 40}))
    without = {name: content for name, content in files.items() if name != weights}
    assert "no weights" in refusal(written(path, without))


def test_every_torn_file_is_refused(good: Path, tmp_path: Path) -> None:
    whole, path = good.read_bytes(), tmp_path / "x.mnistrun"
    for length in (0, 1, 21, 22, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert refusal(path)
    path.write_bytes(b"PK\x05\x06" + bytes(18))
    assert "not a run file" in refusal(path)


def test_flipped_bits_never_pass(good: Path, tmp_path: Path) -> None:
    """A changed byte is refused, or it is one that means nothing, such as a date."""
    whole, path = bytearray(good.read_bytes()), tmp_path / "x.mnistrun"
    with opened(good) as original:
        runs = original.runs
    for place in range(0, len(whole), len(whole) // 40):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        path.write_bytes(changed)
        with suppress(StoreError), opened(path) as unpacked:
            assert unpacked.runs == runs


def test_a_missing_file_and_a_cancel_are_reported(good: Path, tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.mnistrun")
    with pytest.raises(CancelledByUser), opened(good, is_cancelled=lambda: True):
        pass
    assert list(paths.runs().iterdir()) == []


def test_encrypted_and_oddly_compressed_files_are_refused(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mnistrun"
    content = bytearray(good.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert "encrypted" in refusal(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, text in contents(good).items():
            archive.writestr(name, text)
    assert "unknown way" in refusal(path)


@pytest.mark.parametrize(("entries", "directory"), [(1 << 40, 46), (1, 1 << 40)])
def test_the_directory_of_a_huge_file_is_refused_before_it_is_read(
    good: Path, tmp_path: Path, entries: int, directory: int
) -> None:
    """Above 4 GB, a zip has the size of its directory in a record of its own."""
    content = good.read_bytes()
    at = content.rfind(b"PK\x05\x06")
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, directory, 0
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    path = tmp_path / "x.mnistrun"
    path.write_bytes(content[:at] + record + locator + content[at:])
    assert f"lists too many files: {entries:,}" in refusal(path)
