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


def test_what_is_at_a_limit_is_stored() -> None:
    assert len(annotations.with_note("x" * 10_000)(NO_ANNOTATIONS).note) == 10_000
    assert len(annotations.tidy_tags(f"t{number}" for number in range(50))) == 50
    for change, problem, remedy in (
        (lambda: annotations.with_note("x" * 10_001),
         "A note has at most 10,000 characters, got 10,001.", "Shorten it."),
        (lambda: annotations.tidy_tags(f"t{number}" for number in range(51)),
         "A run has at most 50 tags, got 51.", "Remove some of them."),
        (lambda: annotations.tidy_tags(["x" * 41]),
         "A tag has 1 to 40 characters, got 41.", "Choose another tag."),
        (lambda: annotations.tidy_tags(["a b\x1b"]),
         "The tag “a b�” contains a space, a comma, or a quotation mark.", "Use hyphens instead."),
    ):  # fmt: skip
        with pytest.raises(StoreError) as raised:
            change()
        assert (raised.value.problem, raised.value.remedy) == (problem, remedy)


def test_only_what_is_named_changes() -> None:
    full = Annotations(("a",), "note", archived=True, trashed=7.5)
    assert annotations.with_archived(False)(full) == Annotations(("a",), "note", False, 7.5)
    assert annotations.with_trashed(None)(full) == Annotations(("a",), "note", True)
    assert annotations.with_trashed(8.5)(NO_ANNOTATIONS) == Annotations(trashed=8.5)
    assert annotations.with_note("x")(full) == Annotations(("a",), "x", True, 7.5)
    assert annotations.with_tags(["b"], ["A"])(full) == Annotations(("b",), "note", True, 7.5)
    # The first spelling of a tag counts, and a tag that is stored keeps its own.
    assert annotations.tidy_tags(["##CNN", "cnn"]) == ("CNN",)
    assert annotations.with_tags(["A"])(full).tags == ("a",)
    assert annotations.tags_of("") == ()
