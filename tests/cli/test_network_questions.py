import pytest

from tests.cli.conftest import studio


def test_a_layer_is_turned_off_and_images_of_a_unit_are_listed(run: str) -> None:
    (line,) = studio("explain", run, "--index", 4, "--ablate", "dense1", "--json").json
    assert (line["layer"], line["unit"], line["images"]) == ("dense1", None, 500)
    assert line["accuracy_after"] < line["accuracy_before"]
    assert sum(line["probabilities_after"]) == pytest.approx(1)
    said = studio("explain", run, "--index", 4, "--activating", "dense2", "--unit", 4)
    assert said.code == 0
    assert "Activation of unit 4 of dense2 for the image" in said.output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--ablate", "relu1"), "Choose dense1 or dense2"),
        (("--unit", 1), "--unit needs a layer"),
        (("--ablate", "dense2", "--unit", 11), "1 to 10 of dense2, got 11"),
        (("--noise", -1), "must be 0 to 10"),
        (("--noise", 1, "--activating", "dense1"), "cannot be combined"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    run: str, words: tuple[object, ...], reason: str
) -> None:
    said = studio("explain", run, "--index", 4, *words)
    assert said.code == 2
    assert reason in said.errors
