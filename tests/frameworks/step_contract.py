"""What every framework must do in a step beyond the plain one: faults, clipping, odd batches."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_studio.frameworks.base import Chunk, Framework
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Flatten, Layer
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.run import FULL_BATCH, ClipNorm, ClipValue, Precision
from tests.frameworks.equations import clipped, double_softmax, smoothed
from tests.frameworks.examples import (
    DROPPED,
    EVERYTHING,
    NORMED,
    NORMED_VECTORS,
    TINY,
    chunk,
    digits,
    in_precision,
    learner,
    run,
    trained,
)

each_network = pytest.mark.parametrize(
    "layers", [TINY, EVERYTHING, NORMED], ids=["tiny", "everything", "normed"]
)
each_precision = pytest.mark.parametrize("precision", ["float32", "float64"])


class LabelSmoothingContract:
    """Smoothed labels in training, and in nothing else."""

    @each_precision
    def test_the_smoothed_loss_is_the_reported_one(
        self, framework: Framework, precision: Precision
    ) -> None:
        spec = trained(run(precision=precision), label_smoothing=0.3)
        made = learner(framework, spec)
        images, labels = digits()
        steps = chunk(spec.model, 1, rate=0.1)
        batch = steps.indices[0]
        logits = made.logits(images[batch])
        np.testing.assert_array_equal(
            logits, learner(framework, run(precision=precision)).logits(images[batch])
        )
        results = made.train(steps)
        expected = smoothed(logits, labels[batch], 0.3)
        assert results.losses == pytest.approx([expected], rel=1e-6)
        assert results.correct.tolist() == [(logits.argmax(1) == labels[batch]).sum()]

    def test_gradients_are_slopes_of_the_smoothed_loss(self, framework: Framework) -> None:
        made = learner(framework, trained(run(TINY), label_smoothing=0.3))
        images, labels = (array[:6] for array in digits())
        start, gradients = made.weights(), made.gradients(images, labels)
        rng = np.random.default_rng(0)
        for name, array in start.items():
            direction = rng.standard_normal(array.shape)
            losses = []
            for side in (1e-5, -1e-5):
                made.load_weights({**start, name: array + side * direction})
                losses.append(smoothed(made.logits(images), labels, 0.3))
            slope = (losses[0] - losses[1]) / 2e-5
            assert slope == pytest.approx((gradients[name] * direction).sum(), rel=1e-5, abs=1e-9)


class FaultContract:
    """The two faults that change a step."""

    @each_precision
    def test_double_softmax_is_the_reported_loss(
        self, framework: Framework, precision: Precision
    ) -> None:
        made = learner(framework, trained(run(precision=precision), loss="double_softmax"))
        images, labels = digits()
        for first in range(3):
            steps = chunk(run().model, 1, rate=0.1, first=first)
            batch = steps.indices[0]
            logits = made.logits(images[batch])
            results = made.train(steps)
            expected = double_softmax(logits, labels[batch])
            assert results.losses == pytest.approx([expected], rel=1e-6)
            assert results.correct.tolist() == [(logits.argmax(1) == labels[batch]).sum()]

    def test_gradients_are_slopes_of_the_double_softmax(self, framework: Framework) -> None:
        made = learner(framework, trained(run(EVERYTHING), loss="double_softmax"))
        images, labels = (array[:6] for array in digits())
        start, gradients = made.weights(), made.gradients(images, labels)
        rng = np.random.default_rng(0)
        for name, array in start.items():
            direction = rng.standard_normal(array.shape)
            losses = []
            for side in (1e-5, -1e-5):
                made.load_weights({**start, name: array + side * direction})
                losses.append(double_softmax(made.logits(images), labels))
            slope = (losses[0] - losses[1]) / 2e-5
            assert slope == pytest.approx((gradients[name] * direction).sum(), rel=1e-5, abs=1e-9)

    def test_double_softmax_bears_large_logits(self, framework: Framework) -> None:
        made = learner(framework, trained(run(precision="float32"), loss="double_softmax"))
        images, labels = digits()
        weights = made.weights()
        made.load_weights({**weights, "dense2.bias": 1e4 * np.arange(10, dtype=np.float32)})
        loss = made.train(Chunk(np.arange(120)[None], np.zeros(1))).losses[0]
        assert loss == pytest.approx(double_softmax(made.logits(images), labels), rel=1e-6)
        assert all(np.isfinite(g).all() for g in made.gradients(images, labels).values())

    @each_network
    def test_summed_bias_gradients_are_all_the_sum(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers)
        images, labels = (array[:8] for array in digits())
        exact = learner(framework, spec).gradients(images, labels)
        with_bugs = trained(spec, bias_gradients="summed")
        found = learner(framework, with_bugs).gradients(images, labels)
        for name, gradient in exact.items():
            summed = np.full_like(gradient, gradient.sum())
            expected = summed if name.endswith(".bias") else gradient
            np.testing.assert_allclose(found[name], expected, rtol=1e-10, atol=1e-14)

    def test_training_uses_the_summed_bias_gradients(self, framework: Framework) -> None:
        spec = trained(run(TINY, Sgd()), bias_gradients="summed")
        made = learner(framework, spec)
        steps, before = chunk(spec.model, 1, rate=0.5), made.weights()
        gradients = made.gradients(*(array[steps.indices[0]] for array in digits()))
        made.train(steps)
        change = before["dense1.bias"] - made.weights()["dense1.bias"]
        np.testing.assert_allclose(change, 0.5 * gradients["dense1.bias"], rtol=1e-9)
        # The errors of the logits add up to 0.
        np.testing.assert_allclose(
            made.weights()["dense2.bias"], before["dense2.bias"], rtol=0, atol=1e-14
        )


class ClipContract:
    """Large gradients."""

    @pytest.mark.parametrize(
        "clip", [ClipNorm(0.05), ClipNorm(1e6), ClipValue(0.002), ClipValue(1e6)], ids=str
    )
    @each_network
    def test_an_update_uses_the_clipped_gradients(
        self, framework: Framework, layers: tuple[Layer, ...], clip: ClipNorm | ClipValue
    ) -> None:
        if layers == EVERYTHING:
            layers = tuple(y for y in layers if y.__struct_config__.tag != "dropout")
        if layers == NORMED:
            layers = NORMED_VECTORS
        spec = trained(run(layers, Sgd()), clip=clip)
        made = learner(framework, spec)
        steps, before = chunk(spec.model, 1, rate=0.5), made.weights()
        exact = made.gradients(*(array[steps.indices[0]] for array in digits()))
        made.train(steps)
        expected = clipped(exact, clip)
        touched = any(not np.allclose(expected[name], g, rtol=1e-3) for name, g in exact.items())
        assert touched == (clip.limit < 1)
        for name, gradient in expected.items():
            np.testing.assert_allclose(
                made.weights()[name], before[name] - 0.5 * gradient, rtol=1e-9, atol=1e-12
            )

    def test_the_norm_of_no_gradient_is_no_obstacle(self, framework: Framework) -> None:
        spec = trained(run((Flatten(), Dense(10, bias=False)), Sgd()), clip=ClipNorm(1.0))
        made = learner(framework, spec)
        images = np.full((4, 28, 28), 0, np.uint8)
        made.bind(images, np.zeros(4, np.uint8))
        big = {"dense1.kernel": np.zeros((784, 10))}
        big["dense1.kernel"][:, 0] = -1e6  # of a dark pixel, whose input is below 0: all certain
        made.load_weights(big)
        made.train(Chunk(np.arange(4)[None], np.array([0.1])))
        np.testing.assert_array_equal(made.weights()["dense1.kernel"], big["dense1.kernel"])

    def test_bias_gradients_are_summed_before_they_are_clipped(self, framework: Framework) -> None:
        clip = ClipNorm(0.05)
        spec = trained(run(TINY, Sgd()), clip=clip, bias_gradients="summed")
        made = learner(framework, spec)
        steps, before = chunk(spec.model, 1, rate=0.5), made.weights()
        found = clipped(made.gradients(*(a[steps.indices[0]] for a in digits())), clip)
        made.train(steps)
        for name, gradient in found.items():
            np.testing.assert_allclose(
                made.weights()[name], before[name] - 0.5 * gradient, rtol=1e-9, atol=1e-12
            )


class BatchContract:
    """Augmented images and batches of odd sizes."""

    closeness = 1e-6

    @each_precision
    @pytest.mark.parametrize("layers", [TINY, DROPPED, NORMED])
    def test_images_of_a_chunk_stand_for_the_bound_ones(
        self, framework: Framework, layers: tuple[Layer, ...], precision: Precision
    ) -> None:
        spec = in_precision(run(layers), precision)
        spec = trained(spec, augmentation=Augmentation(rotation=10))
        made, other = (learner(framework, spec) for _ in range(2))
        images, labels = digits()
        other.bind(255 - images, labels)
        for first, count in ((0, 3), (3, 2)):
            steps = chunk(spec.model, count, first=first)
            turned = (255 - images)[steps.indices]
            turned.flags.writeable = False
            drawn = replace(steps, images=turned)
            found, expected = made.train(drawn), other.train(steps)
            np.testing.assert_allclose(found.losses, expected.losses, rtol=self.closeness)
            assert found.correct.tolist() == expected.correct.tolist()

    @pytest.mark.parametrize("layers", [TINY, DROPPED, NORMED])
    @pytest.mark.parametrize("augmentation", [None, Augmentation(rotation=10)])
    def test_a_chunk_of_no_step_learns_nothing(
        self, framework: Framework, layers: tuple[Layer, ...], augmentation: Augmentation | None
    ) -> None:
        spec = trained(run(layers), augmentation=augmentation)
        made = learner(framework, spec)
        before, full = made.weights(), chunk(spec.model, 1)
        empty = Chunk(
            full.indices[:0],
            full.rates[:0],
            {name: array[:0] for name, array in full.masks.items()},
            np.empty((0, 8, 28, 28), np.uint8) if augmentation else None,
        )
        assert made.train(empty).losses.shape == (0,)
        assert made.optimizer_state().step == 0
        for name, array in made.weights().items():
            np.testing.assert_array_equal(array, before[name])

    @pytest.mark.parametrize("layers", [TINY, (Conv(3, 5, bias=False), *NORMED[1:4], *NORMED[-2:])])
    def test_repeated_digits_count_as_often_as_they_come(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        made, other = (learner(framework, run(layers)) for _ in range(2))
        indices = np.array([[3, 3, 3, 5]])
        results = made.train(Chunk(indices, np.array([0.01])))
        other.bind(*(array[indices[0]] for array in digits()))
        expected = other.train(Chunk(np.arange(4)[None], np.array([0.01])))
        np.testing.assert_allclose(results.losses, expected.losses, rtol=1e-12)
        assert results.correct.tolist() == expected.correct.tolist()
        for name, array in other.weights().items():
            np.testing.assert_allclose(made.weights()[name], array, rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("layers", [TINY, NORMED_VECTORS])
    def test_a_full_batch_is_all_digits_there_are(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers, batch_size=FULL_BATCH)
        made, other = (learner(framework, spec) for _ in range(2))
        order = np.random.default_rng(0).permutation(120)
        for rate in (0.1, 0.01):
            results = made.train(Chunk(order[None], np.array([rate])))
            expected = other.train(Chunk(np.arange(120)[None], np.array([rate])))
            np.testing.assert_allclose(results.losses, expected.losses, rtol=1e-6)

    def test_a_batch_may_be_larger_than_the_digits_are_many(self, framework: Framework) -> None:
        # Every digit a hundred times is every digit once.
        spec = run(batch_size=12_000)
        made, other = (learner(framework, spec) for _ in range(2))
        order = np.random.default_rng(0).permutation(np.repeat(np.arange(120), 100))
        many = made.train(Chunk(order[None], np.array([0.01])))
        once = other.train(Chunk(np.arange(120)[None], np.array([0.01])))
        np.testing.assert_allclose(many.losses, once.losses, rtol=1e-12)
        assert many.correct[0] == 100 * once.correct[0]
        for name, array in made.weights().items():
            np.testing.assert_allclose(array, other.weights()[name], rtol=1e-6, atol=1e-9)


class MixedPrecisionContract:
    """Weights in float32, factors of products in bfloat16; for the frameworks that have it."""

    @pytest.mark.parametrize("layers", [(Flatten(), Dense(8), Dense(10)), NORMED])
    def test_rounds_the_factors_of_products_and_nothing_else(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        mixed, single = (
            learner(framework, run(layers, precision=precision))
            for precision in ("bfloat16", "float32")
        )
        assert not framework.problems(run(layers, precision="bfloat16"))
        images = digits()[0]
        found, exact = mixed.logits(images), single.logits(images)
        assert 1e-5 < np.abs(found - exact).max() / np.abs(exact).max() < 2e-2
        assert {array.dtype.name for array in mixed.weights().values()} == {"float32"}
        assert {array.dtype.name for array in mixed.activations(images).values()} == {"float32"}
        steps = chunk(run(layers).model, 20)
        np.testing.assert_allclose(mixed.train(steps).losses, single.train(steps).losses, rtol=3e-2)
        slots = mixed.optimizer_state().slots
        assert {found.dtype.name, *(a.dtype.name for a in slots.values())} == {"float32"}

    @pytest.mark.parametrize("layers", [(Flatten(), Dense(10)), (Conv(10, 28, "valid"), Flatten())])
    def test_adds_products_up_in_float32(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        # In bfloat16 itself 256 + 1 is 256.
        made = learner(framework, run(layers, precision="bfloat16"))
        weights = {name: np.zeros_like(array) for name, array in made.weights().items()}
        kernel = next(name for name in weights if name.endswith("kernel"))
        weights[kernel][..., 0] = 1
        made.load_weights(weights)
        expected = 784 * (112 / 255 - 0.1307) / 0.3081
        logit = made.logits(np.full((1, 28, 28), 112, np.uint8))[0, 0]
        assert logit == pytest.approx(expected, rel=2**-8)
