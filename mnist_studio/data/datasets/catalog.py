"""The files of MNIST: names, sizes, checksums, and mirrors.

The checksums are of the unpacked files, because the bytes of an archive depend on its packer.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RawFile:
    """One raw file.

    Attributes:
        name: as published, without ``.gz``.
        size: in bytes.
        sha256: in hexadecimal.
    """

    name: str
    size: int
    sha256: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """All file names in use for it."""
        dotted = self.name.replace("-idx", ".idx")
        return tuple(f"{name}{end}" for name in (self.name, dotted) for end in ("", ".gz"))


@dataclass(frozen=True)
class Catalog:
    """A dataset of four files.

    Attributes:
        train_images: one of the four raw files.
        mirrors: addresses of folders that hold the files with ``.gz`` appended.
    """

    train_images: RawFile
    train_labels: RawFile
    test_images: RawFile
    test_labels: RawFile
    mirrors: tuple[str, ...]

    @property
    def files(self) -> tuple[RawFile, ...]:
        """All four."""
        return (self.train_images, self.train_labels, self.test_images, self.test_labels)

    @property
    def size(self) -> int:
        """Bytes of all four, unpacked."""
        return sum(file.size for file in self.files)


MNIST = Catalog(
    train_images=RawFile(
        "train-images-idx3-ubyte",
        47_040_016,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    train_labels=RawFile(
        "train-labels-idx1-ubyte",
        60_008,
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    test_images=RawFile(
        "t10k-images-idx3-ubyte",
        7_840_016,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    test_labels=RawFile(
        "t10k-labels-idx1-ubyte",
        10_008,
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)
