"""The published datasets beside MNIST: files, checksums, and addresses.

The checksums are md5 of the archives, as torchvision publishes them: they guard against accidents.
Encryption guards against other servers, so addresses without it are said to have none. Unpacked
files of most datasets have no published checksum; those are checked by their content.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Form = Literal["idx", "emnist", "qmnist", "usps"]


@dataclass(frozen=True)
class PublishedFile:
    """One archive.

    Attributes:
        name: as published.
        md5: of the archive, in hexadecimal.
        megabytes: its size, roughly: for progress and as a limit.
        raw_md5: of the unpacked file, if it is published.
    """

    name: str
    md5: str
    megabytes: float
    raw_md5: str = ""


@dataclass(frozen=True)
class Published:
    """A published dataset.

    Attributes:
        name: see ``spec.datasets``.
        files: its archives: training images and labels, test images and labels; or what has them.
        mirrors: addresses of folders with the archives.
        form: of the archives.
        train: number of training images.
        test: number of test images.
        even: whether every class has equally many images.
        brightness: mean of the test images' pixels, lowest and highest, by which datasets with
            the same names and sizes are distinguished; empty if there are no others.
    """

    name: str
    files: tuple[PublishedFile, ...]
    mirrors: tuple[str, ...]
    form: Form
    train: int
    test: int
    even: bool = False
    brightness: tuple[float, float] = (0.0, 255.0)

    @property
    def megabytes(self) -> float:
        """What a download transfers, roughly."""
        return sum(file.megabytes for file in self.files)

    @property
    def encrypted(self) -> bool:
        """Whether all of its addresses are encrypted."""
        return all(mirror.startswith("https:") for mirror in self.mirrors)


_TRAIN_IMAGES, _TRAIN_LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
_TEST_IMAGES, _TEST_LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"
_EMNIST_FILE = PublishedFile("gzip.zip", "58c8d27c78d21e728a6bc7b3cc06412e", 562)
_EMNIST_MIRRORS = (
    "https://biometrics.nist.gov/cs_links/EMNIST/",
    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
)

PUBLISHED: Mapping[str, Published] = MappingProxyType(
    {
        one.name: one
        for one in (
            Published(
                "fashion-mnist",
                (
                    PublishedFile(_TRAIN_IMAGES, "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26.4),
                    PublishedFile(_TRAIN_LABELS, "25c81989df183df01b3e8a0aad5dffbe", 0.03),
                    PublishedFile(_TEST_IMAGES, "bef4ecab320f06d8554ea6380940ec79", 4.4),
                    PublishedFile(_TEST_LABELS, "bb300cfdad3c16e7a12a480ee83cd310", 0.006),
                ),
                (
                    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
                    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                ),
                "idx", 60_000, 10_000, even=True, brightness=(68.0, 78.0),
            ),
            Published(
                "kuzushiji-mnist",
                (
                    PublishedFile(
                        _TRAIN_IMAGES, "bdb82020997e1d708af4cf47b453dcf7", 18.2,
                        "92be26ec9822e900ac425d0a0aa84ced",
                    ),
                    PublishedFile(
                        _TRAIN_LABELS, "e144d726b3acfaa3e44228e80efcd344", 0.03,
                        "949e75301f8813e0dc5800dcc320fc52",
                    ),
                    PublishedFile(
                        _TEST_IMAGES, "5c965bf0a639b31b8f53240b1b52f4d7", 3.1,
                        "bf305b8cd328700fbc17f5acbc2856d2",
                    ),
                    PublishedFile(
                        _TEST_LABELS, "7320c461ea6c1c855c0b718fb2a4b134", 0.006,
                        "9f55f451c0988b028eccdf7d5cc265ab",
                    ),
                ),
                ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
                "idx", 60_000, 10_000, even=True, brightness=(40.0, 60.0),
            ),
            Published(
                "emnist-digits", (_EMNIST_FILE,), _EMNIST_MIRRORS, "emnist", 240_000, 40_000,
                even=True,
            ),
            Published(
                "emnist-letters", (_EMNIST_FILE,), _EMNIST_MIRRORS, "emnist", 124_800, 20_800,
                even=True,
            ),
            Published(
                "emnist-balanced", (_EMNIST_FILE,), _EMNIST_MIRRORS, "emnist", 112_800, 18_800,
                even=True,
            ),
            Published(
                "qmnist",
                (
                    PublishedFile(
                        "qmnist-train-images-idx3-ubyte.gz", "ed72d4157d28c017586c42bc6afe6370", 10
                    ),
                    PublishedFile(
                        "qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4", 0.6
                    ),
                    PublishedFile(
                        "qmnist-test-images-idx3-ubyte.gz", "1394631089c404de565df7b7aeaf9412", 10
                    ),
                    PublishedFile(
                        "qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa", 0.6
                    ),
                ),
                ("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",),
                "qmnist", 60_000, 60_000,
            ),
            Published(
                "usps",
                (
                    PublishedFile("usps.bz2", "ec16c51db3855ca6c91edd34d0e9b197", 6.6),
                    PublishedFile("usps.t.bz2", "8ea070ee2aca1ac39742fdd1ef5ed118", 1.9),
                ),
                ("https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/",),
                "usps", 7_291, 2_007,
            ),
        )
    }
)  # fmt: skip
"""By name. Addresses and checksums are those of torchvision and Keras."""
