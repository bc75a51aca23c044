import pytest
from msgspec.structs import replace

from mnist_studio.analysis.settings_diff import distinguishing_labels
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FULL_BATCH, ClipNorm, RunSpec

PLAIN = run_spec(RECIPES["mlp-128"])


def trained(**changes: object) -> RunSpec:
    return replace(PLAIN, training=replace(PLAIN.training, **changes))


@pytest.mark.parametrize(
    ("other", "plain_words", "other_words"),
    [
        (trained(batch_size=32), ("batch size 64",), ("batch size 32",)),
        (trained(batch_size=FULL_BATCH), ("batch size 64",), ("all digits a batch",)),
        (trained(epoch_steps=50), ("whole passes",), ("epoch steps 50",)),
        (trained(clip=ClipNorm(1.0)), ("no clip",), ("clip norm", "limit 1")),
        (trained(sampling="with_replacement"), ("sampling shuffled",),
         ("sampling with replacement",)),
        (
            replace(PLAIN, known_bugs=("unshuffled",)),
            ("no known bugs",),
            ("with unshuffled digits",),
        ),
        (replace(PLAIN, threads=2), ("default threads",), ("threads 2",)),
        (PLAIN, (), ()),
    ],
)  # fmt: skip
def test_what_differs_reads_as_words(
    other: RunSpec, plain_words: tuple[str, ...], other_words: tuple[str, ...]
) -> None:
    assert distinguishing_labels([PLAIN, other]) == (plain_words, other_words)


def test_what_another_kind_does_not_have_is_not_told() -> None:
    plain, other = distinguishing_labels([PLAIN, trained(optimizer=Sgd(0.1))])
    assert plain[:2] == ("optimizer adam", "learning rate 0.001")
    assert other[:2] == ("optimizer sgd", "learning rate 0.1")
    assert not any(word.startswith("no beta") for word in other)


def test_a_whole_part_that_is_missing_is_told_once() -> None:
    plain, other = distinguishing_labels([PLAIN, trained(augmentation=Augmentation())])
    assert plain == ("no augmentation",)
    assert len(other) > 1


def test_what_is_known_anyway_is_left_out() -> None:
    other = replace(trained(batch_size=32), framework="numpy")
    assert distinguishing_labels([PLAIN, other], ("framework",)) == (
        ("batch size 64",),
        ("batch size 32",),
    )
