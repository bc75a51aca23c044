"""A tiny MNIST with its own checksums, and a home that is nobody's."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.catalog import Catalog, RawFile


@dataclass(frozen=True)
class Small:
    """A catalog and its raw files by name."""

    catalog: Catalog
    raw: dict[str, bytes]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.raw.items():
            (folder / name).write_bytes(content)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(folder))
    monkeypatch.delenv(paths.DATA_VARIABLE, raising=False)
    return folder


@pytest.fixture(scope="session")
def small() -> Small:
    rng = np.random.default_rng(0)
    raw: dict[str, bytes] = {}
    files: list[RawFile] = []
    for part, count in (("train", 30), ("t10k", 20)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = rng.integers(0, 10, count, dtype=np.uint8)
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            content = idx.build(array)
            raw[f"{part}-{name}-ubyte"] = content
            digest = sha256(content).hexdigest()
            files.append(RawFile(f"{part}-{name}-ubyte", len(content), digest))
    train_images, train_labels, test_images, test_labels = files
    return Small(Catalog(train_images, train_labels, test_images, test_labels, ()), raw)


@pytest.fixture
def folder(small: Small, tmp_path: Path) -> Path:
    """A folder with the tiny MNIST."""
    small.write(tmp_path / "mnist")
    return tmp_path / "mnist"
