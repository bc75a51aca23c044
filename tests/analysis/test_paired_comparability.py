import pytest

from mnist_studio.analysis.paired import ComparedModel, incompatibility_reason

MNIST = ComparedModel("one", "mnist", 10_000)


def test_runs_on_the_same_images_can_be_paired() -> None:
    assert incompatibility_reason([MNIST, ComparedModel("two", "mnist", 10_000)]) == ""
    assert incompatibility_reason([MNIST, MNIST, MNIST], images=10_000) == ""


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two(count: int) -> None:
    assert incompatibility_reason([MNIST] * count).startswith("Select at least two runs")


def test_different_datasets() -> None:
    assert incompatibility_reason([MNIST, ComparedModel("two", "builtin", 1_000)]) == (
        "The runs were tested on different datasets, mnist and builtin, so they cannot be "
        "compared image by image."
    )


def test_runs_without_predictions() -> None:
    runs = [MNIST, ComparedModel("two", "mnist", None), ComparedModel("three", "mnist", None)]
    assert incompatibility_reason(runs).startswith("two and three have no stored predictions.")


def test_different_test_sets_of_one_name() -> None:
    runs = [MNIST, ComparedModel("two", "mnist", 5_000)]
    assert "different numbers of images, 10,000 and 5,000" in incompatibility_reason(runs)
    assert "10,000 and 2,000" in incompatibility_reason([MNIST, MNIST], images=2_000)
