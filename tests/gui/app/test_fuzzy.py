import pytest

from mnist_studio.gui.app.fuzzy import best, score

TITLES = (
    "Train", "Train with the current settings", "Confusion matrix", "Small CNN", "Learning rate",
    "MLP 128 · PyTorch · seed 3", "Framework parity",
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("tr", "Train"), ("TRAIN cur", "Train with the current settings"), ("cnn", "Small CNN"),
        ("cnfm", "Confusion matrix"), ("3 pytorch", "MLP 128 · PyTorch · seed 3"),
        ("parity", "Framework parity"), ("rate", "Learning rate"), ("", "Train"),
    ],
)  # fmt: skip
def test_the_best_match_is_first(typed: str, first: str) -> None:
    assert best(typed, TITLES, lambda title: title, 5)[0] == first


def test_every_word_must_match() -> None:
    assert score("train xyz", "Train") is None
    assert score("zz", "Train") is None
    assert best("qqq", TITLES, lambda title: title, 5) == []
