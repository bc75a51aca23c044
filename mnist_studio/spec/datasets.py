"""The names of datasets, and what is known of each without reading it: classes, sizes, origin.

Your own datasets are folders in your home, which this package does not read: the process that
needs them hands them in here, see ``data.datasets.own.load``. A run contains the names of its
classes, so that a process that only gets runs needs no dataset to name them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from mnist_studio.errors import SpecError
from mnist_studio.formatting import printable

_DIGITS = tuple("0123456789")
_LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

OWN = "own/"
"""What the names of your own datasets begin with."""
LONGEST_NAME = 60

_OWN_NAME = re.compile(r"[^\W_](?:[\w .+-]*[\w+])?")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows reserves."""


@dataclass(frozen=True)
class DatasetFacts:
    """A dataset, as far as it is known without its files.

    Attributes:
        name: its id on the command line and in files.
        title: readable.
        class_names: the name of every class, in the order of their labels.
        train: number of training images.
        test: number of test images.
        shows: what the images show, as a noun phrase.
        origin: who published it.
        license: its license; empty if that is not known.
        digits: whether its images are of handwritten digits, with the labels 0 to 9.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    train: int
    test: int
    shows: str = ""
    origin: str = ""
    license: str = ""
    digits: bool = False

    @property
    def sentence_title(self) -> str:
        """The title within a sentence."""
        return "built-in digits" if self.name == "builtin" else self.title

    @property
    def is_own(self) -> bool:
        """Whether it is a dataset of yours."""
        return self.name.startswith(OWN)


_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
)  # fmt: skip
_KANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
_BALANCED = (*_DIGITS, *_LETTERS, *"abdefghnqrt")
"""EMNIST merges the lowercase letters that look like their uppercase ones."""
_NIST = "Cohen et al. 2017, from NIST's forms"

CATALOG: Mapping[str, DatasetFacts] = MappingProxyType(
    {
        facts.name: facts
        for facts in (
            DatasetFacts(
                "mnist", "MNIST", _DIGITS, 60_000, 10_000, "handwritten digits",
                "LeCun, Cortes & Burges 1998", digits=True,
            ),
            DatasetFacts(
                "builtin", "Built-in digits", _DIGITS, 1_297, 500, "handwritten digits",
                "Alpaydin & Kaynak 1998, UCI", "CC BY 4.0", digits=True,
            ),
            DatasetFacts(
                "fashion-mnist", "Fashion-MNIST", _FASHION, 60_000, 10_000,
                "photos of clothes, shoes, and bags", "Zalando Research 2017", "MIT",
            ),
            DatasetFacts(
                "kuzushiji-mnist", "Kuzushiji-MNIST", _KANA, 60_000, 10_000,
                "old Japanese cursive characters", "ROIS-DS Center for Open Data in the "
                "Humanities 2018", "CC BY-SA 4.0",
            ),
            DatasetFacts(
                "emnist-digits", "EMNIST digits", _DIGITS, 240_000, 40_000,
                "handwritten digits", _NIST, digits=True,
            ),
            DatasetFacts(
                "emnist-letters", "EMNIST letters", _LETTERS, 124_800, 20_800,
                "handwritten letters, where A and a are one class", _NIST,
            ),
            DatasetFacts(
                "emnist-balanced", "EMNIST balanced", _BALANCED, 112_800, 18_800,
                "handwritten digits and letters", _NIST,
            ),
            DatasetFacts(
                "qmnist", "QMNIST", _DIGITS, 60_000, 60_000,
                "handwritten digits: MNIST reconstructed, with its full test set",
                "Yadav & Bottou 2019", "BSD", digits=True,
            ),
            DatasetFacts(
                "usps", "USPS", _DIGITS, 7_291, 2_007,
                "handwritten digits of addresses, enlarged from 16×16 pixels",
                "Hull 1994, U.S. Postal Service", digits=True,
            ),
        )
    }
)  # fmt: skip
"""The datasets that MNIST Studio knows, by name, in the order in which they are offered."""


class _OwnFacts:
    """Your own datasets, as far as they were handed in. Every read sees one state."""

    def __init__(self) -> None:
        self.known: dict[str, DatasetFacts] = {}
        self.former: dict[str, DatasetFacts] = {}


_HANDED_IN = _OwnFacts()


def hand_in(own: Iterable[DatasetFacts], former: Mapping[str, DatasetFacts] | None = None) -> None:
    """Replaces what is known of your own datasets.

    Args:
        own: all of them.
        former: those that were renamed, by names that they had before.
    """
    _HANDED_IN.former = dict(former or {})
    _HANDED_IN.known = {one.name: one for one in own}


def known() -> tuple[DatasetFacts, ...]:
    """All datasets: those of the catalog, then yours."""
    return (*CATALOG.values(), *_HANDED_IN.known.values())


def facts(name: str) -> DatasetFacts | None:
    """What is known of a dataset; None for one of yours that is not on this computer."""
    own = _HANDED_IN
    return CATALOG.get(name) or own.known.get(name) or own.former.get(name)


def title(name: str) -> str:
    """The readable title of a dataset; the name of one of yours."""
    found = facts(name)
    return found.title if found else printable(name.removeprefix(OWN))


def sentence_title(name: str) -> str:
    """The title of a dataset within a sentence."""
    found = facts(name)
    return found.sentence_title if found else title(name)


def training_images(name: str) -> int:
    """The number of training images; that of MNIST for a dataset that is not on this computer."""
    return (facts(name) or CATALOG["mnist"]).train


def test_images(name: str) -> int:
    """The number of test images; that of MNIST for a dataset that is not on this computer."""
    return (facts(name) or CATALOG["mnist"]).test


def trained_images(name: str, validation: int, fraction: float) -> int:
    """The number of images that a run trains on, without what is added to its training set.

    Args:
        name: of the dataset.
        validation: number of images that are held out.
        fraction: of the others that is used.
    """
    left = training_images(name) - validation
    return left if fraction >= 1 or left < 1 else max(1, round(fraction * left))


def check_dataset(name: str) -> None:
    """Checks that a name is one of the catalog, or can be one of yours.

    Whether it is on this computer is not checked: stored runs stay valid without their dataset.

    Raises:
        SpecError: it is neither.
    """
    if name in CATALOG:
        return
    if name.startswith(OWN):
        try:
            check_own_name(name.removeprefix(OWN))
        except SpecError as error:
            raise SpecError(error.problem, error.remedy, ("dataset",)) from error
        return
    names = tuple(one.name for one in known())
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise SpecError(
        f"There is no dataset called “{printable(name)}”.",
        f"{meant}Known: {', '.join(names)}.",
        ("dataset",),
    )


def check_own_name(name: str) -> None:
    """Checks the name of a dataset of yours, without ``own/``.

    Raises:
        SpecError: it cannot be a name.
    """
    if len(name) <= LONGEST_NAME and _OWN_NAME.fullmatch(name) and not _DEVICES.fullmatch(name):
        return
    raise SpecError(
        f"“{printable(name)[:LONGEST_NAME]}” cannot be the name of a dataset.",
        f"Use letters, digits, spaces, dots, and dashes, at most {LONGEST_NAME} characters, and "
        f"begin and end with a letter or digit.",
    )
