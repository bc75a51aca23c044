"""What counts as an error that is made of sentences."""

import pytest

from tests.error_sentences import why_no_sentences

REMEDY = "Restore it from a copy."


@pytest.mark.parametrize(
    ("problem", "remedy"),
    [
        ("The file is missing.", REMEDY),
        ("weights.safetensors is damaged: its hash differs.", ""),
        ("None of these runs has finished.", "Wait until one has."),
        ("Select “no digit”.", "mnist-studio recipes lists them."),
    ],
)
def test_sentences_pass(problem: str, remedy: str) -> None:
    assert why_no_sentences(problem, remedy) == ""


@pytest.mark.parametrize(
    ("problem", "remedy"),
    [
        (None, REMEDY),
        ("The file is missing.", None),
        ("The file is missing", REMEDY),
        ("None is damaged.", REMEDY),
        ("The file is damaged: None.", REMEDY),
        ("XXThe file is missing.XX", REMEDY),
        ("The file is missing.", "restore it from a copy."),
        ("The file is missing.", "RESTORE IT FROM A COPY."),
    ],
)
def test_what_is_no_sentence_is_noticed(problem: object, remedy: object) -> None:
    assert why_no_sentences(problem, remedy)
