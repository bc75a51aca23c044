"""Good inputs for the readers, from which the wrong ones are made."""

import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image
from safetensors.numpy import save as safetensors

from mnist_studio import settings
from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.builtin import load as load_builtin
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import of_ink, of_picture
from mnist_studio.events import Log, encode
from mnist_studio.experiments import run_archive
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec import experiment_files, files, ready_made, recipe_files
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.store import artifacts, hashed_json, own_image_files, saved_drawing, step_curve


def _each_way(seeds: list[bytes], ways: int) -> list[bytes]:
    return [bytes([way]) + seed for seed in seeds for way in range(ways)]


@cache
def _images() -> np.ndarray:
    return load_builtin().test.images[:2]


def idx_seeds() -> list[bytes]:
    """Images and labels in IDX, plain and compressed."""
    labels = np.array([5, 0], np.uint8)
    raw = [idx.build(_images()), idx.build(labels)]
    return [*_each_way(raw, 2), *(b"\0" + gzip.compress(one, mtime=0) for one in raw)]


def pack(content: bytes) -> bytes:
    """The bytes of a content as a download stores them."""
    return gzip.compress(content, 1, mtime=0)


def npz_seeds() -> list[bytes]:
    """Datasets in NumPy's format."""
    seeds = []
    for array in (_images(), np.asfortranarray(_images()), np.arange(4, dtype=">i8")):
        target = io.BytesIO()
        np.save(target, array)
        seeds.append(b"\1" + target.getvalue())
    for save in (np.savez, np.savez_compressed):
        whole = io.BytesIO()
        save(whole, allow_pickle=False, x_train=_images()[:1, :3], y_train=np.zeros(2, np.uint8))
        seeds.append(b"\0" + whole.getvalue())
    return seeds


def zipped(content: bytes) -> bytes:
    """A ZIP archive of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x_train.npy"), content)
    return target.getvalue()


def folder_seeds() -> list[bytes]:
    """Archives of folders with images."""
    images, labels = load_builtin().test.images[:12], load_builtin().test.labels[:12]
    return [pack(idx.build(images)) + b"//" + idx.build(labels) for pack in (bytes, pack)]


def pen_seeds() -> list[bytes]:
    """Strokes in the format of the pen digits."""
    text = b""".VERSION 1.0
.SEGMENT DIGIT 0 ? "1"
.PEN_DOWN
 100  400
 102.5  -200
.PEN_UP
.DT 100
.PEN_DOWN
 1  2
.PEN_UP
.SEGMENT DIGIT 1 ? "7"
.PEN_DOWN
 5  6
.PEN_UP
"""
    return [*_each_way([text], 2)]


def picture_seeds() -> list[bytes]:
    """Images in every format that is read."""
    picture = Image.fromarray(_images()[0])
    seeds = []
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA"):
        for mode in ("L", "RGBA", "1", "P"):
            target = io.BytesIO()
            try:
                picture.convert(mode).save(target, kind)
            except (OSError, ValueError, KeyError):
                continue  # Not every format has every mode.
            seeds.append(target.getvalue())
    target = io.BytesIO()
    Image.fromarray(_images()[0].astype(np.uint16) * 257).save(target, "PNG")
    return [*seeds, target.getvalue()]


TOML_WORDS = (
    b"[[run]]\n", b"[run.training]\n", b"kind = ", b'"""', b"'''", b"{", b"}", b"[", b"]",
    b".", b"=", b"\n", b"#", b"1e999", b"nan", b"0x", b"9999999999999999999", b"-1", b"true",
    b"1979-05-27T07:32:00Z", b"\\u0000", b"a.b.c", b"inf", b"0.1",
)  # fmt: skip
JSON_WORDS = (
    b"null", b"{}", b"[]", b"[[", b'""', b"1e999", b"-1", b"9999999999999999999999", b"NaN",
    b"true", b'"\\ud800"', b'{"a":', b",", b":", b"0.1", b'"version":', b"\\u0000",
)  # fmt: skip


def runs_seeds() -> list[bytes]:
    """Files of runs."""
    names = ("tiny-gd", "mlp-128", "deep-cnn", "robust")
    return [files.write([run_spec(RECIPES[name])]).encode() for name in names if name in RECIPES]


def experiment_seeds() -> list[bytes]:
    """Files of experiments."""
    return [
        experiment_files.write(one.experiment).encode()
        for one in list(ready_made.EXPERIMENTS.values())[:3]
    ]


def recipe_seeds() -> list[bytes]:
    """Files of recipes."""
    names = ("mlp-128", "record", "wide-cnn")
    own = (of_run(run_spec(RECIPES[name]), f"My {name}", "Mine.") for name in names)
    return [recipe_files.write(one).encode() for one in own]


def own_image_seeds() -> list[bytes]:
    """Sets of your images."""
    ink = ((InkPoint(0.2, 0.1), InkPoint(0.25, 0.8), InkPoint(0.3, 0.9)), (InkPoint(0.5, 0.5),))
    images = (of_ink(ink, 4, 1767322245.0), of_picture(_images()[0], 7, 1767322251.0))
    return [own_image_files.encode(images), own_image_files.encode(images[:1])]


RUN = run_spec(RECIPES["tiny-gd"])


@cache
def _weights() -> Mapping[str, np.ndarray]:
    return initial_weights(RUN.model, 1)


def _stored(save: Callable[[Path], None], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder))
        return (Path(folder) / name).read_bytes()


def weights_seeds() -> list[bytes]:
    """Weights in safetensors and NumPy's formats."""
    good = _stored(lambda folder: artifacts.save_weights(folder, _weights()), artifacts.WEIGHTS)
    small = {"a": np.zeros((2, 3), np.float32), "b": np.arange(3, dtype=np.int64)}
    kinds = {f"{kind}": np.zeros(2, kind) for kind in ("f2", "f8", "u1", "i2", "?")}
    plain = [safetensors(small, {"sha256": "x"}), safetensors(kinds)]
    bodies = [content[8:] for content in plain]
    return [b"\0" + good, *(b"\0" + one for one in plain), *(b"\1" + one for one in bodies)]


def steps_seeds() -> list[bytes]:
    """Files of steps."""

    def save(folder: Path) -> None:
        step_curve.append(folder, [2.3, 2.2, 2.1], [0.1, 0.2, 0.3])

    return [_stored(save, step_curve.STEPS)]


def archive_seeds() -> list[bytes]:
    """Archives of runs that a worker sends."""
    line = encode(Log(run="r", framework="numpy", level="info", text="hello")).decode()
    return [run_archive.pack("host", [line, line], None, "errors")]


def sealed_seeds() -> list[bytes]:
    """JSON files with their own hash."""
    return [_stored(lambda folder: hashed_json.write(folder / "s.json", SETTINGS), "s.json")]


def download_seeds() -> list[bytes]:
    """Compressed contents."""
    return [pack(b"x" * 4000), pack(bytes(range(256)) * 8)]


def encoded(value: object) -> Callable[[], list[bytes]]:
    """A value as JSON."""
    return lambda: [msgspec.json.encode(value)]


DRAWING = saved_drawing.SavedDrawing(
    ink=((InkPoint(0.1, 0.2), InkPoint(0.3, 0.4)),), picture=bytes(784), title="a", label=3
)
SETTINGS = settings.Settings(
    pinned=("a", "b"), interpreters={"keras": settings.Interpreter("/usr/bin/python", "3.15")}
)
NPZ_WORDS = (b"'descr': ", b"'shape': (", b"False", b"|u1", b"PK\x01\x02", b"PK\x05\x06")
PEN_WORDS = (b".PEN_DOWN\n", b".PEN_UP\n", b'.SEGMENT DIGIT 0 ? "1"\n', b" 1 2\n", b"-", b".")
TENSOR_WORDS = (
    b'"dtype":"F32"', b'"BF16"', b'"F8_E4M3"', b'"shape":[', b'"data_offsets":[',
    b'"__metadata__":{', *JSON_WORDS,
)  # fmt: skip
