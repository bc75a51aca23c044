"""Readers of whole files that others share: runs, weights, tables, and datasets.

The first byte of an input chooses what the rest is: a file, or a part of a file whose sizes and
hashes are right, whatever is in the part.
"""

import hashlib
import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.fuzz_seeds import RUN, npz_seeds
from mnist_studio.data.datasets import csv_table, dataset_archive, idx, stored, usps
from mnist_studio.data.datasets.builtin import load as load_builtin
from mnist_studio.data.datasets.dataset_archive import DatasetArchive
from mnist_studio.data.datasets.splitting import ImportOptions
from mnist_studio.data.datasets.stored import DatasetDescription
from mnist_studio.errors import SpecError
from mnist_studio.events import Failed
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.prediction import weight_files, weight_matching
from mnist_studio.spec import codec
from mnist_studio.spec.model import MOST_CLASSES
from mnist_studio.store import run_file
from mnist_studio.store.run_import import opened
from mnist_studio.store.run_record import RunRecord

_RUN = "20260102-030405-abcd"
_RECORD = f"{run_file.RUNS}/{_RUN}/record.json"
TABLE_WORDS = (b"label", b",", b"\n", b"255", b"0.5", b";", b"\t", b"nan", b"1e999", b'"', b"-0")
PICKLE_WORDS = (
    b"ctorch._utils\n_rebuild_tensor_v2\n", b"ccollections\nOrderedDict\n", b")R", b"}", b"(", b"t",
    b"Q", b"R", b"u", b"b", b".", b"K\x00", b"h\x00", b"q\x01", b"X\x01\x00\x00\x000", b"\x89",
    b"ctorch\nFloatStorage\n", b"J\xff\xff\xff\xff", b"\x86", b"]", b"e", b"\x8a\x08",
    b"r\xff\xff\xff\x7f", b"G\x7f\xf0\x00\x00\x00\x00\x00\x00", b"N", b"\x88", b"s", b"2",
)  # fmt: skip


def _zip(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def _record() -> bytes:
    failed = Failed(run=_RUN, framework=RUN.framework, reason="no memory")
    record = RunRecord(
        run=_RUN, title="A run", spec=codec.encode(RUN), created=1.7e9, status="failed",
        terminal=failed,
    )  # fmt: skip
    return msgspec.json.encode(record)


def _run_file(record: bytes) -> bytes:
    """A run file with this record."""
    entry = {"size": len(record), "sha256": hashlib.sha256(record).hexdigest()}
    manifest = {
        "format": run_file.FORMAT, "version": run_file.VERSION, "runs": [_RUN],
        "files": {_RECORD: entry},
    }  # fmt: skip
    return _zip({_RECORD: record, run_file.MANIFEST: json.dumps(manifest).encode()})


def run_file_seeds() -> list[bytes]:
    """Run files, their records, and their manifests."""
    whole = _run_file(_record())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        manifest = archive.read(run_file.MANIFEST)
    return [b"\0" + whole, b"\1" + _record(), b"\2" + manifest]


def read_run_file(content: bytes, folder: Path) -> None:
    """Unpacks and checks a run file."""
    kind, rest = content[:1], content[1:]
    if kind == b"\1":
        rest = _run_file(rest)
    elif kind == b"\2":
        rest = _zip({run_file.MANIFEST: rest, _RECORD: _record()})
    path = folder / f"a{run_file.SUFFIX}"
    path.write_bytes(rest)
    with opened(path, folder):
        pass


def _state_dict(pickled: bytes) -> bytes:
    """A PyTorch file with this pickle and six numbers."""
    return _zip({"m/data.pkl": pickled, "m/data/0": np.arange(6, dtype=np.float32).tobytes()})


_PICKLED = (
    b"\x80\x02ccollections\nOrderedDict\n)R(X\x09\x00\x00\x00fc.weight"
    b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
    b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQK\x00(K\x02K\x03t(K\x03K\x01t"
    b"\x89ccollections\nOrderedDict\n)RtRu."
)


@cache
def _network() -> Mapping[str, np.ndarray]:
    return initial_weights(RUN.model, 1)


def _saved(suffix: str) -> bytes:
    """The weights of a small network as a file."""
    from safetensors.numpy import save

    small = {name: array[:8] for name, array in _network().items()}
    if suffix == ".safetensors":
        return bytes(save(small))
    target = io.BytesIO()
    np.savez(target, allow_pickle=False, **small)
    return target.getvalue()


def _onnx() -> list[bytes]:
    """An ONNX file; none where the package is not installed."""
    from importlib.util import find_spec

    if not find_spec("onnx"):
        return []
    from mnist_studio.prediction import onnx_model

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "a.onnx"
        onnx_model.write(path, RUN.model, 10, _network(), {"title": "a"})
        return [path.read_bytes()]


_KINDS = (".pt", ".npz", ".safetensors", ".onnx")


def weight_file_seeds() -> list[bytes]:
    """Files of weights of every kind, and parts of them."""
    onnx = [b"\3" + content[:20_000] for content in _onnx()]
    arrays = [b"\5" + seed[1:] for seed in npz_seeds()[:3]]
    pairs = [b"\1" + _saved(".npz"), b"\2" + _saved(".safetensors")]
    return [b"\0" + _state_dict(_PICKLED), *pairs, b"\4" + _PICKLED, *arrays, *onnx]


def read_weight_file(content: bytes, folder: Path) -> None:
    """Reads the arrays of a file and tries to fit them to a network."""
    kind, rest = content[0] % 6 if content else 0, content[1:]
    if kind == 4:
        kind, rest = 0, _state_dict(rest)
    elif kind == 5:
        kind, rest = 1, _zip({"a.npy": rest})
    path = folder / f"a{_KINDS[kind]}"
    path.write_bytes(rest)
    found = weight_files.read(path)
    with suppress(SpecError):  # They are of another network.
        weight_matching.candidates(found, RUN.model, "float32")


def table_seeds() -> list[bytes]:
    """Tables with a label and 784 pixels in each line, with and without a header."""
    builtin = load_builtin().test
    lines = [
        f"{label}," + ",".join(map(str, image.ravel()))
        for image, label in zip(builtin.images[:8], (3, 4) * 4, strict=True)
    ]
    header = "label," + ",".join(f"pixel{at}" for at in range(784))
    return ["\n".join(rows).encode() for rows in (lines, [header, *lines[:4]])]


def read_table(path: Path) -> None:
    """Reads a table as a dataset."""
    csv_table.read(path, None, "a", ImportOptions())


def usps_seeds() -> list[bytes]:
    """Digits as LIBSVM publishes them."""
    cells = " ".join(f"{at}:{(at % 7 - 3) / 3:.2f}" for at in range(1, 257))
    return [f"6 {cells}\n1 {cells}\n".encode(), b"3 1:1 2:-0.5\n"]


def read_usps(content: bytes, _: Path) -> object:
    """Reads digits as LIBSVM publishes them."""
    return usps.parsed(content, "usps")


def _dataset() -> tuple[DatasetDescription, dict[str, bytes]]:
    test = load_builtin().test
    pixels, labels = idx.build(test.images[:4]), idx.build(np.array([0, 1, 0, 1], np.uint8))
    files = dict(zip(stored.FILES, (pixels, labels, pixels, labels), strict=True))
    known = DatasetDescription(
        version=1, title="a", class_names=("A", "B"), train=4, test=4,
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    )  # fmt: skip
    return known, files


def dataset_seeds() -> list[bytes]:
    """Stored datasets: descriptions, files, and the archives that are sent."""
    known, files = _dataset()
    packed = {name: zlib.compress(content) for name, content in files.items()}
    archive = dataset_archive.encode(DatasetArchive("own/a", known, packed))
    pixels, labels = list(files.values())[:2]
    described = msgspec.json.encode(known)
    return [b"\0" + archive, b"\1" + described, b"\2" + pixels, b"\3" + labels]


def read_dataset(content: bytes, folder: Path) -> object:
    """Reads a stored dataset, of which the input is one part."""
    kind, rest = content[0] % 4 if content else 0, content[1:]
    if kind == 0:
        dataset_archive.unpack(rest, folder, folder)
        return None
    known, files = _dataset()
    if kind > 1:
        replaced = dict(zip(stored.FILES[kind - 2 :: 2], (rest, rest), strict=True))
        files |= replaced
        hashes = {name: hashlib.sha256(one).hexdigest() for name, one in files.items()}
        known = msgspec.structs.replace(known, files=hashes)
    for name, one in files.items():
        (folder / name).write_bytes(one)
    described = rest if kind == 1 else msgspec.json.encode(known)
    (folder / stored.DESCRIPTION).write_bytes(described)
    read = stored.read(folder, "own/a")
    assert len(read.class_names) <= MOST_CLASSES
    return read
