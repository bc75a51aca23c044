"""Why a network answers as it does: the same in every framework, NumPy being the hub."""

from functools import cache

import numpy as np
import pytest

from mnist_studio.analysis.attribution import attribution
from mnist_studio.analysis.counterfactual import Manner, counterfactual, runner_up
from mnist_studio.analysis.nearest import feature_layer, features, nearest
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Framework, Learner
from mnist_studio.spec.layers import Conv, Dense, Flatten, MaxPool, Relu
from mnist_studio.spec.run import Precision
from tests.frameworks.examples import NORMED_VECTORS, chunk, digits, in_precision, learner, run
from tests.frameworks.parity import distance

NETWORKS = {
    "dense": run((Flatten(), Dense(16), Relu(), Dense(10))),
    "convolutions": run((Conv(6, 3), Relu(), MaxPool(), Flatten(), Dense(16), Relu(), Dense(10))),
    "batch-norm": run(NORMED_VECTORS),
}


@cache
def taught(name: str, network: str, precision: Precision) -> Learner:
    """A network that has learnt a little in NumPy, whose weights a framework gets."""
    spec = in_precision(NETWORKS[network], precision)
    teacher = learner(registry.load("numpy"), spec)
    teacher.train(chunk(spec.model, 120, rate=3e-3))
    made = learner(registry.load(name), spec)
    made.load_weights(teacher.weights())
    return made


class WhyContract:
    @pytest.fixture(params=NETWORKS)
    def network(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.mark.parametrize("precision", ["float64", "float32"])
    def test_integrated_gradients_are_complete(
        self, framework: Framework, network: str, precision: Precision
    ) -> None:
        model = taught(framework.name, network, precision)
        scaling = NETWORKS[network].model.scaling
        images, _ = digits()
        for image in images[:4]:
            found = attribution(model, scaling, image, int(model.logits(image[None]).argmax()))
            assert found is not None
            assert found.logit - found.baseline_logit != 0
            # What the trapezoid rule loses at the kinks of ReLU.
            assert found.completeness_error < 0.02 * max(1, abs(found.logit - found.baseline_logit))

    @pytest.mark.parametrize(("precision", "bar"), [("float64", 1e-10), ("float32", 1e-4)])
    def test_attributions_are_those_of_numpy(
        self, framework: Framework, network: str, precision: Precision, bar: float
    ) -> None:
        scaling, image = NETWORKS[network].model.scaling, digits()[0][0]
        ours, hub = (
            attribution(taught(name, network, precision), scaling, image, 3, steps=16)
            for name in (framework.name, "numpy")
        )
        assert ours is not None
        assert hub is not None
        assert distance(ours.saliency, hub.saliency) < bar
        # The path begins at the blank image, whose windows tie: there only the sum is comparable.
        assert abs(ours.attributed - hub.attributed) < 1e-2 * max(1, abs(hub.attributed))

    @pytest.mark.parametrize("manner", ["pen", "smallest"])
    def test_a_counterfactual_is_predicted_as_its_target(
        self, framework: Framework, network: str, manner: Manner
    ) -> None:
        model = taught(framework.name, network, "float32")
        scaling = NETWORKS[network].model.scaling
        for image in digits()[0][:3]:
            logits = model.logits(image[None])[0]
            found = counterfactual(model, scaling, image, manner=manner)
            assert found is not None
            assert found.found
            assert (found.prediction, found.target) == (logits.argmax(), runner_up(logits))
            assert model.logits(found.after[None]).argmax() == found.target
            assert found.after.dtype == np.uint8
            assert np.abs(found.change).max() > 0

    def test_a_digit_is_nearest_to_itself(self, framework: Framework, network: str) -> None:
        model = taught(framework.name, network, "float32")
        layer, size = feature_layer(NETWORKS[network].model)
        images, labels = digits()
        known = features(model, layer, images)
        assert known.shape == (len(images), size)
        found = features(model, layer, images[7:8])
        assert nearest(known, labels, found[0])[0].index == 7
        assert nearest(known, labels, found[0], metric="cosine")[0].index == 7
