import re

import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec import codec, known_bugs, recipes
from mnist_studio.spec.known_bugs import KNOWN_BUGS, effective
from mnist_studio.spec.layers import Dense
from mnist_studio.spec.model import STANDARDIZED, UNIT
from mnist_studio.spec.optimizers import Adadelta, Adam
from mnist_studio.spec.run import FULL_BATCH, FrameworkName, KnownBugName, RunSpec
from mnist_studio.spec.steps import learning_rate


def with_bugs(recipe: str, *names: KnownBugName, framework: FrameworkName = "pytorch") -> RunSpec:
    run = recipes.run_spec(recipes.recipe(recipe))
    return replace(run, known_bugs=names, framework=framework)


@pytest.mark.parametrize("name", KNOWN_BUGS)
def test_a_known_bug_has_a_title_and_two_or_three_sentences(name: KnownBugName) -> None:
    bug = KNOWN_BUGS[name]
    assert bug.title
    assert 2 <= len(re.findall(r"\.(?:\s|$)", bug.explanation)) <= 3


def test_a_run_without_known_bugs_stays_the_same() -> None:
    run = with_bugs("compact-cnn")
    assert effective(run) == run


def test_the_bugs_of_wide_cnn_give_its_reported_numbers() -> None:
    run = effective(with_bugs("wide-cnn", "double-softmax", "batch-decay", framework="keras"))
    assert run.training.loss == "double_softmax"
    # After ten epochs of 938 batches: 0.946 of the first learning rate, not 0.7^9 = 0.040.
    assert learning_rate(run.training, 9380, 60_000) == pytest.approx(0.946, abs=5e-4)
    assert learning_rate(effective(with_bugs("wide-cnn")).training, 9379, 60_000) == (
        pytest.approx(0.040, abs=5e-4)
    )


def test_own_constants_are_those_of_each_framework() -> None:
    keras = effective(with_bugs("wide-cnn", "own-constants", framework="keras")).training.optimizer
    assert keras == Adadelta(1.0, rho=0.95, epsilon=1e-7)
    torch = effective(with_bugs("wide-cnn", "own-constants")).training.optimizer
    assert torch == Adadelta(1.0, rho=0.9, epsilon=1e-6)
    adam = effective(with_bugs("mlp-128", "own-constants", framework="keras")).training.optimizer
    assert adam == Adam(epsilon=1e-7)


@pytest.mark.parametrize(("framework", "scaling"), [("pytorch", STANDARDIZED), ("keras", UNIT)])
def test_own_scaling_is_that_of_each_framework(framework: FrameworkName, scaling: object) -> None:
    run = with_bugs("compact-cnn", "own-scaling", framework=framework)
    assert effective(run).model.scaling == scaling


def test_bobnet_starts_each_framework_with_its_own_initialization() -> None:
    numpy = effective(with_bugs("bobnet", "own-initial", framework="numpy"))
    torch = effective(with_bugs("bobnet", "own-initial"))
    assert {e.initial for e in numpy.model.layers if isinstance(e, Dense)} == {"size_uniform"}
    assert {e.initial for e in torch.model.layers if isinstance(e, Dense)} == {"fan_in_uniform"}


def test_the_other_bugs() -> None:
    run = effective(with_bugs("sgd-mlp", "full-batch", "bias-gradients", "zero-initial"))
    assert run.training.batch_size == FULL_BATCH
    assert run.training.bias_gradients == "summed"
    assert {e.initial for e in run.model.layers if isinstance(e, Dense)} == {"zeros"}
    assert effective(with_bugs("mlp-128", "unshuffled")).training.sampling == "stored"


@pytest.mark.parametrize(
    ("recipe", "name", "needs"),
    [
        ("compact-cnn", "batch-decay", "decays exponentially"),
        ("compact-cnn", "full-batch", "without convolutions"),
        ("tiny-gd", "unshuffled", "shuffled batches"),
        ("bobnet", "bias-gradients", "a layer with biases"),
        ("sgd-mlp", "own-constants", "Adam, Adadelta, or RMSprop"),
    ],
)
def test_a_known_bug_without_effect_is_refused(recipe: str, name: KnownBugName, needs: str) -> None:
    with pytest.raises(SpecError, match=needs):
        known_bugs.check(with_bugs(recipe, name))
    with pytest.raises(SpecError, match=name):
        codec.decode(codec.encode(with_bugs(recipe, name)))


def test_a_bug_twice_or_two_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SpecError, match="twice"):
        known_bugs.check(with_bugs("mlp-128", "unshuffled", "unshuffled"))
    with pytest.raises(SpecError, match="both set the initialization"):
        known_bugs.check(with_bugs("mlp-128", "own-initial", "zero-initial"))


def test_two_softmaxes_and_smoothed_labels_are_refused() -> None:
    run = with_bugs("mlp-128", "double-softmax")
    run = replace(run, training=replace(run.training, label_smoothing=0.1))
    with pytest.raises(SpecError, match="without label smoothing"):
        known_bugs.check(run)
    training = replace(run.training, loss="double_softmax")
    with pytest.raises(SpecError, match="no label smoothing"):
        codec.validate(replace(run, known_bugs=(), training=training))


def test_a_bug_that_changes_only_some_frameworks_is_accepted_in_all() -> None:
    changed: list[FrameworkName] = []
    for framework in ("numpy", "pytorch", "keras"):
        run = with_bugs("compact-cnn", "own-scaling", framework=framework)
        known_bugs.check(run)
        if replace(effective(run), known_bugs=()) != replace(run, known_bugs=()):
            changed.append(framework)
    assert changed == ["numpy", "keras"]
