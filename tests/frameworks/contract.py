"""What every framework must do. Each framework's folder runs these classes on its own."""

from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
import pytest

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, Chunk, Framework
from mnist_studio.spec.layers import (
    Conv,
    Dense,
    Dropout,
    Elu,
    Flatten,
    Gelu,
    Layer,
    LeakyRelu,
    MaxPool,
    Relu,
    Sigmoid,
    Tanh,
)
from mnist_studio.spec.model import describe, weight_shapes
from mnist_studio.spec.run import DeviceName, Precision, RunSpec
from tests.frameworks.equations import cross_entropy
from tests.frameworks.examples import (
    ACTIVATED,
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
)


class FrameworkContract:
    """Devices, problems and files."""

    def test_the_cpu_comes_last_and_has_a_name(self, framework: Framework) -> None:
        kinds = [device.kind for device in framework.devices()]
        assert kinds[-1] == "cpu"
        assert set(kinds) <= {"cpu", "cuda", "mps"}
        assert all(device.name for device in framework.devices())

    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_a_run_on_the_cpu_has_no_problem(
        self, framework: Framework, precision: Precision
    ) -> None:
        assert not framework.problems(run(EVERYTHING, precision=precision))

    def test_a_missing_device_is_reported_with_the_available_ones(
        self, framework: Framework
    ) -> None:
        kinds = {device.kind for device in framework.devices()}
        missing = next(kind for kind in get_args(DeviceName)[2:] if kind not in kinds)
        (problem,) = framework.problems(_on(missing))
        assert missing in problem.text
        assert "cpu" in problem.remedy

    def test_exports_a_file(self, framework: Framework, tmp_path: Path) -> None:
        path = tmp_path / f"network{registry.framework_entry(framework.name).suffix}"
        made = learner(framework, run(EVERYTHING))
        framework.export(run(EVERYTHING).model, made.weights(), path)
        assert path.stat().st_size > 0


class WeightsContract:
    """Weights in and out."""

    @pytest.mark.parametrize("layers", [EVERYTHING, NORMED])
    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_have_the_names_shapes_and_precision_of_the_spec(
        self, framework: Framework, precision: Precision, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers, precision=precision)
        weights = learner(framework, spec).weights()
        assert {n: a.shape for n, a in weights.items()} == weight_shapes(spec.model)
        assert {a.dtype.name for a in weights.values()} == {precision}

    def test_come_back_as_they_were_loaded(self, framework: Framework) -> None:
        made, other = (learner(framework, run(EVERYTHING), seed) for seed in (1, 2))
        made.load_weights(other.weights())
        for name, array in other.weights().items():
            np.testing.assert_array_equal(made.weights()[name], array)

    def test_are_copies(self, framework: Framework) -> None:
        made = learner(framework, run())
        before = made.weights()
        kept = {name: array.copy() for name, array in before.items()}
        made.train(chunk(run().model, 3))
        for name, array in kept.items():
            np.testing.assert_array_equal(before[name], array)
            assert not np.array_equal(made.weights()[name], array)

    def test_may_be_read_only(self, framework: Framework) -> None:
        made = learner(framework, run())
        weights = made.weights()
        for array in weights.values():
            array.flags.writeable = False
        made.load_weights(weights)
        for name, array in made.weights().items():
            np.testing.assert_array_equal(array, weights[name])


class EvaluationContract:
    """Logits, activations and gradients."""

    @pytest.mark.parametrize("precision", ["float32", "float64"])
    @pytest.mark.parametrize("count", [0, 1, 7, 601])
    def test_logits_of_any_number_of_images(
        self, framework: Framework, precision: Precision, count: int
    ) -> None:
        made = learner(framework, run(precision=precision))
        logits = made.logits(digits(601)[0][:count])
        assert logits.shape == (count, 10)
        assert logits.dtype.name == precision

    def test_logits_of_an_image_do_not_depend_on_the_others(self, framework: Framework) -> None:
        made = learner(framework, run(EVERYTHING))
        images = digits()[0]
        np.testing.assert_allclose(made.logits(images)[5:6], made.logits(images[5:6]), rtol=1e-12)

    def test_activations_of_every_layer(self, framework: Framework) -> None:
        spec = run(EVERYTHING)
        made = learner(framework, spec)
        found = made.activations(digits()[0][:4])
        expected = {report.name: (4, *report.output) for report in describe(spec.model)}
        assert {name: array.shape for name, array in found.items()} == expected
        np.testing.assert_allclose(found["dense2"], made.logits(digits()[0][:4]), rtol=1e-12)
        np.testing.assert_array_equal(found["dropout1"], found["max_pool2"])

    def test_flattens_in_the_order_height_width_channel(self, framework: Framework) -> None:
        found = learner(framework, run(EVERYTHING)).activations(digits()[0][:4])
        np.testing.assert_array_equal(found["flatten1"], found["dropout1"].reshape(4, -1))

    @pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
    def test_same_padding_puts_the_odd_zero_after(self, framework: Framework, size: int) -> None:
        made = learner(framework, run((Conv(2, size), Flatten(), Dense(10))))
        image = digits()[0][:1]
        kernel = made.weights()["conv1.kernel"][:, :, 0]
        inputs = np.pad((image[0] / 255 - 0.1307) / 0.3081, ((size - 1) // 2, size // 2))
        windows = np.lib.stride_tricks.sliding_window_view(inputs, (size, size))
        expected = np.einsum("ijhw,hwc->ijc", windows, kernel)
        np.testing.assert_allclose(made.activations(image)["conv1"][0], expected, atol=1e-12)

    def test_pooling_leaves_incomplete_windows_out(self, framework: Framework) -> None:
        made = learner(framework, run((MaxPool(3), Flatten(), Dense(10))))
        image = digits()[0][:1]
        inputs = (image[0, :27, :27] / 255 - 0.1307) / 0.3081
        expected = inputs.reshape(9, 3, 9, 3).max((1, 3))
        found = made.activations(image)["max_pool1"][0, :, :, 0]
        np.testing.assert_allclose(found, expected, rtol=1e-12)

    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_the_gradient_of_equal_maxima_goes_to_the_first(
        self, framework: Framework, precision: Precision
    ) -> None:
        made = learner(framework, run((MaxPool(3), Flatten(), Dense(10)), precision=precision))
        image = np.full((1, 28, 28), 9, np.uint8)
        image[0, 1:27:3, :27] = 90  # the whole middle row of every window is its maximum
        found = made.input_gradients(image, np.zeros(1, np.uint8))[0]
        first = np.zeros((28, 28), bool)
        first[1:27:3, 0:27:3] = True
        assert (found[first] != 0).all()
        assert (found[~first] == 0).all()

    def test_the_slope_of_relu_at_0_is_0(self, framework: Framework) -> None:
        made = learner(framework, run((Flatten(), Dense(6), Relu(), Dense(10))))
        weights = dict(made.weights())
        weights["dense1.kernel"] = np.zeros_like(weights["dense1.kernel"])
        made.load_weights(weights)
        gradients = made.gradients(digits()[0][:4], digits()[1][:4])
        assert not gradients["dense1.kernel"].any()

    @pytest.mark.parametrize(
        ("layer", "slope"),
        [(LeakyRelu(0.2), 0.2), (Elu(0.7), 0.7), (Gelu(), 0.5), (Tanh(), 1), (Sigmoid(), 0.25)],
    )
    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_the_slope_of_an_activation_at_0(
        self, framework: Framework, precision: Precision, layer: Layer, slope: float
    ) -> None:
        spec = run((Flatten(), Dense(6), layer, Dense(10)), precision=precision)
        made = learner(framework, spec)
        weights = dict(made.weights())
        weights["dense1.kernel"] = np.zeros_like(weights["dense1.kernel"])
        made.load_weights(weights)
        images, labels = (array[:4] for array in digits())
        gradients = made.gradients(images, labels)
        logits = made.logits(images)
        powers = np.exp(logits - logits.max(1, keepdims=True))
        dlogits = powers / powers.sum(1, keepdims=True)
        dlogits[np.arange(4), labels] -= 1
        expected = slope * (dlogits.mean(0) @ weights["dense2.kernel"].T)
        np.testing.assert_allclose(
            gradients["dense1.bias"], expected, rtol=1e-5 if precision == "float32" else 1e-12
        )

    @pytest.mark.parametrize("layers", [EVERYTHING, ACTIVATED])
    def test_gradients_are_slopes_of_the_loss(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        made = learner(framework, run(layers))
        images, labels = (array[:6] for array in digits())
        start, gradients = made.weights(), made.gradients(images, labels)
        rng = np.random.default_rng(0)
        for name, array in start.items():
            direction = rng.standard_normal(array.shape)
            losses = []
            for side in (1e-5, -1e-5):
                made.load_weights({**start, name: array + side * direction})
                losses.append(cross_entropy(made.logits(images), labels))
            slope = (losses[0] - losses[1]) / 2e-5
            assert slope == pytest.approx((gradients[name] * direction).sum(), rel=1e-5, abs=1e-9)

    def test_input_gradients_are_slopes_of_the_logit(self, framework: Framework) -> None:
        made = learner(framework, run(TINY))
        images, classes = digits()[0][:3], np.array([2, 0, 9], np.uint8)
        images = np.clip(images, 1, 254)
        found = made.input_gradients(images, classes)
        assert found.shape == (3, 28, 28)
        up, down = images.copy(), images.copy()
        up[:, 13, 11] += 1
        down[:, 13, 11] -= 1
        rise = (made.logits(up) - made.logits(down))[np.arange(3), classes]
        np.testing.assert_allclose(found[:, 13, 11], rise * 255 * 0.3081 / 2, rtol=1e-3)


class TrainingContract:
    """Chunks of steps.

    Attributes:
        closeness: relative distance allowed where the same steps are made twice; 0 asks for the
            same bits.
    """

    closeness = 0.0

    def _same(self, one: Array, other: Array) -> None:
        np.testing.assert_allclose(one, other, rtol=self.closeness, atol=0)

    @pytest.mark.parametrize("precision", ["float32", "float64"])
    def test_reports_loss_and_correct_predictions_before_each_update(
        self, framework: Framework, precision: Precision
    ) -> None:
        made = learner(framework, run(precision=precision))
        images, labels = digits()
        for first in range(3):
            steps = chunk(run().model, 1, first=first)
            batch = steps.indices[0]
            logits = made.logits(images[batch])
            results = made.train(steps)
            assert results.losses.dtype == np.float64
            assert results.correct.dtype == np.int64
            expected = cross_entropy(logits, labels[batch])
            assert results.losses == pytest.approx([expected], rel=1e-6)
            assert results.correct.tolist() == [(logits.argmax(1) == labels[batch]).sum()]

    @pytest.mark.parametrize("layers", [TINY, DROPPED, EVERYTHING, NORMED, NORMED_VECTORS])
    def test_the_size_of_chunks_changes_nothing(
        self, framework: Framework, layers: tuple[Layer, ...]
    ) -> None:
        spec = run(layers)
        one, other = (learner(framework, spec) for _ in range(2))
        whole = one.train(chunk(spec.model, 6))
        parts = [
            other.train(chunk(spec.model, count, first=first))
            for first, count in ((0, 1), (1, 2), (3, 3))
        ]
        self._same(whole.losses, np.concatenate([part.losses for part in parts]))
        assert whole.correct.tolist() == np.concatenate([p.correct for p in parts]).tolist()
        for name, array in one.weights().items():
            self._same(array, other.weights()[name])

    def test_a_smaller_last_batch_is_learnt_too(self, framework: Framework) -> None:
        spec = run(DROPPED)
        made = learner(framework, spec)
        made.train(chunk(spec.model, 2))
        before = made.weights()["dense1.kernel"]
        assert made.train(chunk(spec.model, 1, batch=3)).losses.shape == (1,)
        assert not np.array_equal(before, made.weights()["dense1.kernel"])

    def test_takes_a_chunk_of_its_whole_capacity(self, framework: Framework) -> None:
        made = learner(framework, run())
        assert made.train(chunk(run().model, made.capacity)).losses.shape == (made.capacity,)

    def test_masks_switch_units_off_and_scale_the_others_up(self, framework: Framework) -> None:
        spec = run((Conv(3), Dropout(0.25), Flatten(), Dense(10)))
        made = learner(framework, spec)
        steps = chunk(spec.model, 1)
        images, labels = (array[steps.indices[0]] for array in digits())
        kept = made.activations(images)["conv1"] * steps.masks["dropout1"][0] / 0.75
        weights = made.weights()
        logits = kept.reshape(8, -1) @ weights["dense1.kernel"] + weights["dense1.bias"]
        assert made.train(steps).losses[0] == pytest.approx(cross_entropy(logits, labels), 1e-12)

    def test_dropout_ends_with_training(self, framework: Framework) -> None:
        spec = run(DROPPED)
        made = learner(framework, spec)
        made.train(chunk(spec.model, 2))
        fresh = learner(framework, spec)
        fresh.load_weights(made.weights())
        np.testing.assert_array_equal(made.logits(digits()[0]), fresh.logits(digits()[0]))

    def test_the_arrays_of_a_chunk_may_be_read_only(self, framework: Framework) -> None:
        spec = run(DROPPED)
        steps = chunk(spec.model, 2)
        arrays: tuple[Array, ...] = (steps.indices, steps.rates, *steps.masks.values())
        for array in arrays:
            array.flags.writeable = False
        assert np.isfinite(learner(framework, spec).train(steps).losses).all()

    @pytest.mark.parametrize("precision", ["float32", "float64"])
    @pytest.mark.parametrize("layers", [EVERYTHING, NORMED, NORMED_VECTORS])
    def test_twice_the_same(
        self, framework: Framework, precision: Precision, layers: tuple[Layer, ...]
    ) -> None:
        spec = in_precision(run(layers, batch_size=32), precision)
        steps = chunk(spec.model, 10, batch=32)
        one, other = (learner(framework, spec) for _ in range(2))
        found, again = one.train(steps), other.train(steps)
        self._same(found.losses, again.losses)
        assert found.correct.tolist() == again.correct.tolist()
        weights, others = one.weights(), other.weights()
        assert weights.keys() == others.keys() != set()
        for name, array in weights.items():
            self._same(array, others[name])

    def test_learns_a_batch_by_heart(self, framework: Framework) -> None:
        made = learner(framework, run(precision="float32"))
        again = np.repeat(chunk(run().model, 1).indices, 60, axis=0)
        losses = made.train(Chunk(again, np.full(60, 0.05))).losses
        made.synchronize()
        assert losses[-1] < 0.2 * losses[0]


def _on(device: DeviceName) -> RunSpec:
    return msgspec.structs.replace(run(), device=device)
