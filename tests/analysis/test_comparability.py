import pytest

from mnist_studio.analysis.comparability import ComparedModel, incompatibility_reason

MNIST = ComparedModel("one", "mnist", 10_000)


def test_runs_on_the_same_digits_can_be_paired() -> None:
    assert incompatibility_reason([MNIST, ComparedModel("two", "mnist", 10_000)]) == ""
    assert incompatibility_reason([MNIST, MNIST, MNIST], digits=10_000) == ""


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two(count: int) -> None:
    assert incompatibility_reason([MNIST] * count).startswith("Choose at least two runs")


def test_different_data_sets() -> None:
    assert incompatibility_reason([MNIST, ComparedModel("two", "builtin", 1_000)]) == (
        "The runs were tested on different digits, mnist and builtin, so they cannot be compared "
        "digit by digit."
    )


def test_runs_without_predictions() -> None:
    runs = [MNIST, ComparedModel("two", "mnist", None), ComparedModel("three", "mnist", None)]
    assert incompatibility_reason(runs).startswith("There are no predictions of two and three:")


def test_different_test_sets_of_one_name() -> None:
    runs = [MNIST, ComparedModel("two", "mnist", 5_000)]
    assert "different numbers of digits, 10,000 and 5,000" in incompatibility_reason(runs)
    assert "10,000 and 2,000" in incompatibility_reason([MNIST, MNIST], digits=2_000)
