"""What every framework's average pools and batch-norm must do."""

import numpy as np
import pytest

from mnist_studio.frameworks.base import Array, Chunk, Framework, Learner
from mnist_studio.spec.layers import AvgPool, BatchNorm, Dense, Flatten, GlobalAvgPool, Layer
from mnist_studio.spec.model import trainable_shapes, weight_shapes
from mnist_studio.spec.optimizers import Sgd, slot_names
from mnist_studio.spec.run import RunSpec
from tests.frameworks.equations import cross_entropy
from tests.frameworks.examples import NORMED, NORMED_VECTORS, chunk, digits, learner, run

each_normed = pytest.mark.parametrize("layers", [NORMED, NORMED_VECTORS], ids=["maps", "vectors"])

# Without dropout, whose masks would have to be given to the probes.
MAPS = tuple(layer for layer in NORMED if layer.__struct_config__.tag != "dropout")
each_without_dropout = pytest.mark.parametrize(
    "layers", [MAPS, NORMED_VECTORS], ids=["maps", "vectors"]
)


class AveragePoolContract:
    """Means of windows and of whole feature maps."""

    def test_are_means_of_whole_windows(self, framework: Framework) -> None:
        made = learner(framework, run((AvgPool(3), GlobalAvgPool(), Dense(10))))
        images = digits()[0][:2]
        found = made.activations(images)
        inputs = (images[:, :27, :27] / 255 - 0.1307) / 0.3081
        means = inputs.reshape(2, 9, 3, 9, 3).mean((2, 4))
        np.testing.assert_allclose(found["avg_pool1"][..., 0], means, rtol=1e-12)
        whole = found["global_avg_pool1"]
        np.testing.assert_allclose(whole, means.mean((1, 2))[:, None], rtol=1e-12)

    def test_share_the_gradient_evenly(self, framework: Framework) -> None:
        made = learner(framework, run((AvgPool(3), Flatten(), Dense(10))))
        found = made.input_gradients(digits()[0][:1], np.array([4], np.uint8))[0]
        by_window = made.weights()["dense1.kernel"][:, 4].reshape(9, 9) / 9
        np.testing.assert_allclose(found[:27, :27], by_window.repeat(3, 0).repeat(3, 1), rtol=1e-12)
        assert not found[27:].any()
        assert not found[:, 27:].any()


class BatchNormContract:
    """Statistics of the batch, running statistics, and what neither may touch."""

    @each_normed
    def test_statistics_are_weights_without_gradients_and_slots(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers)
        made = learner(framework, spec)
        assert list(made.weights()) == list(weight_shapes(spec.model))
        trainable = trainable_shapes(spec.model)
        found = {name: array.shape for name, array in made.gradients(*digits()).items()}
        assert found == trainable
        slots = {f"{w}/{slot}" for w in trainable for slot in slot_names(spec.training.optimizer)}
        assert set(made.optimizer_state().slots) == slots

    @each_without_dropout
    def test_learns_by_the_statistics_of_the_batch(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers)
        made, probe = (learner(framework, spec) for _ in range(2))
        for first in range(3):
            steps = chunk(spec.model, 1, first=first)
            images, labels = (array[steps.indices[0]] for array in digits())
            probe.load_weights(made.weights())
            _load_statistics(probe, spec, images)
            expected = cross_entropy(probe.logits(images), labels)
            assert made.train(steps).losses[0] == pytest.approx(expected, rel=1e-10)

    @each_without_dropout
    def test_running_statistics_follow_the_batches(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers)
        made, probe = (learner(framework, spec) for _ in range(2))
        running = {n: a for n, a in made.weights().items() if n.endswith((".mean", ".variance"))}
        for first in range(3):
            steps = chunk(spec.model, 1, first=first)
            probe.load_weights(made.weights())
            of_batch = _load_statistics(probe, spec, digits()[0][steps.indices[0]])
            made.train(steps)
            for name, (array, keep) in of_batch.items():
                running[name] = keep * running[name] + (1 - keep) * array
        for name, array in running.items():
            np.testing.assert_allclose(made.weights()[name], array, rtol=1e-9, atol=1e-12)

    def test_predicts_with_its_running_statistics(self, framework: Framework) -> None:
        spec = run(NORMED_VECTORS)
        made = learner(framework, spec)
        made.train(chunk(spec.model, 4, rate=0.1))
        weights, found = made.weights(), made.activations(digits()[0])
        apart = found["flatten1"] - weights["batch_norm1.mean"]
        scaled = apart / np.sqrt(weights["batch_norm1.variance"] + 1e-3)
        expected = scaled * weights["batch_norm1.scale"] + weights["batch_norm1.offset"]
        np.testing.assert_allclose(found["batch_norm1"], expected, rtol=1e-9, atol=1e-9)
        one = made.logits(digits()[0][5:6])
        np.testing.assert_allclose(made.logits(digits()[0])[5:6], one, rtol=1e-9)

    @each_without_dropout
    def test_gradients_are_slopes_of_the_loss_in_training(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers)
        made, probe = (learner(framework, spec) for _ in range(2))
        images, labels = (array[:6] for array in digits())
        start, gradients = made.weights(), made.gradients(images, labels)
        rng = np.random.default_rng(0)
        for name, gradient in gradients.items():
            direction = rng.standard_normal(gradient.shape)
            losses = []
            for side in (1e-5, -1e-5):
                probe.load_weights({**start, name: start[name] + side * direction})
                losses.append(_loss_in_training(probe, 6))
            slope = (losses[0] - losses[1]) / 2e-5
            assert slope == pytest.approx((gradient * direction).sum(), rel=1e-5, abs=1e-8)

    @each_without_dropout
    def test_gradients_are_those_that_training_uses_and_change_nothing(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers, Sgd())
        made = learner(framework, spec)
        before, steps = made.weights(), chunk(spec.model, 1, rate=0.5)
        gradients = made.gradients(*(array[steps.indices[0]] for array in digits()))
        for name, array in made.weights().items():
            np.testing.assert_array_equal(array, before[name])
        made.train(steps)
        for name, gradient in gradients.items():
            expected = before[name] - 0.5 * gradient
            np.testing.assert_allclose(made.weights()[name], expected, rtol=1e-9, atol=1e-12)

    def test_input_gradients_are_those_of_evaluation(self, framework: Framework) -> None:
        spec = run(NORMED_VECTORS)
        made = learner(framework, spec)
        made.train(chunk(spec.model, 4, rate=0.01))
        kept = made.weights()
        images, classes = np.clip(digits()[0][:3], 1, 254), np.array([2, 0, 9], np.uint8)
        found = made.input_gradients(images, classes)[:, 13, 11]
        up, down = images.copy(), images.copy()
        up[:, 13, 11] += 1
        down[:, 13, 11] -= 1
        rise = (made.logits(up) - made.logits(down))[np.arange(3), classes]
        np.testing.assert_allclose(found, rise * 255 * 0.3081 / 2, rtol=1e-2, atol=1e-9)
        for name, array in made.weights().items():
            np.testing.assert_array_equal(array, kept[name])

    @each_normed
    def test_statistics_come_back_as_they_were_loaded(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        old, new = (learner(framework, run(layers)) for _ in range(2))
        old.train(chunk(run(layers).model, 3))
        new.load_weights(old.weights())
        for name, array in old.weights().items():
            np.testing.assert_array_equal(new.weights()[name], array)
        np.testing.assert_array_equal(new.logits(digits()[0]), old.logits(digits()[0]))

    def test_a_batch_of_one_digit_is_learnt(self, framework: Framework) -> None:
        # The mean is the digit itself and the variance 0: batch-norm answers its offset.
        spec = run((Flatten(), BatchNorm(), Dense(10)))
        made = learner(framework, spec)
        bias, label = made.weights()["dense1.bias"], digits()[1][4:5]
        loss = made.train(Chunk(np.array([[4]]), np.array([0.1]))).losses[0]
        assert loss == pytest.approx(cross_entropy(bias[None], label), rel=1e-12)
        mean = made.weights()["batch_norm1.mean"]
        inputs = (digits()[0][4].ravel() / 255 - 0.1307) / 0.3081
        np.testing.assert_allclose(mean, 0.1 * inputs, rtol=1e-9)
        np.testing.assert_allclose(made.weights()["batch_norm1.variance"], 0.9, rtol=1e-9)


def _load_statistics(
    probe: Learner, spec: RunSpec, images: Array
) -> dict[str, tuple[Array, float]]:
    """Gives a probe the statistics of a batch as its running ones, layer by layer.

    Returns:
        each with the momentum of its layer.
    """
    names = list(probe.activations(images[:1]))
    found: dict[str, tuple[Array, float]] = {}
    for layer, name, before in zip(spec.model.layers[1:], names[1:], names, strict=False):
        if not isinstance(layer, BatchNorm):
            continue
        features = probe.activations(images)[before]
        axes = tuple(range(features.ndim - 1))
        statistics = {f"{name}.mean": features.mean(axes), f"{name}.variance": features.var(axes)}
        probe.load_weights({**probe.weights(), **statistics})
        found |= {part: (array, layer.momentum) for part, array in statistics.items()}
    return found


def _loss_in_training(made: Learner, count: int) -> float:
    """Of the first digits, by a step at rate 0."""
    return float(made.train(Chunk(np.arange(count)[None], np.zeros(1))).losses[0])
