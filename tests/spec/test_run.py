import math

import msgspec
import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import run, run_checks
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.model import with_classes
from mnist_studio.spec.optimizers import CoupledDecay, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm, ClipValue, EarlyStopping, RunSpec
from mnist_studio.spec.schedules import Exponential, Plateau

BASE = run_spec(RECIPES["mlp-128"])


def with_training(**changes: object) -> RunSpec:
    return msgspec.structs.replace(BASE, training=msgspec.structs.replace(BASE.training, **changes))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"batch_size": 0}, "Batch size"),
        ({"batch_size": 60_001}, "Batch size"),
        ({"epochs": 0}, "Number of epochs"),
        ({"epochs": 10_001}, "Number of epochs"),
        ({"seed": -1}, "Seed"),
        ({"seed": 2**63}, "Seed"),
        ({"validation": -1}, "validation"),
        ({"validation": 60_000}, "validation"),
        ({"optimizer": Sgd(math.nan)}, "Learning rate"),
        ({"schedule": Exponential(2.0)}, "Decay factor"),
        ({"schedule": Plateau()}, "needs a validation set"),
        ({"clip": ClipNorm(0.0)}, "Clipping threshold .* got 0"),
        ({"clip": ClipValue(math.nan)}, "Clipping threshold .* got nan"),
        ({"epoch_steps": -1}, "Number of steps per epoch"),
        ({"label_smoothing": 1.0}, "Label smoothing must be .* got 1"),
        ({"label_smoothing": math.nan}, "Label smoothing must be .* got nan"),
        ({"augmentation": Augmentation(zoom=2.0)}, "Scaling must be"),
    ],
)
def test_impossible_trainings_are_refused(changes: dict[str, object], what: str) -> None:
    with pytest.raises(SpecError, match=what) as raised:
        run_checks.check(with_training(**changes))
    assert raised.value.remedy


def test_an_impossible_number_of_threads_is_refused() -> None:
    with pytest.raises(SpecError, match="threads"):
        run_checks.check(msgspec.structs.replace(BASE, threads=-1))


def test_numpy_refuses_bfloat16() -> None:
    spec = with_training(precision="bfloat16")
    run_checks.check(msgspec.structs.replace(spec, framework="pytorch"))
    with pytest.raises(SpecError, match="NumPy does not support bfloat16"):
        run_checks.check(msgspec.structs.replace(spec, framework="numpy"))


def test_weights_are_stored_in_float32_under_bfloat16() -> None:
    assert [run.storage(p) for p in ("float32", "float64", "bfloat16")] == [
        "float32", "float64", "float32",
    ]  # fmt: skip


def test_own_images_have_a_fingerprint_and_are_refused_with_full_batch() -> None:
    own = "0123456789abcdef" * 2
    run_checks.check(msgspec.structs.replace(BASE, own_images=own))
    with pytest.raises(SpecError, match="own_images must be the ID of a set of your images"):
        run_checks.check(msgspec.structs.replace(BASE, own_images="../mine"))
    whole = with_training(batch_size=run.FULL_BATCH)
    with pytest.raises(SpecError, match="cannot include your images"):
        run_checks.check(msgspec.structs.replace(whole, own_images=own))
    with pytest.raises(SpecError, match="cannot include handwriting styles"):
        run_checks.check(msgspec.structs.replace(whole, handwriting_styles=10))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"early_stopping": EarlyStopping()}, "Early stopping needs a validation set"),
        ({"best_epoch": True}, "The best epoch needs a validation set"),
        ({"early_stopping": EarlyStopping(0), "validation": 9}, "Patience of early stopping must"),
        (
            {"early_stopping": EarlyStopping(1, -0.1), "validation": 9},
            "Smallest improvement of early stopping must be 0 to 1, got -0.1",
        ),
        ({"warmup_steps": -1}, "Number of warm-up steps must be 0 to 10,000,000, got -1"),
        ({"weight_decay": CoupledDecay(2)}, "Weight decay must be above 0 and at most 1, got 2"),
    ],
)
def test_impossible_ends_and_decays_are_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        run_checks.check(with_training(**changes))


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("A",), "Number of classes must be 2 to 62, got 1"),
        (tuple(map(str, range(63))), "Number of classes must be 2 to 62, got 63"),
        (("A", "B", "A"), "Two classes are called “A”"),
        (("A", " "), "1 to 40 characters"),
        (("A", "B" * 41), "1 to 40 characters"),
        (("A", "B\n"), "no control characters"),
        (("A", "B"), "must end in 2 logits, got 10"),
    ],
)
def test_class_names_are_possible_and_fit_the_network(names: tuple[str, ...], problem: str) -> None:
    with pytest.raises(SpecError, match=problem) as raised:
        run_checks.check(msgspec.structs.replace(BASE, class_names=names))
    assert raised.value.remedy


def test_a_run_of_other_classes_has_a_network_for_them_and_no_digits_of_yours() -> None:
    letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    model = with_classes(BASE.model, len(letters))
    spec = msgspec.structs.replace(BASE, model=model, class_names=letters)
    run_checks.check(spec)
    for added in ({"own_images": "0" * 32}, {"handwriting_styles": 10}):
        with pytest.raises(SpecError, match="other classes than the digits"):
            run_checks.check(msgspec.structs.replace(spec, **added))
