from tests.cli.conftest import Main


def test_every_number_of_the_step_is_printed(here: Main) -> None:
    said = here("step", "tiny-10", "--framework", "numpy")
    assert said.code == 0
    assert "One step with eight images" in said.output
    for word in ("gradient", "update", "dense1.kernel", "784×10", "without dropout"):
        assert word in said.output


def test_json_is_one_step(here: Main) -> None:
    (step,) = here("step", "tiny-10", "--framework", "numpy", "--json").json
    assert step["batch"] == 8
    assert {row["quantity"] for row in step["rows"]} == {
        "input", "output", "loss", "gradient", "update",
    }  # fmt: skip
