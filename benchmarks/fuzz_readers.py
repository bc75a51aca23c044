"""Every reader of bytes that somebody else may have written, with good inputs to begin with.

The first byte of an input chooses how the rest is wrapped, where a reader takes packed files: bytes
that are changed inside a valid archive reach code that a damaged archive never does.
"""

import gzip
import io
import os
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image
from safetensors.numpy import save as safetensors

from mnist_studio import paths, settings
from mnist_studio.data.datasets import download, folders, idx, npz, pen_digits, sources
from mnist_studio.data.datasets.builtin import load as load_builtin
from mnist_studio.data.datasets.catalog import MNIST, RawFile
from mnist_studio.data.datasets.likeness import problems
from mnist_studio.data.files import parse_text
from mnist_studio.data.formats import format_of
from mnist_studio.data.ink.rendering import InkPoint, digit_image
from mnist_studio.data.own_images import of_ink, of_picture
from mnist_studio.data.pictures.files import open_digits
from mnist_studio.errors import MnistStudioError
from mnist_studio.events import Log, encode
from mnist_studio.experiments import run_archive
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec import codec, experiment_files, files, ready_made, recipe_files
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.store import (
    artifacts,
    own_image_files,
    robustness,
    saved_drawing,
    sealed,
    step_curve,
)
from mnist_studio.store.own_recipes import read_file

Read = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Reader:
    """A reader of foreign bytes.

    Attributes:
        name: on the command line.
        seeds: makes good inputs.
        read: reads an input, with an empty folder for files; raises MnistStudioError at most.
        words: parts that its inputs often have, for the mutations.
        longest: bytes of an input.
    """

    name: str
    seeds: Callable[[], list[bytes]]
    read: Read
    words: tuple[bytes, ...] = ()
    longest: int = 20_000


def in_file(name: str, read: Callable[[Path], object]) -> Read:
    """Reads an input from a file of this name."""

    def reading(content: bytes, folder: Path) -> object:
        (folder / name).write_bytes(content)
        return read(folder / name)

    return reading


def wrapped(read: Read, *wraps: Callable[[bytes], bytes]) -> Read:
    """Reads an input as it is or wrapped, as its first byte chooses."""

    def reading(content: bytes, folder: Path) -> object:
        ways = (bytes, *wraps)
        return read(ways[content[0] % len(ways)](content[1:]) if content else b"", folder)

    return reading


def _each_way(seeds: list[bytes], ways: int) -> list[bytes]:
    return [bytes([way]) + seed for seed in seeds for way in range(ways)]


@cache
def _images() -> np.ndarray:
    return load_builtin().test.images[:2]


def _idx_seeds() -> list[bytes]:
    labels = np.array([5, 0], np.uint8)
    raw = [idx.build(_images()), idx.build(labels)]
    return [*_each_way(raw, 2), *(b"\0" + gzip.compress(one, mtime=0) for one in raw)]


def _read_idx(content: bytes, folder: Path) -> None:
    (folder / "a").write_bytes(content)
    for dimensions in (1, 3):
        try:
            idx.parse(idx.read_raw(folder / "a", 1 << 22), "a", dimensions)
        except MnistStudioError:
            continue


def _pack(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def _npz_seeds() -> list[bytes]:
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


def _zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x_train.npy"), content)
    return target.getvalue()


def _read_npz(content: bytes, folder: Path) -> None:
    path = folder / "mnist.npz"
    path.write_bytes(content)
    with suppress(npz.NpzError):
        npz.read_arrays(path, ("x_train",), 1 << 20)
    for _ in folders.raw_files(folders.locate(path, MNIST), MNIST):
        pass


def _read_folder(content: bytes, folder: Path) -> object:
    """A folder of images and labels, whose bytes are divided by the first zero-length marker."""
    images, _, labels = content.partition(b"//")
    (folder / f"{MNIST.test_images.name}.gz").write_bytes(images)
    (folder / MNIST.test_labels.name).write_bytes(labels)
    (folder / MNIST.test_images.name).write_bytes(labels[:9])
    given = sources.read_test_folder(folder)
    return problems(given)


def _folder_seeds() -> list[bytes]:
    images, labels = load_builtin().test.images[:12], load_builtin().test.labels[:12]
    return [pack(idx.build(images)) + b"//" + idx.build(labels) for pack in (bytes, _pack)]


def _pen_seeds() -> list[bytes]:
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


def _read_pen(path: Path) -> None:
    for digit in pen_digits.read(path)[:20]:
        digit_image(digit.ink, pad=pen_digits.TABLET)


def _picture_seeds() -> list[bytes]:
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


def _runs_seeds() -> list[bytes]:
    names = ("tiny-gd", "mlp-128", "deep-cnn", "robust")
    return [files.write([run_spec(RECIPES[name])]).encode() for name in names if name in RECIPES]


def _experiment_seeds() -> list[bytes]:
    return [
        experiment_files.write(one.experiment).encode()
        for one in list(ready_made.EXPERIMENTS.values())[:3]
    ]


def _recipe_seeds() -> list[bytes]:
    names = ("mlp-128", "record", "wide-cnn")
    own = (of_run(run_spec(RECIPES[name]), f"My {name}", "Mine.") for name in names)
    return [recipe_files.write(one).encode() for one in own]


def _own_image_seeds() -> list[bytes]:
    ink = ((InkPoint(0.2, 0.1), InkPoint(0.25, 0.8), InkPoint(0.3, 0.9)), (InkPoint(0.5, 0.5),))
    images = (of_ink(ink, 4, 1767322245.0), of_picture(_images()[0], 7, 1767322251.0))
    return [own_image_files.encode(images), own_image_files.encode(images[:1])]


def _read_own_images(path: Path) -> None:
    for one in own_image_files.read(path)[:20]:
        assert one.image.shape == (28, 28)


RUN = run_spec(RECIPES["tiny-gd"])


@cache
def _weights() -> Mapping[str, np.ndarray]:
    return initial_weights(RUN.model, 1)


def _stored(save: Callable[[Path], None], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder))
        return (Path(folder) / name).read_bytes()


def _weights_seeds() -> list[bytes]:
    good = _stored(lambda folder: artifacts.save_weights(folder, _weights()), artifacts.WEIGHTS)
    small = {"a": np.zeros((2, 3), np.float32), "b": np.arange(3, dtype=np.int64)}
    kinds = {f"{kind}": np.zeros(2, kind) for kind in ("f2", "f8", "u1", "i2", "?")}
    plain = [safetensors(small, {"sha256": "x"}), safetensors(kinds)]
    bodies = [content[8:] for content in plain]
    return [b"\0" + good, *(b"\0" + one for one in plain), *(b"\1" + one for one in bodies)]


def _measured(body: bytes) -> bytes:
    """A safetensors file whose header has the right length, whatever is in it."""
    end = body.rfind(b"}") + 1
    return struct.pack("<Q", end) + body


def _read_weights(path: Path) -> None:
    folder = path.parent
    for name in (artifacts.CHECKPOINT, artifacts.TEST_LOGITS):
        (folder / name).write_bytes(path.read_bytes())
    for load in (
        lambda: artifacts.load_weights(folder, RUN),
        lambda: artifacts.load_checkpoint(folder, RUN),
        lambda: artifacts.load_test_logits(folder),
        lambda: artifacts.checkpoint_epochs(folder),
    ):
        try:
            load()
        except MnistStudioError:
            continue


def _steps_seeds() -> list[bytes]:
    def save(folder: Path) -> None:
        step_curve.append(folder, [2.3, 2.2, 2.1], [0.1, 0.2, 0.3])

    return [_stored(save, step_curve.STEPS)]


def _archive_seeds() -> list[bytes]:
    line = encode(Log(run="r", framework="numpy", level="info", text="hello")).decode()
    return [run_archive.pack("host", [line, line], None, "errors")]


def _read_archive(content: bytes, folder: Path) -> None:
    run_archive.recorded_events(run_archive.open_archive(content), RUN)


def _sealed_seeds() -> list[bytes]:
    return [_stored(lambda folder: sealed.write(folder / "s.json", _settings), "s.json")]


def _download_seeds() -> list[bytes]:
    return [_pack(b"x" * 4000), _pack(bytes(range(256)) * 8)]


def _read_download(content: bytes, folder: Path) -> None:
    file = RawFile("a", 5000, "0" * 64)
    pieces: Iterator[bytes] = (content[at : at + 700] for at in range(0, len(content), 700))
    for _ in download.unpacked(pieces, file, "https://host/a.gz"):
        pass


def _read_home(name: str, load: Callable[[], object]) -> Read:
    """Reads an input from a file of the user's home."""

    def reading(content: bytes, folder: Path) -> object:
        os.environ[paths.HOME_VARIABLE] = str(folder)
        (folder / name).write_bytes(content)
        return load()

    return reading


def _json(value: object) -> Callable[[], list[bytes]]:
    return lambda: [msgspec.json.encode(value)]


_drawing = saved_drawing.SavedDrawing(
    ink=((InkPoint(0.1, 0.2), InkPoint(0.3, 0.4)),), picture=bytes(784), title="a", label=3
)
_settings = settings.Settings(
    pinned=("a", "b"), interpreters={"keras": settings.Interpreter("/usr/bin/python", "3.15")}
)


def _read_runs(path: Path) -> object:
    return parse_text(path, "settings", files.read)


def _read_experiment(path: Path) -> object:
    return parse_text(path, "experiment", experiment_files.read)


def _decode_run(content: bytes, _: Path) -> object:
    return codec.decode(content)


NPZ_WORDS = (b"'descr': ", b"'shape': (", b"False", b"|u1", b"PK\x01\x02", b"PK\x05\x06")
PEN_WORDS = (b".PEN_DOWN\n", b".PEN_UP\n", b'.SEGMENT DIGIT 0 ? "1"\n', b" 1 2\n", b"-", b".")
TENSOR_WORDS = (
    b'"dtype":"F32"', b'"BF16"', b'"F8_E4M3"', b'"shape":[', b'"data_offsets":[',
    b'"__metadata__":{', *JSON_WORDS,
)  # fmt: skip

READERS = {
    reader.name: reader
    for reader in (
        Reader("formats", _picture_seeds, lambda content, _: format_of(content), longest=2000),
        Reader("idx", _idx_seeds, wrapped(_read_idx, _pack)),
        Reader("idx-folder", _folder_seeds, _read_folder),
        Reader("npz", _npz_seeds, wrapped(_read_npz, _zipped), NPZ_WORDS),
        Reader("download", _download_seeds, _read_download),
        Reader("pen-strokes", _pen_seeds, wrapped(in_file("pen.txt", _read_pen), _pack), PEN_WORDS),
        Reader("pictures", _picture_seeds, in_file("picture", open_digits)),
        Reader("runs-toml", _runs_seeds, in_file("runs.toml", _read_runs), TOML_WORDS),
        Reader(
            "experiment-toml", _experiment_seeds, in_file("e.toml", _read_experiment), TOML_WORDS
        ),
        Reader("recipe-toml", _recipe_seeds, in_file("r.toml", read_file), TOML_WORDS),
        Reader("run-json", lambda: [codec.encode(RUN).encode()], _decode_run, JSON_WORDS),
        Reader(
            "settings", _json(_settings), _read_home("settings.json", settings.load), JSON_WORDS
        ),
        Reader(
            "drawing", _json(_drawing), _read_home("drawing.json", saved_drawing.load), JSON_WORDS
        ),
        Reader("own-images", _own_image_seeds, in_file("own.json", _read_own_images), JSON_WORDS),
        Reader(
            "safetensors",
            _weights_seeds,
            wrapped(in_file(artifacts.WEIGHTS, _read_weights), _measured),
            TENSOR_WORDS,
            200_000,
        ),
        Reader(
            "steps",
            _steps_seeds,
            in_file(step_curve.STEPS, lambda path: step_curve.load(path.parent)),
        ),
        Reader(
            "robustness",
            lambda: [b'{"version":1,"results":[]}'],
            in_file(artifacts.ROBUSTNESS, lambda path: robustness.load(path.parent, 1, 1)),
            JSON_WORDS,
        ),
        Reader(
            "sealed",
            _sealed_seeds,
            in_file("s.json", lambda path: sealed.read(path, settings.Settings)),
            JSON_WORDS,
        ),
        Reader("run-archive", _archive_seeds, _read_archive),
    )
}
