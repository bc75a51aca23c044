import pytest

from mnist_studio.events import Finished
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import TRAIN, studio

KEYS = ["run", "recipe", "framework", "engine", "images", "accuracy", "curves"]


def test_a_table_and_the_same_as_json(run: str) -> None:
    said = studio("robustness", run)
    again = studio("robustness", run[:-1], "--json")
    assert (said.code, again.code) == (0, 0)
    (line,) = again.json
    assert list(line) == KEYS
    assert (line["run"], line["engine"], line["images"]) == (run, "numpy", 500)
    assert "accuracy on all 500 clean test images" in said.output
    assert len(line["curves"]) == 7
    for curve in line["curves"]:
        for strength, accuracy in zip(curve["strengths"], curve["accuracies"], strict=True):
            assert f"{strength:g}: {100 * accuracy:.2f} %" in said.output
    with RunStore() as store:
        end = store.run(run).terminal
    assert isinstance(end, Finished)
    assert line["accuracy"] == pytest.approx(end.test_accuracy, abs=0.004)
    assert "(stored result)" in studio("robustness", run).output


def test_a_run_that_does_not_exist_is_wrong_usage(run: str) -> None:
    said = studio("robustness", "nothing")
    assert (said.code, said.output) == (2, "")
    assert "nothing" in said.errors
    assert studio("robustness").code == 2


def test_a_run_without_weights_is_refused(run: str) -> None:
    with RunStore() as store:
        other = store.create(store.run(run).spec)
        store.release(other.id)
    said = studio("robustness", other.id, run)
    assert (said.code, said.output) == (1, "")
    assert "has no weights" in said.errors


def test_a_damaged_model_is_reported_and_the_others_are_evaluated(run: str) -> None:
    assert studio(*TRAIN).code == 0
    with RunStore() as store:
        runs = store.runs()
    weights = runs[0].folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    said = studio("robustness", *(one.id for one in runs), "--json")
    assert said.code == 1
    assert [line["run"] for line in said.json] == [runs[1].id]
    assert "is damaged" in said.errors
