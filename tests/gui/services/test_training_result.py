from dataclasses import replace as replaced

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.errors import StoreError
from mnist_studio.events import Failed, Finished, Machine, Measures, Stopped
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.training_result import result_of
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore

QUIET = Machine(processors=2, others_processors=0.1)
BUSY = Machine(processors=2, others_processors=1.7)


def _run(
    framework: FrameworkName, accuracy: float = 0.9731, machine: Machine = QUIET, seconds: float = 2
) -> LiveRun:
    spec = replace(run_spec(RECIPES["mlp-128"]), framework=framework)
    end = Finished(
        run=f"id-{framework}", framework=framework, epochs=5, step=50, test_accuracy=accuracy,
        test_loss=0.1, seconds={"train": seconds}, device="CPU", latency_ms=0.1,
        measures=Measures(
            wall_seconds=9, earlier_seconds=0, train_images_per_second=None,
            peak_memory_bytes=None, machine=machine,
        ),
    )  # fmt: skip
    return LiveRun(spec, state="finished", terminal=end)


def test_result_of_three_frameworks() -> None:
    runs = (_run("numpy"), _run("pytorch", 0.9732, seconds=12.34), _run("keras"))
    result = result_of(runs)
    assert result.headline == "MLP 128 is trained in NumPy, PyTorch, and Keras"
    assert result.accuracies == "Test accuracy: NumPy 97.31 %, PyTorch 97.32 %, Keras 97.31 %."
    assert result.times == "Training time: NumPy 2.00 s, PyTorch 12.3 s, Keras 2.00 s."
    assert (result.best.name, result.best.id) == ("PyTorch", "id-pytorch")
    assert result.doubt == ""


def test_headline_names_the_known_bugs() -> None:
    run = _run("numpy")
    spec = replace(run.spec, known_bugs=("unshuffled",))
    result = result_of((replaced(run, spec=spec),))
    assert result.headline == "MLP 128 with no shuffling is trained in NumPy"


def test_equal_accuracies_are_given_once() -> None:
    assert result_of((_run("numpy"), _run("keras"))).accuracies == "Test accuracy: 97.31 % each."
    assert result_of((_run("numpy"),)).accuracies == "Test accuracy: 97.31 %."
    assert result_of((_run("numpy"), _run("keras"))).tied
    # A difference that is not shown is none.
    assert result_of((_run("numpy"), _run("keras", 0.973101))).tied
    assert not result_of((_run("numpy"), _run("keras", 0.9733))).tied


def test_doubt_names_the_runs_that_were_slowed_down() -> None:
    used = "may not be comparable. Other programs used 1.7 of 2 processors."
    one = result_of((_run("numpy"), _run("keras", machine=BUSY)))
    assert one.doubt == f"The training time of Keras {used}"
    both = result_of((_run("numpy", machine=BUSY), _run("keras", machine=BUSY)))
    assert both.doubt == f"The training times {used}"
    assert result_of((_run("numpy", machine=BUSY),)).doubt == f"The training time {used}"


def test_failed_run_is_named_with_its_reason() -> None:
    failed = LiveRun(run_spec(RECIPES["mlp-128"]), state="failed", note="The disk is full.")
    failed.terminal = Failed(run="", framework="keras", reason=failed.note)
    result = result_of((_run("numpy"), failed))
    assert result.headline == "MLP 128 is trained in NumPy"
    assert result.failed == ("Keras: Failed. The disk is full.",)
    assert not result_of((failed,)).runs


def test_stopped_run_says_how_far_it_came() -> None:
    run = _run("numpy")
    assert isinstance(run.terminal, Finished)
    end = Stopped(
        run="a", framework="numpy", epochs=2, step=9, test_accuracy=0.5, test_loss=1.0,
        seconds={}, device="CPU",
    )  # fmt: skip
    stopped = replaced(run, state="stopped", terminal=end)
    assert result_of((stopped,)).headline == "MLP 128 in NumPy is stopped after 2 of 5 epochs"


@pytest.fixture
def stored() -> tuple[LiveRun, LiveRun]:
    """Two runs of which the second predicts another digit for two of ten images."""
    logits = np.eye(10, dtype=np.float32)
    runs = []
    with RunStore() as store:
        for framework in ("numpy", "pytorch"):
            live = _run(framework)
            run = store.create(live.spec)
            other = logits[:, ::-1] if framework == "pytorch" else logits
            artifacts.save_test_logits(run.folder, np.vstack([logits[:8], other[8:]]))
            assert live.terminal is not None
            live.terminal = replace(live.terminal, run=run.id)
            runs.append(live)
            store.release(run.id)
    return runs[0], runs[1]


def test_agreement_counts_images_with_the_same_prediction(
    stored: tuple[LiveRun, LiveRun],
) -> None:
    first, second = stored
    assert result_of(stored).agreement() == "The two frameworks agree on 8 of 10 test images."
    same = "The two models predict the same digit for all 10 test images."
    assert result_of((first, first)).agreement().replace("frameworks", "models") == same
    assert result_of((first,)).agreement() == ""
    other = replaced(second, spec=replace(second.spec, dataset="builtin"))
    assert result_of((first, other)).agreement() == ""


def test_agreement_needs_the_predictions() -> None:
    with pytest.raises(StoreError):
        result_of((_run("numpy"), _run("keras"))).agreement()


def test_an_early_end_is_a_finished_run_with_a_sentence_of_its_own() -> None:
    early = _run("numpy")
    assert isinstance(early.terminal, Finished)
    end = replace(early.terminal, epochs=7, stopped_early=True, weights_epoch=4)
    early = replaced(early, terminal=end)
    alone = result_of((early,))
    assert alone.headline == "MLP 128 is trained in NumPy"
    assert alone.endings == "Stopped early after epoch 7; weights of epoch 4."
    both = result_of((early, _run("keras")))
    assert both.endings == "NumPy: Stopped early after epoch 7; weights of epoch 4."
    assert result_of((_run("numpy"),)).endings == ""
