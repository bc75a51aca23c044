"""Numbers as people type them."""

import pytest

from mnist_studio.errors import UsageError
from mnist_studio.gui.common.number_text import parse

DECIMAL = {
    "1e-3": 1e-3, "1E-3": 1e-3, "1e−3": 1e-3, "1E9": 1e9, "0,05": 0.05, "0.05": 0.05,
    "0,005": 0.005, "-0,005": -0.005, ".5": 0.5, ",5": 0.5, "5.": 5.0, "5,": 5.0, " 7 ": 7.0,
    "+3": 3.0, "-2": -2.0, "1 000": 1000.0, "1\u00a0000": 1000.0, "1\u202f000,5": 1000.5,
    "1'000": 1000.0, "1’000.5": 1000.5, "1_000": 1000.0, "1,234.5": 1234.5, "1.234,5": 1234.5,
    "1,000,000": 1e6, "1.000.000": 1e6, "1.000": 1.0, "1,5e-3": 0.0015, "0": 0.0, "1,00": 1.0,
    "12,5": 12.5, "1000": 1000.0, "0.1234567": 0.1234567,
}  # fmt: skip
WHOLE = {
    "1,000": 1000, "1.000": 1000, "1 000": 1000, "60,000": 60000, "60.000": 60000, "1e3": 1000,
    "1E9": 10**9, "12.0": 12, "12,0": 12, "007": 7, "1_000_000": 10**6, "-3": -3, "1,5e1": 15,
}  # fmt: skip
NONE = (
    "", " ", "abc", "1e", "e5", "--1", "1 0", "10 00", "1,2,3", "1.2.3", "1e5e5", "0x10", "5%",
    "inf", "nan", "1e-3 s", "½", "10^-3", "1,000,00", "1 000,000.5.1", "٣x",
)  # fmt: skip


@pytest.mark.parametrize(("text", "value"), DECIMAL.items())
def test_decimal_numbers(text: str, value: float) -> None:
    assert parse(text, whole=False) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(("text", "value"), WHOLE.items())
def test_whole_numbers(text: str, value: int) -> None:
    assert parse(text, whole=True) == value


@pytest.mark.parametrize("text", NONE)
@pytest.mark.parametrize("whole", [False, True])
def test_what_is_no_number_is_refused(text: str, whole: bool) -> None:
    with pytest.raises(UsageError, match="is not a number"):
        parse(text, whole)


@pytest.mark.parametrize("text", ["0.5", "1e-3", "0,05", "1234.5", "1,234.5"])
def test_a_fraction_is_no_whole_number(text: str) -> None:
    with pytest.raises(UsageError, match="is not a whole number"):
        parse(text, whole=True)


@pytest.mark.parametrize(("text", "both"), [("1,000", "1 or 1000"), ("12,345", "12.345 or 12345")])
def test_an_ambiguous_number_is_refused(text: str, both: str) -> None:
    with pytest.raises(UsageError, match=both):
        parse(text, whole=False)


def test_a_number_beyond_every_limit_is_infinite() -> None:
    assert parse("1e999", whole=True) == float("inf")
