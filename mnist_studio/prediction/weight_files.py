"""Reads the arrays in a file of weights from another program, without running code of the file.

A PyTorch file is a zip with a pickle. Its pickle is read by an unpickler that knows four names, all
of them of this module, so that it can only make dictionaries and arrays. Only child processes use
this module, because ONNX is loaded for ONNX files.
"""

import io
import pickle
import pickletools
import re
import tokenize
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
from safetensors import SafetensorError, safe_open

from mnist_studio.data import files
from mnist_studio.data.datasets import npz
from mnist_studio.errors import DataError
from mnist_studio.formatting import memory, printable
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.weight_matching import WeightFile

LARGEST = 1 << 32
"""Bytes of a file, and of its arrays."""
MOST_EXPANSION = 200
LARGEST_PICKLE = 1 << 24
MOST_ARRAYS = 10_000
CLASS_NAMES = "class_names"
MOST_CLASSES, LONGEST_NAME = 100, 60


def read(path: Path) -> WeightFile:
    """The arrays of a file, by its suffix; see ``SUFFIXES`` of ``weights_import``.

    Raises:
        DataError: it cannot be read, is damaged, too large, or not of that format.
    """
    readers: dict[str, Callable[[Path], WeightFile]] = {
        ".safetensors": _safetensors, ".npz": _npz, ".pt": _pytorch, ".pth": _pytorch,
        ".onnx": _onnx,
    }  # fmt: skip
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise _refused(path, f"it has {memory(size)}, which is too large")
        with warnings.catch_warnings():
            # Damaged text in a file, or a file of Python 2, is nothing to warn a user of.
            for category in (DeprecationWarning, UserWarning):
                warnings.simplefilter("ignore", category)
            found = readers[path.suffix.lower()](path)
    except OSError as error:
        raise files.unreadable(error, path) from error
    except _BROKEN as error:
        why = printable(str(error))[:200] or type(error).__name__
        raise _refused(path, f"it is damaged, or of another format ({why})") from error
    if not 0 < len(found.arrays) <= MOST_ARRAYS:
        raise _refused(path, f"it has {len(found.arrays):,} arrays")
    return found


_BROKEN = (
    *npz.BROKEN, SafetensorError, pickle.UnpicklingError, RecursionError, SyntaxError,
    tokenize.TokenError,
)  # fmt: skip
"""What readers raise for bytes of all kinds."""


def _refused(path: Path, why: str) -> DataError:
    return DataError(
        f"{path.name} cannot be read: {why}.",
        "Select a file of weights: .safetensors, .pt, .npz, or .onnx.",
    )


def _safetensors(path: Path) -> WeightFile:
    with safe_open(path, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        names = class_names((file.metadata() or {}).get(CLASS_NAMES, ""))
    # Their header is sorted by type and name, not by layer.
    return WeightFile(arrays, False, {}, class_names=names)


class _Described(msgspec.Struct):
    """The comment of a zip that MNIST Studio wrote."""

    class_names: msgspec.Raw = msgspec.Raw(b"")


def class_names(text: str | bytes | msgspec.Raw) -> tuple[str, ...]:
    """The class names in metadata, a list in JSON; none if they are missing or not valid."""
    try:
        found = msgspec.json.decode(text, type=tuple[str, ...])
    except msgspec.DecodeError:
        return ()
    return tuple(printable(name)[:LONGEST_NAME] for name in found[:MOST_CLASSES])


def _names_in(archive: zipfile.ZipFile) -> tuple[str, ...]:
    try:
        return class_names(msgspec.json.decode(archive.comment, type=_Described).class_names)
    except msgspec.DecodeError:
        return ()  # Another program wrote the comment.


def _npz(path: Path) -> WeightFile:
    arrays: dict[str, Array] = {}
    with zipfile.ZipFile(path) as archive:
        _check_sizes(path, archive)
        for info in archive.infolist():
            if info.filename.endswith(".npy"):
                with archive.open(info) as file:
                    arrays[info.filename.removesuffix(".npy")] = _npy(file, info.file_size)
        names = _names_in(archive)
    return WeightFile(arrays, True, {}, class_names=names)


def _npy(file: IO[bytes], size: int) -> Array:
    content = io.BytesIO(file.read(size))
    version = np.lib.format.read_magic(content)
    header = {(1, 0): np.lib.format.read_array_header_1_0}.get(
        version, np.lib.format.read_array_header_2_0
    )
    shape, _, dtype = header(content)
    if prod(shape) * dtype.itemsize > size:
        raise ValueError("an array is larger than its file")
    content.seek(0)
    loaded: Array = np.lib.format.read_array(content, allow_pickle=False)
    return loaded


def _check_sizes(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuses a zip that would fill the memory."""
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    packed = max(1, path.stat().st_size)
    if len(infos) > MOST_ARRAYS or total > LARGEST or total > MOST_EXPANSION * packed:
        raise _refused(path, f"it would take {memory(total)} when unpacked")


@dataclass(frozen=True)
class _Storage:
    """The type of a storage in a pickle of PyTorch."""

    dtype: str


_STORAGES = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "BFloat16Storage": "bf16",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "<i1",
    "ByteStorage": "<u1", "BoolStorage": "<u1",
}  # fmt: skip


class _Tensors(pickle.Unpickler):
    """Reads the pickle of a state dict. Every name that it does not know is refused."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        content = _member(archive, f"{root}/data.pkl", LARGEST_PICKLE)
        _check_memo(content)
        super().__init__(io.BytesIO(content))
        self._archive, self._root = archive, root
        self._left = LARGEST

    def find_class(self, module: str, name: str) -> Any:
        """The few names of a state dict, none of which runs code of the file."""
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): self._tensor,
            ("torch._utils", "_rebuild_parameter"): _parameter,
        }
        if module == "torch" and name in _STORAGES:
            return _Storage(_STORAGES[name])
        if (module, name) not in known:
            raise pickle.UnpicklingError(
                f"it refers to {module}.{name}, which is not part of a state dict; "
                "save model.state_dict() alone"
            )
        return known[module, name]

    def persistent_load(self, pid: Any) -> Array:
        """The numbers of a storage, (n,)."""
        kind, storage, key, _, count = pid
        if kind != "storage" or not isinstance(storage, _Storage) or not re.match(r"\w+\Z", key):
            raise pickle.UnpicklingError("its storages are not valid")
        content = _member(self._archive, f"{self._root}/data/{key}", LARGEST)
        if storage.dtype == "bf16":
            # The upper half of a float32.
            wide = np.frombuffer(content, "<u2").astype("<u4") << 16
            return wide.view("<f4")[: int(count)]
        return np.frombuffer(content, storage.dtype)[: int(count)]

    def _tensor(self, storage: Array, offset: int, shape: Any, strides: Any, *_: object) -> Array:
        """A tensor of a storage (n,); PyTorch counts strides in numbers, not bytes."""
        shape, strides = tuple(map(int, shape)), tuple(map(int, strides))
        if min((offset, *shape, *strides), default=0) < 0 or len(shape) != len(strides):
            raise ValueError("a tensor has a negative size")
        last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
        # With a step of 0, a few numbers would fill the memory.
        if storage.ndim != 1 or (prod(shape) and max(last + 1, prod(shape)) > len(storage)):
            raise ValueError("a tensor is larger than its storage")
        if not prod(shape):
            return np.empty(shape, storage.dtype)
        self._left -= prod(shape) * storage.itemsize
        if self._left < 0:
            raise ValueError("its tensors are too large")
        steps = [step * storage.itemsize for step in strides]
        view = np.lib.stride_tricks.as_strided(storage[offset:], shape, steps, writeable=False)
        return np.ascontiguousarray(view).reshape(shape)


def _check_memo(content: bytes) -> None:
    """Refuses a pickle that numbers an object higher than it has bytes.

    Python makes room for all numbers up to the highest, so that 10 bytes could fill the memory.

    Raises:
        ValueError: it does, or is damaged.
    """
    for code, number, _ in pickletools.genops(content):
        if code.name in ("PUT", "LONG_BINPUT") and not 0 <= int(number or 0) <= len(content):
            raise ValueError("its pickle is damaged")


def _parameter(data: Array, *_: object) -> Array:
    return data


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > most:
        raise ValueError(f"{name} is too large")
    return archive.read(info)


def _pytorch(path: Path) -> WeightFile:
    if not zipfile.is_zipfile(path):
        raise _refused(path, "PyTorch before 1.6 wrote it, or it is not a PyTorch file")
    with zipfile.ZipFile(path) as archive:
        _check_sizes(path, archive)
        roots = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(roots) != 1:
            raise _refused(path, "it is not a state dict (a TorchScript file has code)")
        root = roots[0].removesuffix("/data.pkl")
        if f"{root}/code/" in "".join(archive.namelist()):
            raise _refused(path, "it is a TorchScript file, which has code")
        order = f"{root}/byteorder"
        if order in archive.namelist() and _member(archive, order, 100) != b"little":
            raise _refused(path, "its numbers are big-endian")
        arrays = _state_dict(_Tensors(archive, root).load())
        names = _names_in(archive)
    return WeightFile(arrays, True, dict.fromkeys(arrays, "out first"), class_names=names)


def _state_dict(loaded: object) -> dict[str, Array]:
    """The arrays of a state dict, or of the one state dict in a checkpoint."""
    if isinstance(loaded, Mapping):
        # The text of another key may be of any length.
        arrays = {
            str(k): v for k, v in loaded.items() if isinstance(k, str | int)
            if isinstance(v, np.ndarray)
        }  # fmt: skip
        if arrays:
            return arrays
        inner = [_state_dict(value) for value in loaded.values() if isinstance(value, Mapping)]
        found = [arrays for arrays in inner if arrays]
        # The state of an optimizer has arrays too, but deeper.
        return found[0] if found else {}
    return {}


def _onnx(path: Path) -> WeightFile:
    from mnist_studio.prediction import onnx_model

    graph = onnx_model.weights_of(path)
    names = class_names(onnx_model.properties(path).get(CLASS_NAMES, ""))
    return WeightFile(graph.arrays, True, graph.kernels, graph.flatten, names)
