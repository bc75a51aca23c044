"""Files of weights are read without running anything of them."""

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors.numpy import save_file

from mnist_studio.errors import DataError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction import weight_files
from mnist_studio.prediction.weight_files import read
from mnist_studio.prediction.weight_matching import candidates
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import tensors
from tests.random_networks import tried_networks
from tests.store.made_runs import weights_of

KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3)


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.system, ("touch evil",)


def pytorch_file(path: Path, name: str = "fc.weight", shape: tuple[int, ...] = (2, 3)) -> Path:
    """A state dict of one tensor, written by hand in protocol 2."""
    count, strides = 6, (3, 1)
    text = (
        b"\x80\x02ccollections\nOrderedDict\n)R("
        + b"X" + len(name).to_bytes(4, "little") + name.encode()
        + b"ctorch._utils\n_rebuild_tensor_v2\n("
        + b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000"
        + b"X\x03\x00\x00\x00cpuK" + bytes([count]) + b"tQK\x00"
        + b"(" + b"".join(b"K" + bytes([n]) for n in shape) + b"t"
        + b"(" + b"".join(b"K" + bytes([n]) for n in strides) + b"t"
        + b"\x89ccollections\nOrderedDict\n)RtRu."
    )  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", text)
        archive.writestr("model/data/0", KERNEL.tobytes())
    return path


def test_safetensors_and_npz_are_read(tmp_path: Path) -> None:
    save_file({"fc.weight": KERNEL}, tmp_path / "a.safetensors")
    np.savez(tmp_path / "a.npz", allow_pickle=False, **{"fc.weight": KERNEL})
    for name, ordered in (("a.safetensors", False), ("a.npz", True)):
        found = read(tmp_path / name)
        assert found.ordered is ordered
        assert_array_equal(found.arrays["fc.weight"], KERNEL)


def test_a_state_dict_is_read_without_pytorch(tmp_path: Path) -> None:
    found = read(pytorch_file(tmp_path / "a.pt"))
    assert found.ordered
    assert found.kernels == {"fc.weight": "out first"}
    assert_array_equal(found.arrays["fc.weight"], KERNEL)


@pytest.mark.parametrize("shape", [(3, 3), (200, 200), (0, 3)])
def test_a_tensor_never_reaches_beyond_its_storage(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = pytorch_file(tmp_path / "a.pt", shape=shape)
    if 0 in shape:
        assert read(path).arrays["fc.weight"].shape == shape
    else:
        with pytest.raises(DataError, match="larger than its storage"):
            read(path)


def test_code_in_a_pickle_never_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "evil.pt"
    for content in (pickle.dumps(_Evil()), b"cbuiltins\neval\n(X\x01\x00\x00\x001tR."):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("evil/data.pkl", content)
        with pytest.raises(DataError, match="not part of a state dict"):
            read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("evil/data.pkl", b".")
        archive.writestr("evil/code/__torch__.py", b"")
    with pytest.raises(DataError, match="has code"):
        read(path)
    array = np.array([_Evil()], dtype=object)
    evil = io.BytesIO()
    np.lib.format.write_array(evil, array, allow_pickle=True)
    with zipfile.ZipFile(tmp_path / "evil.npz", "w") as archive:
        archive.writestr("a.npy", evil.getvalue())
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path / "evil.npz")
    assert not (tmp_path / "evil").exists()


def test_bombs_and_damaged_files_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(10_000_000))
    with pytest.raises(DataError, match="when unpacked"):
        read(tmp_path / "b.npz")
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        content, {"descr": "<f4", "fortran_order": False, "shape": (10**12,)}
    )
    with zipfile.ZipFile(tmp_path / "c.npz", "w") as archive:
        archive.writestr("a.npy", content.getvalue())
    with pytest.raises(DataError, match="larger than its file"):
        read(tmp_path / "c.npz")
    for suffix in (".safetensors", ".npz", ".pt", ".onnx"):
        (tmp_path / f"x{suffix}").write_bytes(b"\x00\x01 no weights")
        with pytest.raises(DataError, match="cannot be read"):
            read(tmp_path / f"x{suffix}")
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "none.npz")


def test_a_checkpoint_has_a_state_dict(tmp_path: Path) -> None:
    arrays = OrderedDict({"fc.weight": KERNEL})
    found = weight_files._state_dict({"epoch": 3, "optimizer": {}, "model": arrays})
    assert list(found) == ["fc.weight"]


def _write(path: Path, spec: RunSpec, weights: dict[str, Array]) -> None:
    match path.suffix:
        case ".safetensors":
            tensors.save(path, weights)
        case ".npz":
            registry.load("numpy").export(spec.model, weights, path)
        case _:
            onnx_model = pytest.importorskip("mnist_studio.prediction.onnx_model")
            onnx_model.write(path, spec.model, len(spec.class_names), weights, {})


@pytest.mark.parametrize("suffix", [".safetensors", ".npz", ".onnx"])
def test_every_network_gets_its_weights_back_bit_for_bit(tmp_path: Path, suffix: str) -> None:
    for name, model in tried_networks().items():
        spec = msgspec.structs.replace(run_spec(RECIPES["tiny-10"]), model=model)
        weights, path = weights_of(spec), tmp_path / f"{name}{suffix}"
        _write(path, spec, weights)
        (only,) = candidates(read(path), model, "float32")
        assert only.weights.keys() == weights.keys()
        for array in weights:
            assert_array_equal(only.weights[array], weights[array])


def _pickled(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", content)
        archive.writestr("model/data/0", KERNEL.tobytes())
    return path


def test_a_pickle_of_a_few_bytes_cannot_fill_the_memory(tmp_path: Path) -> None:
    numbered = b"\x80\x02}r" + (1 << 31).to_bytes(4, "little") + b"."
    with pytest.raises(DataError, match="its pickle is damaged"):
        read(_pickled(tmp_path / "a.pt", numbered))
    # A key whose text would double with every level.
    doubled = b"\x80\x02}(" + b"K\x01" + b"q\x00h\x00\x86" * 20 + b"K\x01u."
    with pytest.raises(DataError, match="it has 0 arrays"):
        read(_pickled(tmp_path / "b.pt", doubled))


def test_a_tensor_is_never_larger_than_its_storage(tmp_path: Path) -> None:
    content = zipfile.ZipFile(pytorch_file(tmp_path / "a.pt")).read("model/data.pkl")
    sizes = b"(K\x02K\x03t(K\x03K\x01t"
    assert content.count(sizes) == 1
    expanded = content.replace(sizes, b"(J\x00\x00\x00\x10K\x03t(K\x00K\x01t")
    with pytest.raises(DataError, match="larger than its storage"):
        read(_pickled(tmp_path / "b.pt", expanded))


@pytest.mark.parametrize("header", [b"{'descr': (", b"{'descr': '<f4'  \n\t 'x", b"\x00" * 20])
def test_an_array_whose_header_is_not_python_is_damaged(tmp_path: Path, header: bytes) -> None:
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", start + header)
    with pytest.raises(DataError, match="it is damaged"):
        read(tmp_path / "a.npz")


def test_an_array_of_python_2_is_read_without_a_warning(tmp_path: Path) -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }".ljust(117) + b"\n"
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    numbers = np.arange(6, dtype=np.float32)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", start + header + numbers.tobytes())
    assert_array_equal(read(tmp_path / "a.npz").arrays["a"], numbers.reshape(2, 3))


def test_a_damaged_compression_is_named_as_that(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", allow_pickle=False, a=KERNEL)
    content = bytearray((tmp_path / "a.npz").read_bytes())
    start = content.index(b"a.npy") + len(b"a.npy")
    start += content[28]  # The length of the extra field.
    content[start : start + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match="it is damaged"):
        read(tmp_path / "a.npz")


def test_only_the_numbers_of_a_file_are_the_storage_of_a_tensor(tmp_path: Path) -> None:
    rebuild = b"ctorch._utils\n_rebuild_tensor_v2\n("
    storage = (
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x00\x00\x00\x00K\x06tQ"
    )
    empty = rebuild + storage + b"K\x00(K\x05K\x00t(K\x01K\x01t\x89}tR"
    beyond = rebuild + empty + b"K\x00(K\x05t(K\x01t\x89}tR"
    path = _pickled(tmp_path / "a.pt", b"\x80\x02}(X\x01\x00\x00\x00w" + beyond + b"u.")
    with pytest.raises(DataError, match="larger than its storage"):
        read(path)
