"""Titles of runs."""

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore


@pytest.mark.parametrize(
    "title", ["Größe ‚7‘ — 手書き数字", "👩‍🔬 مرحبا", "x" * 80, "'; DROP TABLE runs; --"]
)
def test_any_title_of_80_characters_is_kept(store: RunStore, spec: RunSpec, title: str) -> None:
    run = store.create(spec).id
    store.rename(run, title)
    assert store.run(run).title == title


def test_a_title_is_one_tidy_line(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.rename(run, "  two\n words\t\udcff ")
    assert store.run(run).title == "two words ?"


@pytest.mark.parametrize("title", ["", "   \n", "x" * 81])
def test_a_title_of_impossible_length_is_refused(
    store: RunStore, spec: RunSpec, title: str
) -> None:
    run = store.create(spec)
    with pytest.raises(StoreError, match="title"):
        store.rename(run.id, title)
    assert store.run(run.id).title == run.title


def test_a_second_run_of_a_kind_is_numbered(store: RunStore, spec: RunSpec) -> None:
    titles = [store.create(spec).title for _ in range(3)]
    assert titles[1:] == [f"{titles[0]} 2", f"{titles[0]} 3"]
