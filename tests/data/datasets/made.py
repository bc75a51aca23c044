"""Made datasets: folders of pictures, tables, and small copies of the published ones."""

import bz2
import gzip
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import md5
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.published import PUBLISHED, Published, PublishedFile
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.data.images import LabeledImages
from mnist_studio.spec import datasets

Files = dict[str, bytes]


def picture(kind: str, seed: int, size: tuple[int, int] = (40, 30)) -> Image.Image:
    """A circle, a square, or a cross, dark on white, somewhere."""
    rng = np.random.default_rng(seed)
    made = Image.new("L", size, 255)
    draw = ImageDraw.Draw(made)
    x, y = (int(one) for one in rng.integers(2, 9, 2))
    side = int(rng.integers(14, 20))
    if kind == "circle":
        draw.ellipse((x, y, x + side, y + side), outline=0, width=2)
    elif kind == "square":
        draw.rectangle((x, y, x + side, y + side), outline=0, width=2)
    else:
        draw.line((x, y, x + side, y + side), fill=0, width=2)
        draw.line((x, y + side, x + side, y), fill=0, width=2)
    return made


def picture_folder(
    folder: Path, classes: Sequence[str] = ("circle", "square", "cross"), count: int = 6
) -> Path:
    """A folder with a subfolder of pictures for each class."""
    for place, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            picture(name, 100 * place + number).save(folder / name / f"{number}.png")
    return folder


def table(path: Path, rows: Sequence[tuple[str, np.ndarray]], header: bool = True) -> Path:
    """A table with a label and 784 pixels in every line."""
    lines = ["label," + ",".join(f"pixel{n}" for n in range(784))] if header else []
    lines += [",".join([label, *map(str, pixels.reshape(-1))]) for label, pixels in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def new_dataset(names: Sequence[str] = ("A", "B", "C"), count: int = 12) -> NewDataset:
    """Noise with the labels of several classes."""
    rng = np.random.default_rng(len(names))
    parts = []
    for size in (count, len(names)):
        labels = (np.arange(size) % len(names)).astype(np.uint8)
        images = rng.integers(0, 200, (size, 28, 28), dtype=np.uint8)
        parts.append(LabeledImages(images, labels))
    return NewDataset("letters", tuple(names), parts[0], parts[1], "made for a test")


def small_published(name: str) -> tuple[Published, Files, Mapping[str, LabeledImages]]:
    """A tiny copy of a published dataset with its own checksums, its archives, and its images."""
    known = PUBLISHED[name]
    classes = len(datasets.CATALOG[name].class_names)
    parts = {
        part: _part(classes, times, sum(name.encode()) + times)
        for part, times in (("train", 3), ("test", 2))
    }
    files = _ARCHIVES[known.form](name, parts)
    sums = tuple(
        PublishedFile(file.name, md5(files[file.name]).hexdigest(), 0.5) for file in known.files
    )
    low, high = (250.0, 255.0) if name == "fashion-mnist" else (0.0, 249.0)
    small = replace(
        known, files=sums, train=3 * classes, test=2 * classes,
        brightness=(low, high) if known.form == "idx" else known.brightness,
    )  # fmt: skip
    return small, files, parts


def _part(classes: int, times: int, seed: int) -> LabeledImages:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (classes * times, 28, 28), dtype=np.uint8)
    return LabeledImages(images, np.arange(classes * times).astype(np.uint8) % classes)


def _idx_files(name: str, parts: Mapping[str, LabeledImages]) -> Files:
    return {
        f"{prefix}-{what}-ubyte.gz": gzip.compress(idx.build(array), mtime=0)
        for prefix, part in (("train", parts["train"]), ("t10k", parts["test"]))
        for what, array in (("images-idx3", part.images), ("labels-idx1", part.labels))
    }


def emnist_members(parts: Mapping[str, LabeledImages], split: str) -> Files:
    """The members of EMNIST's archive: transposed, and letters from 1."""
    first = 1 if split == "letters" else 0
    return {
        f"gzip/emnist-{split}-{name}-{what}-ubyte.gz": gzip.compress(idx.build(array), mtime=0)
        for name, part in parts.items()
        for what, array in (
            ("images-idx3", np.ascontiguousarray(part.images.transpose(0, 2, 1))),
            ("labels-idx1", part.labels + np.uint8(first)),
        )
    }


def zipped(members: Files) -> bytes:
    """A ZIP archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, packed in members.items():
            archive.writestr(zipfile.ZipInfo(name), packed)
    return content.getvalue()


def _emnist_files(name: str, parts: Mapping[str, LabeledImages]) -> Files:
    return {"gzip.zip": zipped(emnist_members(parts, name.removeprefix("emnist-")))}


def _qmnist_files(name: str, parts: Mapping[str, LabeledImages]) -> Files:
    files: Files = {}
    for part, given in parts.items():
        rows = np.zeros((len(given), 8), ">i4")
        rows[:, 0], rows[:, 1:] = given.labels, 70_000
        wide = bytes([0, 0, 12, 2]) + struct.pack(">2I", *rows.shape) + rows.tobytes()
        files[f"qmnist-{part}-images-idx3-ubyte.gz"] = gzip.compress(idx.build(given.images))
        files[f"qmnist-{part}-labels-idx2-int.gz"] = gzip.compress(wide)
    return files


def _usps_files(name: str, parts: Mapping[str, LabeledImages]) -> Files:
    files: Files = {}
    for file, part in (("usps.bz2", parts["train"]), ("usps.t.bz2", parts["test"])):
        lines = []
        for image, label in zip(part.images, part.labels, strict=True):
            levels = image[:16, :16].reshape(-1) / 127.5 - 1
            cells = " ".join(f"{n}:{level:.6f}" for n, level in enumerate(levels, 1))
            lines.append(f"{label + 1} {cells}")
        files[file] = bz2.compress("\n".join(lines).encode())
    return files


_ARCHIVES = {
    "idx": _idx_files, "emnist": _emnist_files, "qmnist": _qmnist_files, "usps": _usps_files,
}  # fmt: skip
