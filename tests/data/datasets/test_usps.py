"""The digits of USPS, as LIBSVM publishes them."""

import pytest

from mnist_studio.data.datasets import usps
from mnist_studio.errors import DataError

GOOD = "6 " + " ".join(f"{at}:{1 if at % 3 else -1}" for at in range(1, 257))


def test_a_line_is_a_digit() -> None:
    found = usps.parsed(f"{GOOD}\n".encode(), "usps")
    assert found.labels.tolist() == [5]
    assert found.images.shape == (1, 28, 28)


@pytest.mark.parametrize(
    "line", ["", "inf 1:1", "1e999 1:1", "nan 1:1", "0 1:1", "11 1:1", "1 0:1", "1 257:1",
             "1 1:nan", "1 1:2", "1 1", "1"],
)  # fmt: skip
def test_a_line_of_another_form_is_named(line: str) -> None:
    with pytest.raises(DataError, match="line 2 is not a digit of 16×16 levels"):
        usps.parsed(f"{GOOD}\n{line}\n{GOOD}\n".encode(), "usps")
