from tests.cli.conftest import Main


def test_the_curve_and_the_suggestion_are_printed(here: Main) -> None:
    said = here("find-rate", "tiny-10", "--framework", "numpy", "--steps", 40)
    assert said.code == 0
    assert "Suggested learning rate: " in said.output
    assert "Rule: a tenth of the learning rate" in said.output
    assert "0.000001" in said.output


def test_json_has_every_step(here: Main) -> None:
    said = here("find-rate", "tiny-10", "--framework", "numpy", "--steps", 20, "--json")
    (curve,) = said.json
    assert curve["framework"] == "numpy"
    assert curve["points"][0]["rate"] == 1e-6


def test_the_impossible_is_refused_in_a_sentence(here: Main) -> None:
    said = here("find-rate", "tiny-10", "--framework", "numpy", "--steps", 2)
    assert (said.code, said.output) == (2, "")
    assert "Number of steps must be 20 to 1,000, got 2." in said.errors
    assert "Did you mean tiny-10" in here("find-rate", "tiny10").errors
