"""Which answers are shown, and in which order."""

from pathlib import Path

from mnist_studio.events import Finished
from mnist_studio.gui.draw.model_order import ModelFilter, arranged
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.prediction.state import Prediction
from mnist_studio.spec.run import FrameworkName
from mnist_studio.store.rows import Run


def row(name: str, framework: FrameworkName, accuracy: float, created: float) -> RunRow:
    (spec,) = run_specs(recipe_form("tiny-10", (framework,), "builtin"))
    end = Finished(
        run=name, framework=framework, epochs=1, step=1, test_accuracy=accuracy, test_loss=1.0,
        latency_ms=1.0,
        seconds={}, device="CPU",
    )  # fmt: skip
    return RunRow(Run(name, f"Model {name}", spec, "finished", created, Path("nowhere"), end), ())


def answer(run: str, sure: float, milliseconds: float) -> Prediction:
    return Prediction(1, run, "numpy", "numpy", (sure, *[(1 - sure) / 9] * 9), milliseconds)


ROWS = [row("C", "numpy", 0.9, 3.0), row("b", "keras", 0.99, 2.0), row("a", "numpy", 0.95, 1.0)]
ANSWERS = {"C": answer("C", 0.5, 3.0), "a": answer("a", 0.9, 1.0)}


def order(wanted: ModelFilter, *pinned: str) -> str:
    return "".join(one.id for one in arranged(ROWS, ANSWERS, wanted, pinned))


def test_orders() -> None:
    assert order(ModelFilter()) == "baC"
    assert order(ModelFilter("newest")) == "Cba"
    assert order(ModelFilter("name")) == "abC"
    assert order(ModelFilter("accuracy")) == "baC"
    assert order(ModelFilter("confidence")) == "aCb"
    assert order(ModelFilter("latency")) == "aCb"


def test_the_pinned_come_first_in_every_order() -> None:
    assert order(ModelFilter("newest"), "a") == "aCb"
    assert order(ModelFilter("accuracy"), "C", "a") == "aCb"


def test_filters_hold_for_the_pinned_too() -> None:
    assert order(ModelFilter("newest", "numpy"), "b") == "Ca"
    assert order(ModelFilter(text="model C")) == "C"
    assert order(ModelFilter(text="c MODEL")) == "C"
    assert order(ModelFilter(text="nothing")) == ""


def test_of_a_number_the_least_sure_digit_counts() -> None:
    sure = (0.91, *[0.01] * 9)
    unsure = (0.1,) * 10
    answers = {
        "C": Prediction(1, "C", "numpy", "numpy", sure, 1.0, (unsure,)),
        "a": Prediction(1, "a", "numpy", "numpy", sure, 1.0, (sure,)),
    }
    assert [one.id for one in arranged(ROWS, answers, ModelFilter("confidence"))] == ["a", "C", "b"]
