"""Every reader of bytes that somebody else may have written, with good inputs to begin with.

The first byte of an input chooses how the rest is wrapped, where a reader takes packed files: bytes
that are changed inside a valid archive reach code that a damaged archive never does.
"""

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import fuzz_files
from benchmarks.fuzz_seeds import (
    DRAWING,
    JSON_WORDS,
    NPZ_WORDS,
    PEN_WORDS,
    RUN,
    SETTINGS,
    TENSOR_WORDS,
    TOML_WORDS,
    archive_seeds,
    download_seeds,
    encoded,
    experiment_seeds,
    folder_seeds,
    idx_seeds,
    npz_seeds,
    own_image_seeds,
    pack,
    pen_seeds,
    picture_seeds,
    recipe_seeds,
    runs_seeds,
    sealed_seeds,
    steps_seeds,
    weights_seeds,
    zipped,
)
from mnist_studio import paths, settings
from mnist_studio.data.datasets import download, folders, idx, npz, pen_digits, sources
from mnist_studio.data.datasets.catalog import MNIST, RawFile
from mnist_studio.data.datasets.similarity import problems
from mnist_studio.data.files import parse_text
from mnist_studio.data.formats import format_of
from mnist_studio.data.ink.rendering import digit_image
from mnist_studio.data.pictures.files import open_digits
from mnist_studio.errors import MnistStudioError
from mnist_studio.experiments import run_archive
from mnist_studio.spec import codec, experiment_files, files
from mnist_studio.store import (
    artifacts,
    hashed_json,
    own_image_files,
    robustness,
    saved_drawing,
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


def _read_idx(content: bytes, folder: Path) -> None:
    (folder / "a").write_bytes(content)
    for dimensions in (1, 3):
        try:
            idx.parse(idx.read_raw(folder / "a", 1 << 22), "a", dimensions)
        except MnistStudioError:
            continue


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


def _read_pen(path: Path) -> None:
    for digit in pen_digits.read(path)[:20]:
        digit_image(digit.ink, pad=pen_digits.TABLET)


def _read_own_images(path: Path) -> None:
    for one in own_image_files.read(path)[:20]:
        assert one.image.shape == (28, 28)


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


def _read_archive(content: bytes, folder: Path) -> None:
    run_archive.recorded_events(run_archive.open_archive(content), RUN)


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


def _read_runs(path: Path) -> object:
    return parse_text(path, "settings", files.read)


def _read_experiment(path: Path) -> object:
    return parse_text(path, "experiment", experiment_files.read)


def _decode_run(content: bytes, _: Path) -> object:
    return codec.decode(content)


READERS = {
    reader.name: reader
    for reader in (
        Reader("formats", picture_seeds, lambda content, _: format_of(content), longest=2000),
        Reader("idx", idx_seeds, wrapped(_read_idx, pack)),
        Reader("idx-folder", folder_seeds, _read_folder),
        Reader("npz", npz_seeds, wrapped(_read_npz, zipped), NPZ_WORDS),
        Reader("download", download_seeds, _read_download),
        Reader("pen-strokes", pen_seeds, wrapped(in_file("pen.txt", _read_pen), pack), PEN_WORDS),
        Reader("pictures", picture_seeds, in_file("picture", open_digits)),
        Reader("runs-toml", runs_seeds, in_file("runs.toml", _read_runs), TOML_WORDS),
        Reader(
            "experiment-toml", experiment_seeds, in_file("e.toml", _read_experiment), TOML_WORDS
        ),
        Reader("recipe-toml", recipe_seeds, in_file("r.toml", read_file), TOML_WORDS),
        Reader("run-json", lambda: [codec.encode(RUN).encode()], _decode_run, JSON_WORDS),
        Reader(
            "settings", encoded(SETTINGS), _read_home("settings.json", settings.load), JSON_WORDS
        ),
        Reader(
            "drawing", encoded(DRAWING), _read_home("drawing.json", saved_drawing.load), JSON_WORDS
        ),
        Reader("own-images", own_image_seeds, in_file("own.json", _read_own_images), JSON_WORDS),
        Reader(
            "safetensors",
            weights_seeds,
            wrapped(in_file(artifacts.WEIGHTS, _read_weights), _measured),
            TENSOR_WORDS,
            200_000,
        ),
        Reader(
            "steps",
            steps_seeds,
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
            sealed_seeds,
            in_file("s.json", lambda path: hashed_json.read(path, settings.Settings)),
            JSON_WORDS,
        ),
        Reader("run-archive", archive_seeds, _read_archive),
        Reader("run-file", fuzz_files.run_file_seeds, fuzz_files.read_run_file, JSON_WORDS),
        Reader(
            "weight-file",
            fuzz_files.weight_file_seeds,
            fuzz_files.read_weight_file,
            (*fuzz_files.PICKLE_WORDS, *TENSOR_WORDS),
        ),
        Reader(
            "table",
            fuzz_files.table_seeds,
            in_file("a.csv", fuzz_files.read_table),
            fuzz_files.TABLE_WORDS,
        ),
        Reader("usps", fuzz_files.usps_seeds, fuzz_files.read_usps, (b"1:", b"-1", b" ", b"\n")),
        Reader("dataset", fuzz_files.dataset_seeds, fuzz_files.read_dataset, JSON_WORDS),
    )
}
