import re
from pathlib import Path

import pytest

import mnist_studio
from mnist_studio import formatting
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.formatting import (
    NOTHING,
    clock,
    count,
    counted,
    duration,
    listed,
    loss,
    milliseconds,
    percent,
    percentage_points,
    percentage_points_interval,
    with_article,
    word,
)


@pytest.mark.parametrize(
    ("noun", "text"),
    [
        ("8", "an 8"), ("7", "a 7"), ("11", "an 11"), ("80", "an 80"), ("1", "a 1"),
        ("experiment", "an experiment"), ("run", "a run"), ("unit", "a unit"),
        ("Adam", "an Adam"), ("unshuffled set", "an unshuffled set"),
    ],
)  # fmt: skip
def test_the_article_follows_the_sound(noun: str, text: str) -> None:
    assert with_article(noun) == text


def test_numbers_have_their_noun() -> None:
    assert counted(0, "run") == "no runs"
    assert counted(1, "run") == "one run"
    assert counted(2, "study", "studies") == "two studies"
    assert counted(12_000, "run") == "12,000 runs"
    assert (word(3), word(11)) == ("three", "11")


def test_items_are_listed() -> None:
    assert listed([]) == ""
    assert listed(["NumPy"]) == "NumPy"
    assert listed(["NumPy", "Keras"]) == "NumPy and Keras"
    assert listed(["1", "2", "3"], "or") == "1, 2, or 3"


def test_differences_have_a_sign_and_a_unit() -> None:
    assert percentage_points(0.0012) == "0.12 pp"
    assert percentage_points(0.0012, signed=True) == "+0.12 pp"
    assert percentage_points(-0.0012, signed=True) == "−0.12 pp"
    assert percentage_points(-0.00001, signed=True) == "0.00 pp"
    assert percentage_points_interval(-0.001, 0.002) == "−0.10 to +0.20 pp"


def test_a_confidence_has_one_form_and_is_never_called_certain() -> None:
    for probability, text in ((0.9724, "97.2 %"), (0.99949, "99.9 %"), (0.99996, ">99.9 %")):
        assert formatting.confidence(probability) == text
        assert formatting.confidence_figure(probability) == text.removesuffix(" %")
        assert cell_text(probability, "confidence") == text


def test_p_values_and_numbers_need_no_exponent() -> None:
    p_values = {0.5: "0.5000", 0.0312: "0.0312", 0.0001: "0.0001", 9.613e-05: "<0.0001"}
    p_values |= {4.268e-120: "<0.0001", 0.0: "<0.0001"}
    for value, text in p_values.items():
        assert formatting.p_value(value) == text
        assert cell_text(value, "p value") == text
    assert formatting.p_value(None) == NOTHING
    numbers = {0.123456: "0.1235", 9.613e-05: "0.00009613", -3e-6: "-0.000003", 0.0: "0"}
    numbers |= {12_345.6: "12,346", 98.7654: "98.77", 1.5e-9: "1.5e-9", float("inf"): "inf"}
    for value, text in numbers.items():
        assert formatting.number(value) == text
        assert cell_text(value, "") == text
    assert formatting.number(0.00012345, 6) == "0.00012345"


def test_only_one_module_writes_percentages() -> None:
    # A p-value and a tolerance are neither accuracies nor confidences.
    others = {"interpretation.py", "sentences.py"}
    written = {
        file.name
        for file in Path(mnist_studio.__file__).parent.rglob("*.py")
        if re.search(r"\* ?100(\.0)?:", file.read_text("utf-8"))
    }
    assert written == {"formatting.py", *others}


def test_figures_have_units_and_no_bare_decimals() -> None:
    assert percent(0.5) == "50.00 %"
    assert loss(0.5) == "0.5000"
    assert count(60_000) == "60,000"
    assert (duration(0.5), duration(12.34), duration(75)) == ("0.50 s", "12.3 s", "1:15")
    assert (clock(41), clock(3723)) == ("0:41", "1:02:03")
    shown = [milliseconds(value) for value in (0.0561, 0.41, 12.3)]
    assert shown == ["0.056 ms", "0.41 ms", "12 ms"]
    assert {percent(None), loss(None), count(None), duration(None), milliseconds(None)} == {NOTHING}
