"""Hebrew and Arabic as they are drawn. The expected orders are those of the Unicode standard."""

import pytest

from mnist_studio.comparison.report.drawing.right_to_left import visual


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("CNN 5×5 · 2", "CNN 5×5 · 2"),
        ("שלום", "םולש"),
        ("a שלום (1.25) b", "a (1.25) םולש b"),
        ("אב 12, ג", "ג ,12 בא"),
        # Isolated, final, medial, and initial forms; lam with alef is one letter.
        ("محمد", "\ufeaa\ufee4\ufea4\ufee3"),
        ("لا", "\ufefb"),
        ("دار 3", "3 \ufead\ufe8d\ufea9"),
        # A mark stays on its letter and does not part it from the next one.
        ("مُح", "\ufea2\ufee3\u064f"),
    ],
)
def test_a_line_is_drawn_from_left_to_right(text: str, drawn: str) -> None:
    assert visual(text) == drawn
