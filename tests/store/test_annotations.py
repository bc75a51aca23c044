import pytest

from mnist_studio.errors import StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import annotations
from mnist_studio.store.run_record import NO_ANNOTATIONS, Annotations
from mnist_studio.store.runs import RunStore


def test_tags_are_tidy_and_known_whatever_their_case() -> None:
    assert annotations.tags_of("#homework, cnn  CNN") == ("cnn", "homework")
    change = annotations.with_tags(["b", "a"], remove=["#OLD"])
    assert change(Annotations(tags=("old", "B"))).tags == ("a", "B")
    assert annotations.with_tags(remove=["a"])(NO_ANNOTATIONS) == NO_ANNOTATIONS
    assert annotations.tags_of(f"Xmas #X {'x' * 40}") == ("X", "Xmas", "x" * 40)


@pytest.mark.parametrize("tag", ["", "#", "two words", 'a"b', "a,b", "a\x1bb", "x" * 41])
def test_a_tag_that_no_filter_could_name_is_refused(tag: str) -> None:
    with pytest.raises(StoreError) as raised:
        annotations.with_tags([tag])
    assert raised.value.remedy


def test_there_is_a_limit_to_tags_and_notes() -> None:
    many = annotations.with_tags([f"t{number}" for number in range(50)])(NO_ANNOTATIONS)
    with pytest.raises(StoreError, match="at most 50"):
        annotations.with_tags(["one-more"])(many)
    with pytest.raises(StoreError, match="at most 10,000"):
        annotations.with_note("x" * 10_001)


def test_a_note_is_safe_to_show() -> None:
    assert annotations.with_note(" a\x1b[2J\r\nb\ud800 ")(NO_ANNOTATIONS).note == "a�[2J\nb?"
    assert annotations.with_note(" ")(Annotations(note="a")) == NO_ANNOTATIONS


def test_a_change_can_be_reverted_unless_the_run_is_gone(store: RunStore, spec: RunSpec) -> None:
    runs = [store.create(spec).id for _ in range(3)]
    store.annotate(runs[:1], annotations.with_tags(["before"]))
    former = store.annotate(runs, annotations.with_archived(True))
    for run in runs:
        store.release(run)
    store.delete(runs[2])
    store.revert(former)
    assert store.run(runs[0]).annotations == Annotations(tags=("before",))
    assert store.run(runs[1]).annotations == NO_ANNOTATIONS
