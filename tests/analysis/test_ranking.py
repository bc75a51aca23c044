import pytest

from mnist_studio.analysis import ranking


def test_the_best_value_and_what_looks_equal_to_it() -> None:
    values = {"a": 0.98, "b": 0.991234, "c": 0.991236, "d": 0.9914}
    assert ranking.best(values, "fraction") == ("d",)
    assert ranking.best(values, "fraction", highest=False) == ("a",)
    assert ranking.best({"a": 0.98, "b": 0.991234, "c": 0.991226}, "fraction") == ("b", "c")
    # Sums of fractions differ in their last digit.
    assert ranking.best({"a": 0.1 + 0.2, "b": 0.3}, "fraction") == ("a", "b")
    assert ranking.best({1: 2, 2: 2, 3: 1}, "count") == (1, 2)


def test_values_are_equal_as_they_are_written() -> None:
    assert ranking.best({"a": 12.31, "b": 12.34}, "seconds", highest=False) == ("a", "b")
    assert ranking.best({"a": 9.31, "b": 9.34}, "seconds", highest=False) == ("a",)


@pytest.mark.parametrize(
    ("found", "total", "text"),
    [
        (["A"], 1, "A"),
        (["A"], 2, "A"),
        (["A", "B"], 2, "both models"),
        (["A", "B"], 3, "A and B"),
        (["A", "B", "C"], 9, "A, B, and C"),
        (["A", "B", "C", "D"], 9, "four of nine models"),
        (["A", "B", "C"], 3, "all three models"),
    ],
)
def test_names_are_listed_or_counted(found: list[str], total: int, text: str) -> None:
    assert ranking.names(found, total, "model") == text


def test_a_sentence_starts_with_a_capital() -> None:
    assert ranking.sentence_start("all three models") == "All three models"
    assert ranking.sentence_start("MLP 128 · NumPy") == "MLP 128 · NumPy"
    assert ranking.sentence_start("") == ""
