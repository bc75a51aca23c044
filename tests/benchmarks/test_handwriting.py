"""The tables of docs/handwriting.md are replaced between their marks."""

import pytest

from benchmarks import handwriting
from benchmarks.handwriting import with_table
from mnist_studio.errors import MnistStudioError

PAGE = "before\n<!-- stages -->\nold\n<!-- end of stages -->\nafter\n"


def test_only_the_text_between_the_marks_is_replaced() -> None:
    found = with_table(PAGE, "stages", "| a |\n| \\1 |")
    assert found == PAGE.replace("old", "| a |\n| \\1 |")
    with pytest.raises(MnistStudioError, match="no marks for styles"):
        with_table(PAGE, "styles", "")


def test_the_page_has_all_marks() -> None:
    page = handwriting.PAGE.read_text("utf-8")
    for name in ("styles", "stages", "errors", "photos"):
        assert f"<!-- {name} -->" in with_table(page, name, "")
