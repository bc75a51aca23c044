"""Classes that are collected by drawing."""

import pytest

from mnist_studio import paths
from mnist_studio.data.datasets.drawn import FEWEST, Collection, dataset, save, saved
from mnist_studio.data.datasets.splitting import ImportOptions
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.errors import DataError, SpecError

LINE = ((InkPoint(0.2, 0.1), InkPoint(0.8, 0.9)),)
BAR = ((InkPoint(0.1, 0.5), InkPoint(0.9, 0.5)),)


def test_a_collection_becomes_a_dataset_in_the_order_of_its_classes() -> None:
    collection = Collection().with_class("line").with_class(" bar ")
    assert collection.names == ("line", "bar")
    assert collection.missing() == f"Draw at least {FEWEST} of “line”."
    for _ in range(FEWEST):
        collection = collection.drawn("bar", BAR).drawn("line", LINE)
    assert collection.undone().count("line") == FEWEST - 1
    made = dataset(collection, "mine", ImportOptions())
    assert made.class_names == ("line", "bar")
    assert sorted(made.test.labels.tolist()) == [0, 1]
    assert made.train.images[0, 13:15, 2:-2].any()
    assert collection.without_class("bar").names == ("line",)
    with pytest.raises(DataError, match="not complete"):
        dataset(collection.without_class("bar"), "mine", ImportOptions())


def test_a_collection_is_there_the_next_time_and_a_damaged_file_is_an_empty_one() -> None:
    assert saved() == Collection()
    collection = Collection(("a",)).drawn("a", BAR).with_class("b").drawn("b", LINE)
    save(collection)
    assert saved() == collection
    for damaged in (b"", b"{", b'{"names": ["a", "a"]}', b'{"names": 3}'):
        paths.drawn_classes().write_bytes(damaged)
        assert saved() == Collection()


def test_names_of_classes_are_checked() -> None:
    for bad in ("", " ", "x" * 41, "a\nb"):
        with pytest.raises(SpecError):
            Collection().with_class(bad)
    with pytest.raises(SpecError, match="Two classes"):
        Collection(("a",)).with_class("a")
