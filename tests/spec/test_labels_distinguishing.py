import pytest
from msgspec.structs import replace

from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.labels import distinguishing_labels
from mnist_studio.spec.layers import Dense, Flatten, Relu
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FULL_BATCH, ClipNorm, RunSpec

PLAIN = run_spec(RECIPES["mlp-128"])


def trained(**changes: object) -> RunSpec:
    return replace(PLAIN, training=replace(PLAIN.training, **changes))


@pytest.mark.parametrize(
    ("other", "plain_labels", "other_labels"),
    [
        (trained(batch_size=32), ("batch 64",), ("batch 32",)),
        (trained(batch_size=FULL_BATCH), ("batch 64",), ("full batch",)),
        (trained(epoch_steps=50), ("full epochs",), ("50 steps per epoch",)),
        (trained(clip=ClipNorm(1.0)), ("no gradient clipping",),
         ("clipping by norm", "clipping threshold 1")),
        (trained(sampling="with_replacement"), ("shuffled",),
         ("with replacement",)),
        (
            replace(PLAIN, known_bugs=("unshuffled",)),
            ("no known bugs",),
            ("no shuffling",),
        ),
        (replace(PLAIN, threads=2), ("default threads",), ("2 threads",)),
        (PLAIN, (), ()),
    ],
)  # fmt: skip
def test_labels_of_what_differs(
    other: RunSpec, plain_labels: tuple[str, ...], other_labels: tuple[str, ...]
) -> None:
    assert distinguishing_labels([PLAIN, other]) == (plain_labels, other_labels)


def test_what_another_kind_does_not_have_gets_no_label() -> None:
    plain, other = distinguishing_labels([PLAIN, trained(optimizer=Sgd(0.1))])
    assert plain[:2] == ("Adam", "lr 0.001")
    assert other[:2] == ("SGD", "lr 0.1")
    assert not any(word.startswith("no beta") for word in other)


def test_a_missing_section_gets_one_label() -> None:
    plain, other = distinguishing_labels([PLAIN, trained(augmentation=Augmentation())])
    assert plain == ("no augmentation",)
    assert len(other) > 1


def test_excluded_settings_get_no_label() -> None:
    other = replace(trained(batch_size=32), framework="numpy")
    assert distinguishing_labels([PLAIN, other], ("framework",)) == (
        ("batch 64",),
        ("batch 32",),
    )


def test_networks_of_other_depth_are_distinguished_by_their_parameters() -> None:
    layers = (Flatten(), Dense(16), Relu(), Dense(16), Relu(), Dense(10))
    deep = replace(PLAIN, model=replace(PLAIN.model, layers=layers))
    assert distinguishing_labels([PLAIN, deep]) == (
        ("101,770 parameters",), ("13,002 parameters",),
    )  # fmt: skip
